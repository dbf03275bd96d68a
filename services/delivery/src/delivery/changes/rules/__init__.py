"""The rules about changes: each module declares its own in RULES."""
