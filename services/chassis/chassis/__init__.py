"""The plumbing every service stands on; it knows messages, never orders.

`flow.py` moves records through a step, `app.py` runs a service, `store.py` is the database.
"""
