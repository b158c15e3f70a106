"""One comparison of transplanted with not transplanted patients: adjusted Cox, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from chorall.errors import ConvergenceError
from chorall.models.design_matrix import DesignMatrix
from chorall.models.estimability import find_estimable
from chorall.models.survival import Survival
from chorall.models.time_dependent import Spans
from chorall.stats import find_e_value, fit_cox

FEWEST_EVENTS: Final = 10
"""On either side; with fewer the comparison is refused."""


@dataclass(frozen=True, slots=True)
class SpanFit:
    """Transplanted against not transplanted.

    Attributes
    ----------
    effects, covariance : ndarray of float, shape (p,), (p, p)
        Log hazard ratios of the columns asked for; NaN where refused.
    n_patients, n_treated : int
        Patients; those with a span after transplantation.
    events_treated, events_other : int
        Events on either side.
    note : str
        Why nothing is given, or empty.
    """

    effects: NDArray[np.float64]
    covariance: NDArray[np.float64]
    n_patients: int
    n_treated: int
    events_treated: int
    events_other: int
    note: str

    def limits(self, width: float) -> dict[str, float | None]:
        """Return hazard ratio, limits, p-value and E-values of the first column."""
        names = ("hazard_ratio", "lower", "upper", "p_value", "e_value", "e_value_limit")
        value, error = float(self.effects[0]), float(np.sqrt(self.covariance[0, 0]))
        if not np.isfinite(value):
            return dict.fromkeys(names)
        return describe_effect(value, error, width)


def describe_effect(value: float, error: float, width: float) -> dict[str, float | None]:
    """Return a log hazard ratio as ratio, limits, p-value and E-values (of a common event)."""
    ratio, lower, upper = (float(np.exp(value + sign * width * error)) for sign in (0, -1, 1))
    strength, at_limit = find_e_value(ratio, limit=upper if ratio < 1 else lower, common=True)
    return {
        "hazard_ratio": ratio,
        "lower": lower,
        "upper": upper,
        "p_value": float(2 * ndtr(-abs(value / error))),
        "e_value": strength,
        "e_value_limit": at_limit,
    }


def fit_spans(
    spans: Spans,
    covariates: DesignMatrix,
    extra: NDArray[np.float64] | None = None,
    *,
    clustered: bool = False,
) -> SpanFit:
    """Fit Cox's model to spans with complete covariates.

    Parameters
    ----------
    spans : Spans, m rows
        With strata.
    covariates : DesignMatrix, n rows
        Of the patients split.
    extra : ndarray of float, shape (m, p - 1), optional
        Further columns after `treated`, such as a marker and its product.
    clustered : bool
        True: errors allow for several rows of a patient at one time.
    """
    used = covariates.complete[spans.patient]
    taken = spans.survival.take(used)
    patient, treated = spans.patient[used], spans.treated[used]
    asked = treated.astype(np.float64)[:, None]
    if extra is not None:
        asked = np.column_stack([asked, extra[used]])
    effects, covariance, note = _fit(
        taken, np.column_stack([covariates.values[patient], asked]), treated, asked.shape[1],
        patient if clustered else None,
    )  # fmt: skip
    return SpanFit(
        effects=effects,
        covariance=covariance,
        n_patients=len(np.unique(patient)),
        n_treated=len(np.unique(patient[treated])),
        events_treated=int((taken.event & treated).sum()),
        events_other=int((taken.event & ~treated).sum()),
        note=note,
    )


def _fit(
    taken: Survival,
    values: NDArray[np.float64],
    treated: NDArray[np.bool_],
    n_asked: int,
    cluster: NDArray[np.int64] | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    nothing = np.full(n_asked, np.nan), np.full((n_asked, n_asked), np.nan)
    events = [int((taken.event & side).sum()) for side in (treated, ~treated)]
    if min(events) < FEWEST_EVENTS:
        return *nothing, (
            f"refused: {events[0]} events after transplantation and {events[1]} without; at least "
            f"{FEWEST_EVENTS} on either side are needed"
        )
    estimable, _ = find_estimable(values, taken.strata)
    if not estimable[-n_asked:].all():
        return *nothing, "refused: no trial has both sides at risk"
    try:
        fit = fit_cox(
            values[:, estimable], taken.time, taken.event, entry_time=taken.entry_time,
            strata=taken.strata, cluster=cluster,
        )  # fmt: skip
    except ConvergenceError:
        return *nothing, "refused: the model has no finite solution"
    chosen = slice(-n_asked, None)
    return fit.log_hazard_ratio[chosen], fit.covariance[chosen, chosen], ""


def describe_risks(
    treated: tuple[float, float], other: tuple[float, float], width: float
) -> dict[str, float]:
    """Return both risks, each given with its standard error, and their difference with limits."""
    difference = treated[0] - other[0]
    reach = width * float(np.hypot(treated[1], other[1]))
    return {
        "risk_transplanted": treated[0],
        "risk_other": other[0],
        "risk_difference": difference,
        "lower_risk_difference": difference - reach,
        "upper_risk_difference": difference + reach,
    }
