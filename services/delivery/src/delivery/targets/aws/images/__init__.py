"""Images of payloads and services: built, checked, kept, pushed, scanned."""
