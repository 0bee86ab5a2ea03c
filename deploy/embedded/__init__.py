"""The real Kafka and MongoDB, and the whole belt, on one machine without containers."""
