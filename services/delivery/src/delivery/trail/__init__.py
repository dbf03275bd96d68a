"""The audit log, its head and keeper, and traces from a prediction back to its photos."""
