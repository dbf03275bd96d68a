"""The local target: processes of this machine."""
