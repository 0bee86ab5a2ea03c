"""The ERP's own webhooks: what it tells, to whom, and how it keeps at it."""
