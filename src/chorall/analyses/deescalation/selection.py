"""Nested selection: a group that data choose is judged in trials that had no part in the choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.deescalation.bounds import measure_kinds
from chorall.analyses.deescalation.candidates import (
    AFTER_INDUCTION,
    AT_DIAGNOSIS,
    OUT,
    SELECTED,
    Candidate,
)
from chorall.analyses.deescalation.children import Children
from chorall.analyses.deescalation.limits import RiskAtHorizon
from chorall.analyses.deescalation.together import pool_risk_rows
from chorall.knowledge.units import DAYS_PER_YEAR

NOBODY: Final = "no group within the bound"
ID: Final = "selected"
FEWEST_TRIALS: Final = 2
"""To choose in; with fewer there is nothing to select."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A group that these data chose.

    Attributes
    ----------
    candidate : Candidate
        Its members.
    names : dict of str to str
        Trial to the group that was chosen without it.
    """

    candidate: Candidate
    names: dict[str, str]


def select_nested(
    children: Children,
    candidates: Sequence[Candidate],
    *,
    horizon_years: float,
    relapse_bound: float,
    conf_level: float,
) -> Selected | None:
    """Choose the largest group whose relapse is bounded, for each trial in all the others.

    Parameters
    ----------
    children : Children
        The n children.
    candidates : sequence of Candidate
        What is chosen from.
    horizon_years, relapse_bound, conf_level : float
        A group may be chosen where the pooled upper limit of relapse lies within the bound.

    Returns
    -------
    Selected or None
        Every trial has the members of the group that was chosen without it: no outcome of a trial
        decides who of it is in the group. None with fewer than two groups or three trials.
    """
    if len(candidates) < 2 or len(children.trial_ids) <= FEWEST_TRIALS:
        return None
    codes = np.full(len(children.trial), OUT, np.int8)
    names = {}
    cells = measure_cells(children, candidates, horizon_years * DAYS_PER_YEAR, conf_level)
    everywhere = range(len(children.trial_ids))
    for column, trial in enumerate(children.trial_ids):
        others = [place for place in everywhere if place != column]
        chosen = choose_group(candidates, cells, others, relapse_bound, conf_level)
        names[trial] = NOBODY if chosen is None else chosen.id
        if chosen is not None:
            own = children.in_trials([trial])
            codes[own] = chosen.codes[own]
    apparent = choose_group(candidates, cells, everywhere, relapse_bound, conf_level)
    candidate = Candidate(
        id=ID,
        label="the largest group within the bound in all other trials",
        origin=SELECTED,
        codes=codes,
        known_from=latest(candidates),
        confidence="computed",
        apparent=np.full_like(codes, OUT) if apparent is None else apparent.codes,
    )
    return Selected(candidate, names)


def measure_cells(
    children: Children, candidates: Sequence[Candidate], horizon: float, conf_level: float
) -> list[list[RiskAtHorizon]]:
    """Return the relapse of every candidate (rows) in every trial (columns)."""
    places = [children.in_trials([name]) for name in children.trial_ids]
    return [
        [
            measure_kinds(children.relapse, one.members & own, (1,), horizon, conf_level)
            for own in places
        ]
        for one in candidates
    ]


def choose_group(
    candidates: Sequence[Candidate],
    cells: Sequence[Sequence[RiskAtHorizon]],
    columns: Sequence[int],
    relapse_bound: float,
    conf_level: float,
) -> Candidate | None:
    """Return the largest group within the bound in some trials; None if there is none.

    Parameters
    ----------
    candidates : sequence of Candidate, length m
        What is chosen from; ties go to the first.
    cells : m rows of RiskAtHorizon
        From `measure_cells`.
    columns : sequence of int
        The trials to choose in; the others are never looked at.
    relapse_bound, conf_level : float
        As in `select_nested`.
    """
    rows = [[row[column] for column in columns] for row in cells]
    found = pool_risk_rows(rows, conf_level)
    within = [place for place, one in enumerate(found) if one.upper <= relapse_bound]
    sizes = [sum(one.n for one in row) for row in rows]
    return candidates[max(within, key=lambda place: sizes[place])] if within else None


def compare_with_apparent(
    children: Children,
    candidate: Candidate,
    names: dict[str, str],
    *,
    horizon_years: float,
    conf_level: float,
) -> list[dict[str, Any]]:
    """Return, trial by trial, the group chosen without it beside the one chosen on all trials.

    Parameters
    ----------
    children : Children
        The n children.
    candidate : Candidate
        With `apparent`.
    names : dict of str to str
        Trial to what was chosen without it, in words.
    horizon_years, conf_level : float
        Where relapse is read.
    """
    if candidate.apparent is None:
        return []
    horizon = horizon_years * DAYS_PER_YEAR
    lines = []
    for trial in children.trial_ids:
        own = children.in_trials([trial])
        figures = [
            measure_kinds(children.relapse, own & (codes == 1), (1,), horizon, conf_level)
            for codes in (candidate.codes, candidate.apparent)
        ]
        lines.append(
            {
                "group": candidate.id,
                "trial": trial,
                "chosen": names.get(trial, ""),
                "n_group": int((own & candidate.members).sum()),
                "apparent_n": int((own & (candidate.apparent == 1)).sum()),
                "relapse": figures[0].risk,
                "apparent_relapse": figures[1].risk,
            }
        )
    return lines


def latest(candidates: Sequence[Candidate]) -> str:
    """Return `after induction` where one of them is known only then."""
    later = any(one.known_from == AFTER_INDUCTION for one in candidates)
    return AFTER_INDUCTION if later else AT_DIAGNOSIS


CHOSEN_SCHEMA: Final[dict[str, pl.DataType]] = {
    "group": pl.String(),
    "trial": pl.String(),
    "chosen": pl.String(),
    "n_group": pl.Int64(),
    "apparent_n": pl.Int64(),
    "relapse": pl.Float64(),
    "apparent_relapse": pl.Float64(),
}
