"""Connecting a store: what a merchant is asked at a channel, and what the store becomes by it."""
