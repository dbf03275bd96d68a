"""What a deploy does in which order, what it compares, and what earlier ones left behind."""
