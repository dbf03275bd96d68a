"""What this service does, on ports."""
