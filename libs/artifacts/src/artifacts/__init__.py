"""The records that services exchange, their digests and signatures. No model is run here."""
