"""Builds a model again from its commit and data, and compares."""
