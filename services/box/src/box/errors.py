"""What can go wrong in this service."""
