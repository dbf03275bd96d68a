"""Rooms of this machine, and whether their walls stand."""
