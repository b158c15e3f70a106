"""What the validation of a bank gives back."""

from __future__ import annotations

from dataclasses import dataclass

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class BankValidation(AnalysisResult):
    """What `chorall bank validate` found.

    The rows: scheme (`leave_one_trial_out`, `cross_validation`), endpoint, group (`all`, a trial,
    or a subgroup), model (`bank`, `age_and_wbc`, `difference` of the two, or to a classifier),
    measure, estimate, lower, upper, n, n_events.
    """
