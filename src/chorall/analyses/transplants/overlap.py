"""Transplanted by a landmark or not, weighed to overlap: absolute risks, hazard ratio, balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.transplants.fits import describe_effect, describe_risks
from chorall.analyses.transplants.sides import lay_out_sides
from chorall.models.design_matrix import DesignMatrix
from chorall.models.overlap import measure_balance, weigh_overlap
from chorall.models.time_dependent import Spans
from chorall.stats import cumulative_incidence, fit_cox

FEWEST_EFFECTIVE: Final = 30.0
"""Effective number of patients on either side; with fewer there is too little overlap."""


@dataclass(frozen=True, slots=True)
class OverlapAnswer:
    """What the weighted comparison gave.

    Attributes
    ----------
    line : dict
        Columns of the result's rows.
    balance : list of dict
        covariate, before and after: standardised mean differences.
    """

    line: dict[str, Any]
    balance: list[dict[str, Any]] = field(default_factory=list)


def answer_by_overlap(
    spans: Spans,
    cause: NDArray[np.int64],
    covariates: DesignMatrix,
    horizon_days: float,
    width: float,
) -> OverlapAnswer:
    """Compare who was transplanted by the landmark with who was not.

    Parameters
    ----------
    spans : Spans, m rows
        From the landmark on, with strata.
    cause : ndarray of int, shape (m,)
        0 censored, 1 the event, 2 and above competing.
    covariates : DesignMatrix
        Of the patients the spans point to.
    horizon_days, width : float
        From the landmark; quantile of the limits.
    """
    sides = lay_out_sides(spans, cause, covariates)
    line, (treated, strata) = dict(sides.line), (sides.treated, sides.strata)
    if sides.note:
        return OverlapAnswer(line | {"note": sides.note})
    found = weigh_overlap(sides.x, treated, strata)
    if found.separated or min(found.effective) < FEWEST_EFFECTIVE:
        note = (
            f"refused: too little overlap (effective numbers {found.effective[0]:.0f} transplanted "
            f"and {found.effective[1]:.0f} others; {FEWEST_EFFECTIVE:.0f} are needed)"
        )
        return OverlapAnswer(line | {"note": note})
    line["note"] = (
        f"effective numbers {found.effective[0]:.0f} transplanted, {found.effective[1]:.0f} others"
    )
    line |= _weigh_risks(sides.time, sides.kind, treated, found.weights, horizon_days, width)
    fit = fit_cox(
        treated.astype(float)[:, None], sides.time, sides.kind == 1, strata=strata,
        weights=found.weights, cluster=np.arange(len(treated)),
    )  # fmt: skip
    effect = describe_effect(float(fit.log_hazard_ratio[0]), float(fit.standard_error[0]), width)
    return OverlapAnswer(line | effect, _list_balance(covariates, spans, sides.used, found.weights))


def _weigh_risks(
    time: NDArray[np.float64],
    kind: NDArray[np.int64],
    treated: NDArray[np.bool_],
    weights: NDArray[np.float64],
    horizon_days: float,
    width: float,
) -> dict[str, float]:
    found = []
    for side in (treated, ~treated):
        if time[side].max() < horizon_days:
            return {}
        curve = cumulative_incidence(time[side], kind[side], weights=weights[side])
        at = curve.at([horizon_days])
        found.append((float(at.cumulative_incidence[0, 0]), float(at.standard_error[0, 0])))
    return describe_risks(found[0], found[1], width)


def _list_balance(
    covariates: DesignMatrix,
    spans: Spans,
    used: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> list[dict[str, Any]]:
    x = covariates.values[spans.patient][used]
    before, after = measure_balance(x, spans.treated[used], weights)
    return [
        {"covariate": column.name, "before": float(one), "after": float(other)}
        for column, one, other in zip(covariates.columns, before, after, strict=True)
    ]
