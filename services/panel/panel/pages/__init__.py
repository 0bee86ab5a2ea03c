"""The pages, in pt-BR: a login, the stores, three tabs, and the correction of one order.

Links and forms only: nothing here needs a script.
"""
