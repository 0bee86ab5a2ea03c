"""A faithful ERP and faithful channels, for demos, tests and fault injection."""
