"""The calls of statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from bench.data import READ_AT, Arrays


def prepare_cox(data: Arrays, part: int) -> Arrays:
    """Return the arrays."""
    return data


def run_cox(data: Arrays) -> Any:
    """Fit with Efron's rule."""
    entry = data.get("entry_time")
    strata = data["strata"].astype(np.int64)
    model = PHReg(data["time"], data["x"], data["event"], entry=entry, strata=strata, ties="efron")
    fit = model.fit()
    return fit.params, fit.bse


def answer_cox(result: Any) -> dict[str, Any]:
    """Return coefficients and errors."""
    return {"coefficient": result[0], "standard_error": result[1]}


def prepare_kaplan_meier(data: Arrays, part: int) -> Arrays:
    """Return the arrays."""
    return data


def run_kaplan_meier(data: Arrays) -> Any:
    """Estimate with standard errors; it has no pointwise limits."""
    return SurvfuncRight(data["time"], data["event"])


def read_steps(time: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return right-continuous steps at the fixed times."""
    return values[np.searchsorted(time, READ_AT, side="right") - 1]


def answer_kaplan_meier(fit: Any) -> dict[str, Any]:
    """Read the curve at fixed times."""
    return {
        "survival": read_steps(fit.surv_times, fit.surv_prob),
        "standard_error": read_steps(fit.surv_times, fit.surv_prob_se),
    }


def prepare_incidence(data: Arrays, part: int) -> Arrays:
    """Return the arrays with whole causes."""
    return data | {"cause": data["cause"].astype(np.int64)}


def run_incidence(data: Arrays) -> Any:
    """Estimate both causes with standard errors; it has no limits."""
    return CumIncidenceRight(data["time"], data["cause"])


def answer_incidence(fit: Any) -> dict[str, Any]:
    """Read both curves at fixed times."""
    return {
        "incidence": np.concatenate([read_steps(fit.times, curve) for curve in fit.cinc]),
        "standard_error": np.concatenate([read_steps(fit.times, se) for se in fit.cinc_se]),
    }
