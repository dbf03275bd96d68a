"""Photos in, a signed model artifact and its evidence out."""
