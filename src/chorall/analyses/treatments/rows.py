"""The lines of a treatment result, from what each contrast and endpoint gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from chorall.analyses.treatments.claims import NOT_ASSESSABLE, Interactions, name_claim
from chorall.analyses.treatments.contrasts import ContrastScan, TrialScan, pool_trials
from chorall.analyses.treatments.evidence import RANDOMISED
from chorall.models.within_trials import TrialsTogether
from chorall.stats import adjust_p_values

CELLS: Final = ("absent_control", "absent_treated", "present_control", "present_treated")
SIDES: Final = ("absent", "present")
TWO_WAY: Final = "marker x treatment"
THREE_WAY: Final = "marker x modifier x treatment"
FEW_PATIENTS: Final = "fewer than 5 patients in a group of marker and arm, or one without an event"
NOT_FOLLOWED: Final = "not followed to the horizon in every group"
TWO_TRIALS: Final = (
    "two trials: effects in each group as if the trials did not differ; the limits of the "
    "interaction have one degree of freedom, read the common interaction beside them"
)


def frame_contrast(
    found: ContrastScan,
    markers: Sequence[str],
    modifier: str | None,
    conf_level: float,
    detail: bool,
) -> pl.DataFrame:
    """Return the lines of one contrast and endpoint: together, and by trial where `detail`."""
    first = found.trials[0].cohort
    common = {
        "modifier": modifier,
        "term": TWO_WAY if modifier is None else THREE_WAY,
        "component": first.question.component,
        "strategy": first.question.treatment,
        "control": first.question.control,
        "endpoint": first.endpoint,
        "evidence": RANDOMISED,
    }
    units = ", ".join(one.cohort.question.unit for one in found.trials)
    frames = [_frame(found, markers, {"trial": None, "question": units}, modifier is None)]
    for one in found.trials if detail else ():
        alone = pool_trials((one,), conf_level)
        where = {"trial": one.cohort.question.trial_id, "question": one.cohort.question.unit}
        frames.append(_frame(alone, markers, where, modifier is None))
    stacked = pl.concat(frames, how="vertical_relaxed")
    return stacked.with_columns(
        pl.lit(value, dtype=pl.String).alias(name) for name, value in common.items()
    )


def _frame(
    found: ContrastScan, markers: Sequence[str], where: Mapping[str, str | None], two_way: bool
) -> pl.DataFrame:
    n = np.sum([one.scan.n for one in found.trials], axis=0)
    events = np.sum([one.scan.n_events for one in found.trials], axis=0)
    unknown = np.sum([one.n_unknown for one in found.trials], axis=0)
    total = sum(len(one.cohort.time) for one in found.trials)
    columns: dict[str, Any] = {
        "marker": list(markers),
        "n_trials": found.interaction.n_trials,
        "n_patients": total - unknown,
        "n_unknown": unknown,
    }
    # with a modifier the cells are those among its carriers
    columns |= {f"n_{cell}": n[at] for at, cell in enumerate(CELLS)}
    columns |= {f"events_{cell}": events[at] for at, cell in enumerate(CELLS)}
    columns |= _list_absolute(found) | _list_relative(found)
    columns["note"] = _list_notes(found)
    frame = pl.DataFrame(columns).with_columns(
        pl.lit(value, dtype=pl.String).alias(name) for name, value in where.items()
    )
    if not two_way:
        sides = "risk_difference|years_gained|hazard_ratio|risk_interaction"
        frame = frame.with_columns(
            pl.lit(None, pl.Float64).alias(name)
            for name in frame.columns
            if any(word in name for word in sides.split("|"))
        )
    return frame


def _list_absolute(found: ContrastScan) -> dict[str, NDArray[np.float64]]:
    columns: dict[str, NDArray[np.float64]] = {}
    for name, pairs in (("risk_difference", found.risks), ("years_gained", found.years)):
        for side in (1, 0):
            columns |= name_limits(f"{name}_{SIDES[side]}", pairs[side])
    columns |= name_limits("risk_difference_interaction", found.risk_interaction)
    pooled = found.risk_interaction
    columns["risk_interaction_p_value"] = np.where(
        pooled.n_trials == 2, pooled.common_p_value, pooled.random.p_value
    )
    return columns


def _list_relative(found: ContrastScan) -> dict[str, NDArray[np.float64]]:
    columns: dict[str, NDArray[np.float64]] = {}
    for side in (1, 0):
        limits = name_limits(f"hazard_ratio_{SIDES[side]}", found.hazards[side])
        columns |= {name: np.exp(values) for name, values in limits.items()}
    pooled = found.interaction
    return columns | {
        "interaction_ratio": np.exp(pooled.estimate),
        "interaction_lower": np.exp(pooled.random.lower),
        "interaction_upper": np.exp(pooled.random.upper),
        "interaction_p_value": pooled.random.p_value,
        "tau2": pooled.random.tau2,
        "i_squared": pooled.random.i_squared,
        "prediction_lower": np.exp(pooled.random.prediction_lower),
        "prediction_upper": np.exp(pooled.random.prediction_upper),
        "common_interaction_ratio": np.exp(pooled.common_estimate),
        "common_interaction_p_value": pooled.common_p_value,
    }


def name_limits(name: str, pooled: TrialsTogether) -> dict[str, NDArray[np.float64]]:
    """Return a group's effect; with two trials the common one: their variance is not known."""
    width = float(ndtri((1 + pooled.random.conf_level) / 2)) * pooled.common_error
    two, common = pooled.n_trials == 2, pooled.common_estimate
    return {
        name: np.where(two, common, pooled.estimate),
        f"lower_{name}": np.where(two, common - width, pooled.random.lower),
        f"upper_{name}": np.where(two, common + width, pooled.random.upper),
    }


