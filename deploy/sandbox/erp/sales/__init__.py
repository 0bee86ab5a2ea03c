"""Sales orders: how they are checked, priced, kept, altered, billed and cancelled."""
