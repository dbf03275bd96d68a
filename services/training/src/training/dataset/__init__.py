"""From a dataset to vectors that a model can be fitted on."""
