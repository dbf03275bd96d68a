"""Decisions of training, without I/O."""
