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
JOINED_BY: Final = "+"
"""Joins groupings, as in trial+age_band."""
BETWEEN: Final = " · "
"""Stands between the parts of the name of a group of joined groupings."""
GROUPINGS: Final = (TRIAL, ARM, "age_band", "lineage", "sex", "ph_status", "subtype")


@dataclass(frozen=True, slots=True)
class Grouping:
    """The n patients of a table and the group of each.

    Attributes
    ----------
    by : str
        What they are divided by, or `all`; of joined groupings trial+age_band.
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
    """Return the name of a grouping as typed by a person: `trial + age band` is trial+age_band."""
    parts = [_read_part(part.strip(), alone=JOINED_BY not in by) for part in by.split(JOINED_BY)]
    if len(set(parts)) < len(parts):
        raise InputError(f"the grouping `{by}` names one grouping twice.")
    return JOINED_BY.join(parts)


def _read_part(by: str, *, alone: bool) -> str:
    if by.startswith(MARKER_PREFIX):
        return by
    known = (*((ALL,) if alone else ()), *GROUPINGS, f"{MARKER_PREFIX}NAME")
    return check_choices([by.replace(" ", "_")], known, what="grouping")[0]


def is_unknown(name: str) -> bool:
    """Return True for a group of which a part is not known."""
    return any(part in NOT_KNOWN for part in name.split(BETWEEN))


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
    labels, order, warnings = _label_jointly(pool, patients, by.split(JOINED_BY), question)
    if not {*by.split(JOINED_BY)} <= {ALL, TRIAL, ARM}:
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
        unknown=tuple(map(is_unknown, order)),
        warnings=tuple(warnings),
    )


def _label_jointly(
    pool: Pool, patients: pl.DataFrame, parts: Sequence[str], question: str | None
) -> tuple[pl.DataFrame, list[str], list[str]]:
    """Return patient_id and group, the groups in order, and notes; the first part goes first."""
    if question is not None and ARM not in parts:
        by = JOINED_BY.join(parts)
        raise InputError(f"`question` is {question!r}, but the table is by {by}: it is for arms.")
    joined, places, warnings = patients.select("patient_id"), [], []
    for number, part in enumerate(parts):
        labels, notes = _label(pool, patients, part, question)
        words = [str(word) for word in _list_order(labels["group"])]
        places.append({word: place for place, word in enumerate(words)})
        named = labels.select("patient_id", pl.col("group").cast(pl.String).alias(f"{number}"))
        joined = joined.join(named, on="patient_id", maintain_order="left")
        warnings += notes
    there = joined.select(pl.exclude("patient_id")).unique().rows()
    there.sort(key=lambda row: [place[word] for place, word in zip(places, row, strict=True)])
    group = pl.concat_str(pl.exclude("patient_id"), separator=BETWEEN)
    return joined.select("patient_id", group=group), [BETWEEN.join(row) for row in there], warnings


def _label(
    pool: Pool, patients: pl.DataFrame, by: str, question: str | None
) -> tuple[pl.DataFrame, list[str]]:
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
    few = [name for name in order if is_unknown(name) and sizes[name] < smallest]
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
    known = [name for name in order if not is_unknown(name)]
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
