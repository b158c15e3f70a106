"""The doctor's page: the form, the answer and its words."""
