"""The gate: measures a candidate and its champion, judges by the model's policy, and reports."""
