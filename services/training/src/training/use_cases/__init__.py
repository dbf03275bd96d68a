"""What training does, one file a use case."""
