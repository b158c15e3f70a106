"""Which component of treatment each patient was given, since when, and how it was decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from chorall.analyses.treatments.questions import read_arms
from chorall.tables.store import Pool

RECEIVED: Final = "as received"
RANDOMISED: Final = "randomised"
OBSERVATIONAL: Final = "observational"
GIVEN: Final[dict[str, pl.DataType]] = {
    "patient_id": pl.String(),
    "day": pl.Float64(),
    **dict.fromkeys(("component", "level", "evidence"), pl.String()),
}
Line = tuple[str, float | None, str, str, str]


def read_given(pool: Pool) -> tuple[pl.DataFrame, list[str]]:
    """Return what each patient was given, by component, and warnings.

    Parameters
    ----------
    pool : Pool
        The pooled data.

    Returns
    -------
    given : DataFrame
        patient_id, day, component, level, evidence. Where the arm received is recorded it goes
        before the arm allocated, from its first day or else the day of allocation (`as
        received`); elsewhere the arm allocated (`randomised` or `observational`).
    warnings : list of str
        How many lines have no day or no harmonised strategy and are left out.
    """
    allocated = list(_list_allocated(pool))
    days = {(patient, component): day for patient, day, component, _, _ in allocated}
    received: dict[tuple[str, str], Line] = {}
    for patient, day, component, level, evidence in _list_received(pool):
        key = (patient, component)
        since = day if day is not None else days.get(key)
        received.setdefault(key, (patient, since, component, level, evidence))
    others = [line for line in allocated if (line[0], line[2]) not in received]
    lines = [*received.values(), *others]
    usable = [line for line in lines if line[1] is not None and line[3]]
    n_left_out = len(lines) - len(usable)
    warned = [
        f"{n_left_out:,} treatments have no day or no harmonised strategy; they are left out of "
        "the map of treatment."
    ]
    frame = pl.DataFrame(usable, schema=dict(GIVEN), orient="row")
    return frame, warned if n_left_out else []


def _list_allocated(pool: Pool) -> Iterator[Line]:
    arms = read_arms(pool)
    names = ("patient_id", "trial_id", "assigned_arm", "day", "randomised")
    for patient, trial, arm, day, randomised in pool.table("allocation").select(names).iter_rows():
        evidence = RANDOMISED if randomised else OBSERVATIONAL
        for component, level in (arms.get((trial, arm)) or {arm: ""}).items():
            yield patient, None if day is None else float(day), component, level, evidence


def _list_received(pool: Pool) -> Iterator[Line]:
    arms = read_arms(pool)
    rows = pool.table("treatment").drop_nulls("arm_received").sort("start_day", nulls_last=True)
    names = ("patient_id", "trial_id", "arm_received", "start_day")
    for patient, trial, arm, day in rows.select(names).iter_rows():
        for component, level in arms.get((trial, arm), {}).items():
            yield patient, None if day is None else float(day), component, level, RECEIVED
