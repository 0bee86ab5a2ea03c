"""Everything that touches a channel: webhooks in, missing details fetched, orders out."""
