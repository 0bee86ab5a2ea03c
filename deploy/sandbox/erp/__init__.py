"""A faithful simulator of the Omie API: what it answers, how it limits, how it breaks."""
