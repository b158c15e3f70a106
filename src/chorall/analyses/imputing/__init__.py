"""Prognosis of markers with missing values filled in, beside the answer of those tested."""

from chorall.analyses.imputing.prognosis import impute_prognosis
from chorall.analyses.imputing.result import ImputedPrognosis

__all__ = ["ImputedPrognosis", "impute_prognosis"]
