"""The judge of changes: who may merge and deploy what. Pure: facts in, a verdict out."""
