"""Runs the stages that are out of date, in order."""
