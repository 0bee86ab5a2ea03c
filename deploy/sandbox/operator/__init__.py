"""Pages for a person: the ERP's user at its address, buyers and merchants at the channels'."""
