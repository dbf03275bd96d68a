"""Judges changes, proposes releases, deploys them, and says what ran and why."""
