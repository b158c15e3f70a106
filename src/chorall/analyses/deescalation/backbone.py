"""On which treatment, and when, the risk of a group was seen: no risk without its backbone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl

from chorall.analyses.deescalation.bounds import measure_kinds
from chorall.analyses.deescalation.children import Booleans, Children
from chorall.analyses.deescalation.subgroups import describe_risk
from chorall.analyses.treatments.questions import read_arms
from chorall.knowledge.strategies import level_labels, strategy_components
from chorall.tables.store import Pool

NOT_MAPPED: Final = "not mapped"
ALL_ARMS: Final = "all of the group"


def describe_backbone(
    pool: Pool,
    children: Children,
    rows: Booleans,
    trial_ids: Sequence[str],
    *,
    horizon: float,
    conf_level: float,
) -> pl.DataFrame:
    """Return trial, era and treatment of a group with its relapse, trial by trial and arm by arm.

    Parameters
    ----------
    pool, children
        The pool and its n children.
    rows : ndarray of bool, shape (n,)
        The group.
    trial_ids : sequence of str
        The trials to describe.
    horizon, conf_level : float
        Days; two-sided level.

    Returns
    -------
    DataFrame
        trial, trial_group, accrual (years), era (year bands of the group's members), question and
        arm (null for all members of the trial), treatment (components and levels of knowledge/
        strategies, or `not mapped`), n, relapse with n_, _lower and _upper. An arm counts the
        members allocated to it; those not allocated stand in the first line of the trial only.
    """
    lines = [
        line
        for trial in trial_ids
        for line in _describe_trial(pool, children, rows, trial, horizon, conf_level)
    ]
    return pl.DataFrame(lines, infer_schema_length=None).with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )


def find_unmapped(pool: Pool, trial_ids: Sequence[str]) -> list[str]:
    """Return the trials of which no arm says what treatment it stands for."""
    given = read_arms(pool)
    return [
        trial
        for trial in trial_ids
        if not any(levels for (name, _), levels in given.items() if name == trial)
    ]


def _describe_trial(
    pool: Pool, children: Children, rows: Booleans, trial: str, horizon: float, conf_level: float
) -> Iterator[dict[str, Any]]:
    own = rows & children.in_trials([trial])
    about = pool.table("trial").filter(trial_id=trial).row(0, named=True)
    arms = read_arms(pool)
    given = [levels for (name, _), levels in arms.items() if name == trial]
    first: dict[str, Any] = {
        "trial": trial,
        "trial_group": about["group"],
        "accrual": _name_years(about["accrual_from_year"], about["accrual_to_year"]),
        "era": _name_era(children.people.filter(own)["year_band"]),
    }

    def measure(members: Booleans) -> dict[str, Any]:
        risk = measure_kinds(children.relapse, members, (1,), horizon, conf_level)
        return {"n": int(members.sum())} | describe_risk("relapse", risk)

    yield first | {"question": None, "arm": None, "treatment": _name_levels(given)} | measure(own)
    allocated = pool.table("allocation").filter(trial_id=trial)
    for question, arm in (
        allocated.select("question", "assigned_arm").unique().sort(pl.all()).rows()
    ):
        there = allocated.filter(question=question, assigned_arm=arm)["patient_id"]
        members = own & children.people["patient_id"].is_in(there.implode()).to_numpy()
        treatment = _name_levels([arms.get((trial, arm), {})])
        yield first | {"question": question, "arm": arm, "treatment": treatment} | measure(members)


def _name_levels(given: Sequence[dict[str, str]]) -> str:
    """Return every component with the levels that stand in these arms."""
    labels = level_labels()
    parts = []
    for component, definition in strategy_components().items():
        levels = [one[component] for one in given if component in one]
        if levels:
            named = dict.fromkeys(
                labels[level.id] for level in definition.levels if level.id in levels
            )
            parts.append(f"{definition.name}: {' or '.join(named)}")
    return "; ".join(parts) or NOT_MAPPED


def _name_years(first: int | None, last: int | None) -> str | None:
    return None if first is None or last is None else f"{first}\N{EN DASH}{last}"


def _name_era(bands: pl.Series) -> str | None:
    known = sorted(bands.drop_nulls().unique().to_list())
    return ", ".join(known) or None
