"""The analyst's pages: one module each, their questions, answers and tables."""
