"""The calls of surpyval."""

from __future__ import annotations

from typing import Any

import numpy as np
from surpyval import KaplanMeier

from bench.data import READ_AT, Arrays


def prepare_kaplan_meier(data: Arrays, part: int) -> Arrays:
    """Return times and its censoring flag (1 = censored)."""
    return {"x": data["time"], "c": 1 - data["event"]}


def run_kaplan_meier(arguments: Arrays) -> Any:
    """Estimate; limits are asked for at the fixed times, as its interface has it."""
    fit = KaplanMeier.fit(**arguments)
    return fit, fit.R_cb(READ_AT)


def answer_kaplan_meier(result: Any) -> dict[str, Any]:
    """Read the curve at fixed times."""
    fit, limits = result
    return {
        "survival": fit.sf(READ_AT),
        "lower": np.min(limits, axis=-1),
        "upper": np.max(limits, axis=-1),
    }
