"""What the commands need from outside."""
