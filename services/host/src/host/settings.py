"""Where this process runs: the only place that reads environment variables."""
