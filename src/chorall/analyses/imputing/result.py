"""The frozen result of a prognosis with imputed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from chorall.analyses.result import AnalysisResult

FIGURES: Final = ("hazard_ratio", "lower", "upper", "p_value")

ROWS: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("marker", "endpoint", "model", "adjust"), pl.String()),
    **dict.fromkeys(("n", "n_events", "n_present"), pl.Int64()),
    **dict.fromkeys(FIGURES, pl.Float64()),
    **dict.fromkeys(("imputed_n", "imputed_n_events"), pl.Int64()),
    "imputed_n_present": pl.Float64(),
    **dict.fromkeys((f"imputed_{name}" for name in FIGURES), pl.Float64()),
    **dict.fromkeys(("n_marker_imputed", "n_not_imputed"), pl.Int64()),
    **dict.fromkeys(
        ("missing_fraction", "degrees_of_freedom", "monte_carlo_error", "scale_reduction"),
        pl.Float64(),
    ),
    **dict.fromkeys(("agreement", "statement", "note"), pl.String()),
}


@dataclass(frozen=True, kw_only=True)
class ImputedPrognosis(AnalysisResult):
    """Hazard ratios among those tested and with imputed values, side by side.

    `rows` has one line per marker and endpoint: marker, endpoint, model (`cox`), adjust (the
    covariates); n, n_events, n_present, hazard_ratio, lower, upper, p_value of the patients whose
    marker and covariates are all known; the same with `imputed_` in front, by Rubin's rules
    (imputed_n_present is a mean over the imputations); n_marker_imputed (patients whose marker was
    imputed), n_not_imputed (not tested and not imputed either: it does not apply, or their trial
    did not test), missing_fraction (of information), degrees_of_freedom, monte_carlo_error (of the
    log hazard ratio), scale_reduction (of the marker's chains), agreement (agree, differ in
    evidence, differ in size, differ in direction, not assessable), statement (in words), note (why
    a figure is not given, or empty).

    Attributes
    ----------
    endpoints : tuple of str
        Short names, in the order asked for.
    adjusted_for : tuple of str
        Covariates of the models.
    n_imputations, n_iterations, seed : int
        What makes the answer repeatable.
    conf_level : float
        Two-sided level of all limits.
    """

    endpoints: tuple[str, ...]
    adjusted_for: tuple[str, ...]
    n_imputations: int
    n_iterations: int
    seed: int
    conf_level: float
