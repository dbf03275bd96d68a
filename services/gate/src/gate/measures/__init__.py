"""What is measured of a model over the holdout: one file a measure, each pure."""
