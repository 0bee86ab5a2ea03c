"""What the panel reads of the ERP: lists for the forms, where orders stand, whether keys work."""
