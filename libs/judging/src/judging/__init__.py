"""What a policy asks of a model, and how each rule of the gate judges it. No model is run here."""
