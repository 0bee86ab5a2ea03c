"""One sales order in the ERP per order, exactly once in effect."""
