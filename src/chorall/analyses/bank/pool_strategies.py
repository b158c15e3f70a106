"""Who was allocated to which strategy, when, and what trials compared."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import polars as pl

from chorall.models.bank.bank import Comparison
from chorall.tables.store import Pool


@dataclass(frozen=True, slots=True)
class Allocation:
    """One patient, one question: the day, the question, the strategy."""

    day: float
    question: str
    strategy: str


@dataclass(frozen=True, slots=True)
class Allocations:
    """All of them.

    Attributes
    ----------
    by_patient : dict of str to list of Allocation
        In the order of days.
    comparisons : tuple of Comparison
        Strategies that were compared, directly or through a third one.
    warnings : tuple of str
        What was left out.
    """

    by_patient: dict[str, list[Allocation]]
    comparisons: tuple[Comparison, ...]
    warnings: tuple[str, ...]

    @property
    def flagged(self) -> tuple[str, ...]:
        """Strategies with a flag of their own, all but the references."""
        return tuple(name for one in self.comparisons for name in one.strategies[1:])


def read_allocations(pool: Pool) -> Allocations:
    """Read allocations with a day and a harmonised strategy."""
    arms = pool.table("arm").select(
        "trial_id", pl.col("arm_id").alias("assigned_arm"), "strategy_id"
    )
    rows = pool.table("allocation").join(arms, on=["trial_id", "assigned_arm"], how="left")
    usable = rows.drop_nulls(["day", "strategy_id"]).sort("patient_id", "day", "question")
    warnings = []
    if usable.height < rows.height:
        warnings.append(
            f"{rows.height - usable.height} allocations have no day or no harmonised strategy and "
            "were left out."
        )
    by_patient: defaultdict[str, list[Allocation]] = defaultdict(list)
    columns = usable.select("patient_id", "day", "question", "strategy_id")
    for patient, day, question, strategy in columns.iter_rows():
        by_patient[patient].append(Allocation(float(day), question, strategy))
    return Allocations(dict(by_patient), _list_comparisons(usable), tuple(warnings))


def _list_comparisons(rows: pl.DataFrame) -> tuple[Comparison, ...]:
    """Join the strategies of a question; questions that share a strategy go together."""
    sets: list[set[str]] = []
    for _, own in rows.group_by("trial_id", "question", maintain_order=True):
        asked = set(own["strategy_id"].to_list())
        touched = [one for one in sets if one & asked]
        sets = [one for one in sets if not one & asked] + [asked.union(*touched)]
    counts = Counter(rows["strategy_id"].to_list())
    found = []
    for members in sorted(sets, key=lambda one: sorted(one)):
        if len(members) < 2:
            continue
        ordered = tuple(sorted(members, key=lambda name: (-counts[name], name)))
        own = rows.filter(pl.col("strategy_id").is_in(sorted(members)))
        is_random = bool(own["randomised"].fill_null(False).all())
        found.append(Comparison(ordered[0], ordered, is_random, own["trial_id"].n_unique()))
    return tuple(found)
