"""The service and the batch command: photo in, style and era out. Nothing is fitted here."""