def _list_notes(found: ContrastScan) -> list[str]:
    pooled = found.interaction
    lacking = np.isnan(pooled.estimate)
    short = np.isnan(found.risks[0].estimate) | np.isnan(found.risks[1].estimate)
    return [
        "; ".join(
            text
            for text, holds in (
                (FEW_PATIENTS, lacking[at]),
                (NOT_FOLLOWED, short[at] and not lacking[at]),
                (TWO_TRIALS, pooled.n_trials[at] == 2),
            )
            if holds
        )
        for at in range(len(lacking))
    ]


def add_verdicts(rows: pl.DataFrame, found: Sequence[ContrastScan], scan: bool) -> pl.DataFrame:
    """Add `q_value` over all pooled lines, and `claim`.

    `rows` are the stacked lines of `frame_contrast` in the order of `found`; lines of single
    trials have neither.
    """
    pooled = rows["trial"].is_null().to_numpy()
    p_values = rows["interaction_p_value"].fill_null(np.nan).to_numpy()
    q_values = np.full(rows.height, np.nan)
    q_values[pooled] = adjust_p_values(p_values[pooled], method="BH")
    deciding = (q_values if scan else p_values)[pooled]
    m = len(found[0].interaction.estimate)
    three_way = rows["term"][0] == THREE_WAY if rows.height else False
    words = [
        judge_interaction(one, column, float(deciding[place * m + column]), three_way)
        for place, one in enumerate(found)
        for column in range(m)
    ]
    claims: list[str | None] = [None] * rows.height
    for at, word in zip(np.flatnonzero(pooled), words, strict=True):
        claims[at] = word
    return rows.with_columns(
        pl.Series("q_value", q_values).fill_nan(None), pl.Series("claim", claims, dtype=pl.String)
    )


def judge_interaction(found: ContrastScan, column: int, p_value: float, three_way: bool) -> str:
    """Return what may be claimed of one column's interaction (`claims.name_claim`)."""
    effects = np.array([one.interaction[column] for one in found.trials])
    if np.isnan(effects).all():
        return NOT_ASSESSABLE
    errors = np.array([one.interaction_error[column] for one in found.trials])
    return name_claim(
        Interactions(
            effect=float(found.interaction.estimate[column]),
            p_value=p_value,
            by_trial=effects,
            p_by_trial=_two_sided(effects / errors),
            left_out=np.array([one.estimate[column] for one in found.left_out]),
            fewest_events=_fewest_events(found.trials, column),
            beyond_two_way=three_way,
        )
    )


def _two_sided(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(2 * ndtr(-np.abs(z)), dtype=np.float64)


def _fewest_events(trials: Sequence[TrialScan], column: int) -> int:
    return int(np.sum([one.scan.n_events[:, column] for one in trials], axis=0).min())
