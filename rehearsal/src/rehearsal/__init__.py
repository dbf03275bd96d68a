"""A box with people, keys and a first commit in it: all that a team brings to the loop."""
