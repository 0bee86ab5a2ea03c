"""Stores' connections looked after: whether the access is good and every webhook registered."""
