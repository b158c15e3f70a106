"""Either side of a cut compared within each trial, then together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.treatments.evidence import NATURAL
from chorall.models.discontinuity import Discontinuity, fit_discontinuity
from chorall.models.within_trials import pool_trials_together

FEWEST: Final = 30
"""On either side within the bandwidth, in a trial."""


def compare_sides(
    cohort: EndpointCohort,
    running: NDArray[np.float64],
    risk: NDArray[np.float64],
    grafted: NDArray[np.float64],
    bandwidth: float,
    conf_level: float,
) -> list[dict[str, Any]]:
    """Return the line of all trials together, then of each."""
    known, width = np.isfinite(running) & np.isfinite(risk), float(ndtri((1 + conf_level) / 2))
    fits: list[tuple[str, Discontinuity, Discontinuity]] = []
    for code, trial in enumerate(cohort.trial_ids):
        rows = known & (cohort.trial == code)
        own, done = (
            fit_discontinuity(running[rows], value[rows], bandwidth) for value in (risk, grafted)
        )
        fits.append((trial, own, done))
    common = {"endpoint": cohort.endpoint, "evidence": NATURAL, "bandwidth": bandwidth}
    usable = [one for one in fits if min(one[1].n_below, one[1].n_above) >= FEWEST]
    together = common | {"trial": None} | _pool(usable, conf_level)
    return [together, *(common | _describe(*one, width) for one in fits)]


def _describe(trial: str, own: Discontinuity, done: Discontinuity, width: float) -> dict[str, Any]:
    line: dict[str, Any] = {
        "trial": trial, "n_below": own.n_below, "n_above": own.n_above, "n_trials": 1,
    }  # fmt: skip
    if min(own.n_below, own.n_above) < FEWEST:
        return line | {"note": f"refused: fewer than {FEWEST} patients on a side of the cut"}
    return line | {
        "risk_below": own.below,
        "risk_above": own.above,
        "transplanted_below": done.below,
        "transplanted_above": done.above,
        **_limit("risk_difference", own.jump, width * own.error),
        **_limit("transplanted_jump", done.jump, width * done.error),
        "note": "",
    }


def _limit(name: str, value: float, reach: float) -> dict[str, float]:
    return {name: value, f"lower_{name}": value - reach, f"upper_{name}": value + reach}


def _pool(
    fits: Sequence[tuple[str, Discontinuity, Discontinuity]], conf_level: float
) -> dict[str, Any]:
    """Pool jumps within trials; with two trials as if they did not differ."""
    if not fits:
        return {"n_trials": 0, "note": f"refused: fewer than {FEWEST} patients on a side"}
    line: dict[str, Any] = {
        "n_below": sum(own.n_below for _, own, _ in fits),
        "n_above": sum(own.n_above for _, own, _ in fits),
        "n_trials": len(fits),
        "note": "",
    }
    for place, name in ((1, "risk_difference"), (2, "transplanted_jump")):
        parts: list[Discontinuity] = [one[place] for one in fits]  # type: ignore[misc]
        pooled = pool_trials_together(
            [[one.jump] for one in parts], [[one.error] for one in parts], conf_level=conf_level
        )
        reach = float(ndtri((1 + conf_level) / 2) * pooled.common_error[0])
        line |= _limit(name, float(pooled.common_estimate[0]), reach)
        if len(fits) != 2:
            line[name] = float(pooled.random.estimate[0])
            line[f"lower_{name}"] = float(pooled.random.lower[0])
            line[f"upper_{name}"] = float(pooled.random.upper[0])
        if place == 1:
            two = len(fits) == 2
            line["p_value"] = float(pooled.common_p_value[0] if two else pooled.random.p_value[0])
        weights = np.array([one.n_below + one.n_above for one in parts], dtype=float)
        words = ("risk", "transplanted")[place - 1]
        for side in ("below", "above"):
            heights = [getattr(one, side) for one in parts]
            line[f"{words}_{side}"] = float(np.average(heights, weights=weights))
    return line
