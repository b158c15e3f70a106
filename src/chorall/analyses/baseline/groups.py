"""The columns of a baseline table: one group for each patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from chorall.analyses.arguments import check_markers
from chorall.analyses.choices import check_choices
from chorall.analyses.incidence_groups import label_groups
from chorall.analyses.subtypes import OPEN
from chorall.errors import InputError
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS

ALL: Final = "all"
ARM: Final = "arm"
TRIAL: Final = "trial"
UNKNOWN: Final = "unknown"
OTHERS: Final = "other groups"
NOT_TESTED: Final = "not tested"
NOT_KNOWN: Final = (UNKNOWN, NOT_TESTED, OPEN)
MARKER_PREFIX: Final = "marker:"
GROUPINGS: Final = (TRIAL, ARM, "age_band", "lineage", "sex", "ph_status", "subtype")


@dataclass(frozen=True, slots=True)
class Grouping:
    """The n patients of a table and the group of each.

    Attributes
    ----------
    by : str
        What they are divided by, or `all`.
    patient_ids : Series, length n
        Pseudonyms, in the order of the pool.
    groups : Series of int, length n
        Place in `names`; with no names all are 0.
    names : tuple of str
        In the order of the columns.
    unknown : tuple of bool
        True for a group of patients whose group is not known; it enters no difference.
    warnings : tuple of str
        What the reader must know.
    """

    by: str
    patient_ids: pl.Series
    groups: pl.Series
    names: tuple[str, ...]
    unknown: tuple[bool, ...]
    warnings: tuple[str, ...] = ()


def read_grouping(by: str) -> str:
    """Return the name of a grouping as typed by a person: `age band` is `age_band`."""
    if by.startswith(MARKER_PREFIX):
        return by
    known = (ALL, *GROUPINGS, f"{MARKER_PREFIX}NAME")
    return check_choices([by.strip().replace(" ", "_")], known, what="grouping")[0]


def group_patients(
    pool: Pool, by: str, trials: Sequence[str], question: str | None, smallest: int
) -> Grouping:
    """Divide the patients of the trials.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    by : str
        As `read_grouping` returns it.
    trials : sequence of str
        Patients of others are left out.
    question : str or None
        The randomised question, for arms.
    smallest : int
        Groups of patients by what they are or have, of fewer patients than that, share one column.

    Raises
    ------
    InputError
        If the marker does not exist, or the question is not the only one and none was named.
    """
    patients = pool.table("patient").filter(pl.col("trial_id").is_in(list(trials)))
    labels, warnings = _label(pool, patients, by, question)
    there = labels["group"].unique()
    order = [name for name in _list_order(labels["group"]) if name in there]
    labels = labels.with_columns(pl.col("group").cast(pl.String))
    if by not in (ALL, TRIAL, ARM):
        labels, order, notes = _leave_out_unknown(labels, order, smallest)
        warnings += notes
        labels, order = _merge_small(labels, order, smallest)
        merged = OTHERS in order
        warnings += [f"Groups of fewer than {smallest} patients share one column."] * merged
    place = {name: number for number, name in enumerate(order)}
    return Grouping(
        by=by,
        patient_ids=labels["patient_id"],
        groups=labels["group"].replace_strict(place, return_dtype=pl.Int32),
        names=() if by == ALL else tuple(order),
        unknown=tuple(name in NOT_KNOWN for name in order),
        warnings=tuple(warnings),
    )


def _label(
    pool: Pool, patients: pl.DataFrame, by: str, question: str | None
) -> tuple[pl.DataFrame, list[str]]:
    if question is not None and by != ARM:
        raise InputError(f"`question` is {question!r}, but the table is by {by}: it is for arms.")
    ids = patients.select("patient_id")
    if by == ALL:
        return ids.with_columns(group=pl.lit(ALL)), []
    if by == ARM:
        return _label_arms(pool, patients, question)
    if by.startswith(MARKER_PREFIX):
        return _label_marker(pool, ids, by.removeprefix(MARKER_PREFIX)), []
    labels = label_groups(pool, [by]).select("patient_id", group=pl.col(by))
    return ids.join(labels, on="patient_id", how="left", maintain_order="left"), []


def _label_marker(pool: Pool, ids: pl.DataFrame, marker: str) -> pl.DataFrame:
    check_markers(pool, [marker])
    is_known = pl.col("rules_out") & pl.col("status").is_in(["present", "absent"])
    status = (
        pool.table("marker_result")
        .filter(is_known, phase=DIAGNOSIS, marker=marker)
        .select("patient_id", group=pl.col("status").cast(pl.String))
    )
    words = pl.Enum(["present", "absent", NOT_TESTED])
    return ids.join(status, on="patient_id", how="left", maintain_order="left").with_columns(
        pl.col("group").fill_null(NOT_TESTED).cast(words)
    )


def _label_arms(
    pool: Pool, patients: pl.DataFrame, question: str | None
) -> tuple[pl.DataFrame, list[str]]:
    allocation = pool.table("allocation").filter(pl.col("randomised"))
    allocation = allocation.join(patients.select("patient_id"), on="patient_id")
    asked = allocation.select("trial_id", "question").unique().sort("trial_id", "question").rows()
    chosen = [pair for pair in asked if question is None or pair[1] == question]
    several = len({trial for trial, _ in chosen}) < len(chosen)
    if not chosen or several:
        told = "; ".join(f"{one} in {trial}" for trial, one in asked) or "none"
        wrong = "several in one trial" if several else "no such question"
        raise InputError(
            f"randomised question {question or '(not named)'}: {wrong}.\n"
            f"  These trials have: {told}.\n  Name one by `question` (--question)."
        )
    rows = pl.DataFrame(chosen, schema=["trial_id", "question"], orient="row")
    names = pool.table("arm").select("trial_id", assigned_arm="arm_id", label="label")
    single = len(chosen) == 1
    label = pl.coalesce("label", "assigned_arm")
    labels = (
        allocation.join(rows, on=["trial_id", "question"], maintain_order="left")
        .join(names, on=["trial_id", "assigned_arm"], how="left", maintain_order="left")
        .with_columns(group=label if single else pl.col("trial_id") + ": " + label)
    )
    left_out = patients.height - labels.height
    notes = [f"{left_out:,} patients of these trials were not randomised here: left out."]
    return labels.select("patient_id", "group"), notes if left_out else []


def _list_order(groups: pl.Series) -> list[str]:
    if isinstance(groups.dtype, pl.Enum):
        return groups.dtype.categories.to_list()
    return groups.unique().sort().to_list()


def _leave_out_unknown(
    labels: pl.DataFrame, order: list[str], smallest: int
) -> tuple[pl.DataFrame, list[str], list[str]]:
    """Leave out patients whose group is not known where they are too few for a column.

    Among all patients they would be what is left when the columns are taken away.
    """
    sizes = dict(labels.group_by("group").len().iter_rows())
    few = [name for name in order if name in NOT_KNOWN and sizes[name] < smallest]
    if not few:
        return labels, order, []
    left_out = sum(sizes[name] for name in few)
    note = f"{left_out} of the patients are left out: which group they belong to is not known."
    return labels.filter(~pl.col("group").is_in(few)), [o for o in order if o not in few], [note]


def _merge_small(
    labels: pl.DataFrame, order: list[str], smallest: int
) -> tuple[pl.DataFrame, list[str]]:
    """Put small groups together; the next smallest joins them until they are enough.

    Patients whose group is not known stay by themselves: that says nothing about them.
    """
    sizes = dict(labels.group_by("group").len().iter_rows())
    known = [name for name in order if name not in NOT_KNOWN]
    ranked = sorted(known, key=sizes.__getitem__)
    small = [name for name in ranked if sizes[name] < smallest]
    rest = [name for name in ranked if name not in small]
    while small and rest and (len(small) < 2 or sum(sizes[name] for name in small) < smallest):
        small.append(rest.pop(0))
    if not small:
        return labels, order
    merged = pl.when(pl.col("group").is_in(small)).then(pl.lit(OTHERS)).otherwise("group")
    kept = [name for name in known if name not in small]
    last = [name for name in order if name not in known]
    return labels.with_columns(group=merged), [*kept, OTHERS, *last]
