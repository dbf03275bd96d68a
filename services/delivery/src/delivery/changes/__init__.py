"""Judges changes: may this be merged, may it be deployed, and who has approved it."""
