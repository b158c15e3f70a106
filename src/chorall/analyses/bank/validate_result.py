"""What the validation of a bank gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class BankValidation(AnalysisResult):
    """What `chorall bank validate` found.

    Attributes
    ----------
    rows : DataFrame
        scheme (`leave_one_trial_out`, `cross_validation`), endpoint, group (`all`, a trial, or a
        subgroup), model (`bank`, a rival, a published classifier, or the bank's `difference to`
        one of them), measure, estimate, lower, upper, n, n_events. Repeated cross-validation is
        averaged over its repeats, estimates and limits.
    calibration : DataFrame
        Smooth curves of the bank, trials left out: endpoint, group, level (`as_foretold` or
        `recalibrated`), predicted, observed, lower, upper, n.
    decisions : DataFrame
        Net benefit, trials left out, everybody: endpoint, model, threshold, net_benefit, lower,
        upper.
    tripod : DataFrame
        item, topic, known, to_fill: the TRIPOD+AI checklist with what the run knows and what a
        person must fill.
    horizon_years : float
        When risks were judged.
    """

    calibration: pl.DataFrame = field(default_factory=pl.DataFrame)
    decisions: pl.DataFrame = field(default_factory=pl.DataFrame)
    tripod: pl.DataFrame = field(default_factory=pl.DataFrame)
    horizon_years: float = 3.0

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """The curves and the checklist, which `--out` writes beside the rows."""
        curves = {"calibration": self.calibration, "decisions": self.decisions}
        return curves | {"tripod": self.tripod}
