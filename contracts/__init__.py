"""What the services tell each other: orders, events, commands, topics. Values only.

Start at `events.py` for what happens to an order, `order.py` for what an order is,
`topics.py` for where each message travels.
"""
