"""The outside world of training: files, processes, MLflow, git, DVC."""
