"""The Omie ERP's protocol: calls, faults and pace. It knows nothing of orders or events."""
