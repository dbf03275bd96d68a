"""What this service needs from outside."""
