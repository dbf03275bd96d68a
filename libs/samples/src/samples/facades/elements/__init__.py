"""Parts that buildings are made of."""
