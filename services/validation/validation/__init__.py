"""May this order go to the ERP? If not, every reason why."""
