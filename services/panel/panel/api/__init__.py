"""The JSON API under `/api/v1`: orders by tab, reprocessing, store settings. OpenAPI beside it."""
