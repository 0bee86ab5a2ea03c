"""The sales channels as a hub sees them: APIs, signed webhooks, buyers and merchants who act."""
