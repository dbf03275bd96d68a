"""Runs, versions and aliases, as MLflow keeps them."""

from training.settings import keep_to_itself

# Before MLflow is imported, which the modules here do alone.
keep_to_itself()
