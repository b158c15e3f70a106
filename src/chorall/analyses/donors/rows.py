"""The lines of donor against no donor, from what the trials gave by themselves and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN
from chorall.analyses.treatments.contrasts import ContrastScan, TrialScan, pool_trials
from chorall.analyses.treatments.evidence import NATURAL
from chorall.analyses.treatments.rows import judge_interaction, name_limits
from chorall.models.within_trials import TrialsTogether

TOO_FEW: Final = "fewer than 5 patients on a side, or a side without an event"
NOT_FOLLOWED: Final = "not followed to the horizon on both sides"


@dataclass(frozen=True, slots=True)
class Question:
    """What the lines of one contrast have in common.

    Attributes
    ----------
    endpoint : str
        Short name.
    marker : str or None
        None for everybody.
    statuses : tuple of ndarray of int8
        Of the patients of each trial, in the order of the contrast's trials.
    transplanted : Series
        Patients transplanted in first remission.
    """

    endpoint: str
    marker: str | None
    statuses: tuple[NDArray[np.int8], ...]
    transplanted: pl.Series


def list_lines(found: ContrastScan, question: Question, conf_level: float) -> list[dict[str, Any]]:
    """Return the lines of one endpoint: everybody and each trial, or by a marker.

    Parameters
    ----------
    found : ContrastScan
        Of one column: all patients in the group without the marker where none is asked for.
    question : Question
        What is asked.
    conf_level : float
        Of the limits.
    """
    if question.marker is None:
        lines = [_describe(found, question, ABSENT, "all", None)]
        if len(found.trials) > 1:
            for place, one in enumerate(found.trials):
                alone, own = pool_trials((one,), conf_level), _take(question, place)
                lines.append(_describe(alone, own, ABSENT, "all", one.cohort.question.trial_id))
        return lines
    return [
        _describe(found, question, ABSENT, "absent", None),
        _describe(found, question, PRESENT, "present", None),
        _compare(found, question),
    ]


def _take(question: Question, place: int) -> Question:
    return Question(
        question.endpoint, question.marker, (question.statuses[place],), question.transplanted
    )


def _describe(
    found: ContrastScan, question: Question, side: int, group: str, trial: str | None
) -> dict[str, Any]:
    cells = slice(2 * side, 2 * side + 2)
    n = np.array([one.scan.n[cells, 0] for one in found.trials])
    events = np.array([one.scan.n_events[cells, 0] for one in found.trials])
    hazards = name_limits("log", found.hazards[side])
    shares = _share_transplanted(found.trials, question, side)
    risks = _average_risks(found.trials, n, cells)
    line = _label(question, group, trial) | {
        "n_donor": int(n[:, 1].sum()),
        "n_no_donor": int(n[:, 0].sum()),
        "events_donor": int(events[:, 1].sum()),
        "events_no_donor": int(events[:, 0].sum()),
        "transplanted_donor": shares[1],
        "transplanted_no_donor": shares[0],
        "risk_donor": risks[1],
        "risk_no_donor": risks[0],
        "hazard_ratio": float(np.exp(hazards["log"][0])),
        "lower": float(np.exp(hazards["lower_log"][0])),
        "upper": float(np.exp(hazards["upper_log"][0])),
        "p_value": _p_value(found.hazards[side]),
        "n_trials": int((n.min(axis=1) > 0).sum()),
    }
    for name, pairs in (("risk_difference", found.risks), ("years_gained", found.years)):
        line |= {key: float(values[0]) for key, values in name_limits(name, pairs[side]).items()}
    lacking, short = np.isnan(line["hazard_ratio"]), np.isnan(line["risk_difference"])
    notes = [text for text, holds in ((TOO_FEW, lacking), (NOT_FOLLOWED, short)) if holds]
    return line | {"note": "; ".join(notes)}


def _compare(found: ContrastScan, question: Question) -> dict[str, Any]:
    pooled = found.interaction
    p_value = float(pooled.random.p_value[0])
    risk = name_limits("risk_difference", found.risk_interaction)
    return (
        _label(question, "interaction", None)
        | {
            "n_donor": int(sum(one.scan.n[[1, 3], 0].sum() for one in found.trials)),
            "n_no_donor": int(sum(one.scan.n[[0, 2], 0].sum() for one in found.trials)),
            "hazard_ratio": float(np.exp(pooled.estimate[0])),
            "lower": float(np.exp(pooled.random.lower[0])),
            "upper": float(np.exp(pooled.random.upper[0])),
            "p_value": p_value,
            "n_trials": int(pooled.n_trials[0]),
            "claim": judge_interaction(found, 0, p_value, False),
            "note": _note_interaction(pooled),
        }
        | {name: float(values[0]) for name, values in risk.items()}
    )


def _note_interaction(pooled: TrialsTogether) -> str:
    if np.isnan(pooled.estimate[0]):
        return TOO_FEW
    if pooled.n_trials[0] != 2:
        return ""
    return (
        "two trials: the limits have one degree of freedom; as if the trials did not differ "
        f"{np.exp(pooled.common_estimate[0]):.2f}, p = {pooled.common_p_value[0]:.2g}"
    )


def _label(question: Question, group: str, trial: str | None) -> dict[str, Any]:
    return {
        "endpoint": question.endpoint, "trial": trial, "evidence": NATURAL,
        "marker": question.marker, "group": group,
    }  # fmt: skip


def _p_value(pooled: TrialsTogether) -> float:
    two = pooled.n_trials[0] == 2
    return float(pooled.common_p_value[0] if two else pooled.random.p_value[0])


def _average_risks(
    trials: Sequence[TrialScan], n: NDArray[np.int64], cells: slice
) -> tuple[float, float]:
    """Return the risks without and with a donor, trials weighed by all their patients."""
    risks = np.array([one.scan.risk[cells, 0] for one in trials])
    known = np.isfinite(risks).all(axis=1) & (n.min(axis=1) > 0)
    if not known.any():
        return np.nan, np.nan
    without, with_donor = np.average(risks[known], axis=0, weights=n[known].sum(axis=1))
    return float(without), float(with_donor)


def _share_transplanted(
    trials: Sequence[TrialScan], question: Question, side: int
) -> tuple[float, float]:
    found = []
    for arm in (False, True):
        done = total = 0
        for one, statuses in zip(trials, question.statuses, strict=True):
            of_side = (one.cohort.treated == arm) & (statuses == side) & (statuses != UNKNOWN)
            ids = one.cohort.patient_ids.filter(pl.Series(of_side))
            total += len(ids)
            done += int(ids.is_in(question.transplanted.implode()).sum())
        found.append(done / total if total else np.nan)
    return found[0], found[1]
