"""What a cancellation at the channel undoes, at each stage."""
