"""Which randomised questions of a pool compare which harmonised strategies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.errors import DataError
from chorall.knowledge.strategies import rank_level, read_strategy, strategy_components
from chorall.tables.store import Pool

Contrast = tuple[str, str, str]
"""Component, control and treatment: only questions with the same contrast are pooled."""


@dataclass(frozen=True, slots=True)
class TreatmentQuestion:
    """Two arms of one randomisation of one trial that differ in one component.

    Attributes
    ----------
    trial_id, question : str
        As in the table allocation.
    component : str
        The only one in which the arms differ.
    control, treatment : str
        Levels of the component; the control is the more customary one.
    control_arm, treatment_arm : str
        `arm_id` of the two arms.
    """

    trial_id: str
    question: str
    component: str
    control: str
    treatment: str
    control_arm: str
    treatment_arm: str

    @property
    def contrast(self) -> Contrast:
        """Component, control and treatment."""
        return self.component, self.control, self.treatment

    @property
    def unit(self) -> str:
        """What is randomised, in words."""
        return f"{self.trial_id} {self.question}"


def find_questions(
    pool: Pool, trial_ids: Sequence[str]
) -> tuple[tuple[TreatmentQuestion, ...], list[str]]:
    """Return the questions that compare one component, and why others do not.

    Raises
    ------
    DefinitionError
        If the strategy of an arm is not known.
    """
    arms = read_arms(pool)
    asked = (
        pool.table("allocation")
        .filter(pl.col("randomised"), pl.col("trial_id").is_in(list(trial_ids)))
        .group_by("trial_id", "question")
        .agg(pl.col("assigned_arm").unique().sort())
        .sort("trial_id", "question")
    )
    found: list[TreatmentQuestion] = []
    gaps: list[str] = []
    for trial_id, question, arm_ids in asked.iter_rows():
        for pair in combinations(arm_ids, 2):
            result = compare_arms(trial_id, question, pair, arms)
            if isinstance(result, str):
                gaps.append(result)
            else:
                found.append(result)
    return tuple(found), gaps


def read_arms(pool: Pool) -> dict[tuple[str, str], dict[str, str]]:
    """Return trial and arm to its components and their levels; empty where nothing is mapped."""
    rows = pool.table("arm").select("trial_id", "arm_id", "strategy_id")
    return {
        (trial, arm): read_strategy(strategy) if strategy else {}
        for trial, arm, strategy in rows.iter_rows()
    }


def compare_arms(
    trial_id: str,
    question: str,
    pair: tuple[str, str],
    arms: dict[tuple[str, str], dict[str, str]],
) -> TreatmentQuestion | str:
    """Return what a pair of arms compares, or why it answers no question of one component."""
    where = f"{trial_id} {question}: {pair[0]} and {pair[1]}"
    given = [arms.get((trial_id, arm), {}) for arm in pair]
    if not all(given):
        return f"{where} cannot be harmonised: an arm has no `strategy_id` in its mapping."
    names = sorted(set(given[0]) | set(given[1]))
    differing = [name for name in names if given[0].get(name) != given[1].get(name)]
    if len(differing) != 1:
        listed = " and ".join(differing) or "nothing that was harmonised"
        return f"{where} differ in {listed}: no effect belongs to one component."
    name = differing[0]
    if not all(name in one for one in given):
        return f"{where}: only one of them says what it does about {name}."
    control, treated = sorted(
        zip((one[name] for one in given), pair, strict=True), key=lambda item: rank_level(item[0])
    )
    return TreatmentQuestion(
        trial_id, question, name, control[0], treated[0], control[1], treated[1]
    )


def choose_questions(
    questions: Sequence[TreatmentQuestion], asked: Sequence[str] | str | None
) -> tuple[TreatmentQuestion, ...]:
    """Return the questions about the strategies asked for; all where none were.

    Parameters
    ----------
    questions : sequence of TreatmentQuestion
        Those of the pool.
    asked : sequence of str, or str, or None
        Components (`steroid`) or levels (`steroid_dexamethasone`).

    Raises
    ------
    InputError
        If a strategy is not known.
    DataError
        If no randomised question of the pool is about any of them.
    """
    known = [*strategy_components(), *dict.fromkeys(_list_levels())]
    names = known if asked is None else check_choices(asked, known, what="strategy")
    chosen = tuple(
        one for one in questions if {one.component, one.control, one.treatment} & set(names)
    )
    if not chosen:
        there = sorted({one.component for one in questions})
        raise DataError(
            "no randomised question of the pool compares "
            f"{'any strategy' if asked is None else ', '.join(names)}.\n"
            f"  Randomised there: {', '.join(there) or 'nothing that is mapped to a strategy'}.\n"
            "  `chorall strategies POOL` lists what each trial asks. What patients received "
            "without randomisation is no answer to this question; transplantation in first "
            "remission is `chorall transplant`."
        )
    return chosen


def _list_levels() -> Iterator[str]:
    for component in strategy_components().values():
        yield from (level.id for level in component.levels)
