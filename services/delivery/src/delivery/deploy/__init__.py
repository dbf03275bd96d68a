"""Deploys: make an environment run what main wants, verify it, and say what differs."""
