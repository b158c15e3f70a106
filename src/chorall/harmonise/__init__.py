"""A trial's own columns to pooled tables, by its mapping."""
