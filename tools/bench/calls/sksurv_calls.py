"""The calls of scikit-survival."""

from __future__ import annotations

from typing import Any

import numpy as np
from sksurv.nonparametric import cumulative_incidence_competing_risks, kaplan_meier_estimator

from bench.data import READ_AT, Arrays


def prepare_kaplan_meier(data: Arrays, part: int) -> Arrays:
    """Return times and events."""
    return {"time": data["time"], "event": data["event"] > 0}


def run_kaplan_meier(arguments: Arrays) -> Any:
    """Estimate with log-log limits."""
    return kaplan_meier_estimator(arguments["event"], arguments["time"], conf_type="log-log")


def read_steps(time: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return right-continuous steps at the fixed times."""
    return values[..., np.searchsorted(time, READ_AT, side="right") - 1]


def answer_kaplan_meier(result: Any) -> dict[str, Any]:
    """Read the curve at fixed times."""
    time, survival, limits = result
    lower, upper = read_steps(time, limits)
    return {"survival": read_steps(time, survival), "lower": lower, "upper": upper}


def prepare_incidence(data: Arrays, part: int) -> Arrays:
    """Return times and whole causes."""
    return {"time": data["time"], "cause": data["cause"].astype(np.int64)}


def run_incidence(arguments: Arrays) -> Any:
    """Estimate both causes with log-log limits from Aalen's variance."""
    return cumulative_incidence_competing_risks(
        arguments["cause"], arguments["time"], conf_type="log-log", var_type="Aalen"
    )


def answer_incidence(result: Any) -> dict[str, Any]:
    """Read both curves at fixed times."""
    time, incidence, limits = result
    steps = read_steps(time, limits)[1:]
    return {
        "incidence": read_steps(time, incidence)[1:].ravel(),
        "lower": steps[:, 0].ravel(),
        "upper": steps[:, 1].ravel(),
    }
