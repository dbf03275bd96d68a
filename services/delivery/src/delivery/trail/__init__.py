"""The audit log, its published head, and its keeper."""
