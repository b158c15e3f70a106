"""The knowledge bank: a patient's course under each strategy, from pooled trials."""
