"""Retraining: plan, train in a room, judge, keep, and propose the candidate."""
