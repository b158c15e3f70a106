"""Who the patients are: a table of baseline characteristics by any grouping."""

from chorall.analyses.baseline.table_one import table_one

__all__ = ["table_one"]
