"""The demo: Plinth's promises, kept one after the other for real, with seconds a step."""
