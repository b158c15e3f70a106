"""Say in words whether the ways of asking agree, and how far the wrong one is off."""

from __future__ import annotations

import math
from collections.abc import Iterator

import polars as pl

from chorall.analyses.transplants.answers import DATED, FIXED, LANDMARK, OVERLAP, SEQUENTIAL


def say_agreement(rows: pl.DataFrame) -> list[str]:
    """Return sentences per endpoint.

    Two answers disagree where their ratios point in different directions and at least one interval
    excludes 1, or where their intervals do not meet.
    """
    whole = rows.filter(pl.col("group") == "all").drop_nulls("hazard_ratio")
    return [
        line
        for endpoint in whole["endpoint"].unique(maintain_order=True)
        for line in _say_one(endpoint, whole.filter(endpoint=endpoint))
    ]


def _say_one(endpoint: str, rows: pl.DataFrame) -> Iterator[str]:
    sound = rows.filter(pl.col("method").is_in([DATED, LANDMARK, OVERLAP, SEQUENTIAL])).to_dicts()
    listed = ", ".join(
        f"{one['method']} {one['hazard_ratio']:.2f} ({one['lower']:.2f} to {one['upper']:.2f})"
        for one in sound
    )
    if len(sound) > 1:
        apart = any(
            _differ(one, other) for at, one in enumerate(sound) for other in sound[at + 1 :]
        )
        yield f"{endpoint}: the answers {'DISAGREE' if apart else 'agree'}: {listed}."
    wrong = rows.filter(method=FIXED)["hazard_ratio"]
    if sound and sound[0]["method"] == DATED and len(wrong):
        factor = wrong[0] / sound[0]["hazard_ratio"]
        yield (
            f"{endpoint}: the fixed covariate says {wrong[0]:.2f}, {factor:.2f} times the dated "
            "one: that is immortal time, not an effect."
        )


def _differ(one: dict[str, float], other: dict[str, float]) -> bool:
    if one["lower"] > other["upper"] or other["lower"] > one["upper"]:
        return True
    opposite = math.log(one["hazard_ratio"]) * math.log(other["hazard_ratio"]) < 0
    return opposite and any(part["lower"] > 1 or part["upper"] < 1 for part in (one, other))
