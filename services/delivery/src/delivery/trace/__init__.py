"""Traces from a prediction back to its photos, and main's history judged again."""
