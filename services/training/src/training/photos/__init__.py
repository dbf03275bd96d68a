"""Photos in: a folder of a person becomes part of a dataset, or a report on it."""
