"""What the stages of the pipeline leave for each other, below one folder."""
