"""Response by randomised arm, with and without a marker: within trials, then together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtr

from chorall.analyses.marker_groups import PRESENT, UNKNOWN
from chorall.analyses.responses.comparisons import fit_arms, pool_differences
from chorall.analyses.treatments.claims import NOT_ASSESSABLE, Interactions, name_claim
from chorall.analyses.treatments.evidence import RANDOMISED
from chorall.analyses.treatments.questions import TreatmentQuestion
from chorall.models.within_trials import pool_trials_together
from chorall.tables.store import Pool

METHOD: Final = "logistic (Firth), within trials"
LATEST_SHARE: Final = 0.05
"""Of responders randomised after their response; with more the question is not one of response."""
GROUPS: Final = ("absent", "present", "interaction")


@dataclass(frozen=True, slots=True)
class ResponseArms:
    """One randomised question: rows of the outcome's frame, and the arm of each."""

    question: TreatmentQuestion
    rows: NDArray[np.int64]
    treated: NDArray[np.bool_]


def compare_arms_by_marker(
    pool: Pool,
    outcome: str,
    frame: pl.DataFrame,
    questions: Sequence[TreatmentQuestion],
    markers: Sequence[str],
    groups: NDArray[np.int8],
    conf_level: float,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return lines per contrast and marker, and the questions that ask nothing of response."""
    found, notes = [], []
    for question in questions:
        arms = _read_arms(pool, frame, question)
        if isinstance(arms, str):
            notes.append(f"{outcome}: {arms}")
        else:
            found.append(arms)
    responded = frame["responded"].fill_null(False).to_numpy()
    lines = []
    for contrast in dict.fromkeys(one.question.contrast for one in found):
        group = [one for one in found if one.question.contrast == contrast]
        for column, marker in enumerate(markers):
            common = {
                "outcome": outcome,
                "marker": marker,
                "term": "marker x treatment",
                "component": contrast[0],
                "control": contrast[1],
                "strategy": contrast[2],
                "evidence": RANDOMISED,
                "method": METHOD,
            }
            parts = _compare(group, groups[:, column], responded, conf_level)
            lines += [common | part for part in parts]
    return lines, notes


def _read_arms(pool: Pool, frame: pl.DataFrame, question: TreatmentQuestion) -> ResponseArms | str:
    allocation = pool.table("allocation").filter(
        pl.col("randomised"),
        pl.col("assigned_arm").is_in([question.control_arm, question.treatment_arm]),
        trial_id=question.trial_id,
        question=question.question,
    )
    joined = (
        frame.with_row_index("_row")
        .join(
            allocation.select("patient_id", "assigned_arm", allocated="day"),
            on="patient_id",
            maintain_order="left",
        )
        .drop_nulls(["responded", "allocated"])
    )
    timed = joined.drop_nulls("day")
    if not timed.height:
        return f"{question.unit}: no randomised patient has a dated response."
    late = (timed["allocated"] > timed["day"]).sum()
    if late > LATEST_SHARE * timed.height:
        return (
            f"{question.unit} was randomised after the response of {late:,} of {timed.height:,} "
            "patients: it cannot have changed it."
        )
    treated = (joined["assigned_arm"] == question.treatment_arm).to_numpy()
    return ResponseArms(question, joined["_row"].to_numpy().astype(np.int64), treated)


def _compare(
    found: Sequence[ResponseArms],
    group: NDArray[np.int8],
    responded: NDArray[np.bool_],
    conf_level: float,
) -> list[dict[str, Any]]:
    effects, errors, tables = [], [], []
    unknown = 0
    for one in found:
        status, answer = group[one.rows], responded[one.rows]
        known = status != UNKNOWN
        unknown += int((~known).sum())
        present, treated = status[known] == PRESENT, one.treated[known]
        effect, error = fit_arms(present, treated, answer[known])
        effects.append(effect)
        errors.append(error)
        tables.append(_count(present, treated, answer[known]))
    pooled = pool_trials_together(np.stack(effects), np.stack(errors), conf_level=conf_level)
    counts = np.stack(tables)
    lines = []
    for at, name in enumerate(GROUPS):
        line: dict[str, Any] = {
            "group": name,
            "n_unknown_marker": unknown,
            "odds_ratio": float(np.exp(pooled.estimate[at])),
            "lower": float(np.exp(pooled.random.lower[at])),
            "upper": float(np.exp(pooled.random.upper[at])),
            "p_value": float(pooled.random.p_value[at]),
            "n_trials": int(pooled.n_trials[at]),
            "note": "" if pooled.n_trials[at] else "fewer than 5 patients in a cell of each trial",
        }
        chosen = counts.sum(axis=1) if name == "interaction" else counts[:, at]
        line |= {
            "n_patients": int(chosen.sum()),
            "n_treated": int(chosen[:, 0].sum()),
            "responded_treated": int(chosen[:, 0, 0].sum()),
            "responded_control": int(chosen[:, 1, 0].sum()),
        }
        if name == "interaction":
            together = (float(pooled.estimate[at]), float(pooled.random.p_value[at]))
            effect, error = (np.stack(part)[:, at] for part in (effects, errors))
            line["claim"] = _claim(effect, error, counts, together, conf_level)
        else:
            line |= pool_differences(chosen, conf_level)
        lines.append(line)
    return lines


def _count(
    present: NDArray[np.bool_], treated: NDArray[np.bool_], responded: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return counts by marker (absent, present), arm (treated, control) and response (yes, no)."""
    return np.array(
        [
            [
                [int(((present == a) & (treated == b) & (responded == c)).sum()) for c in (1, 0)]
                for b in (1, 0)
            ]
            for a in (0, 1)
        ],
        dtype=np.int64,
    )


def _claim(
    effects: NDArray[np.float64],
    errors: NDArray[np.float64],
    counts: NDArray[np.int64],
    pooled: tuple[float, float],
    conf_level: float,
) -> str:
    if np.isnan(effects).all():
        return NOT_ASSESSABLE
    kept = [np.arange(len(effects)) != left for left in range(len(effects))]
    left_out = [
        pool_trials_together(
            effects[rest][:, None], errors[rest][:, None], conf_level=conf_level
        ).estimate[0]
        for rest in kept
        if len(effects) > 1
    ]
    rarer = np.minimum(counts[..., 0].sum(axis=0), counts[..., 1].sum(axis=0)).min()
    return name_claim(
        Interactions(
            effect=pooled[0],
            p_value=pooled[1],
            by_trial=effects,
            p_by_trial=np.asarray(2 * ndtr(-np.abs(effects / errors))),
            left_out=np.array(left_out, dtype=np.float64),
            fewest_events=int(rarer),
        )
    )
