"""From delivered rows to tested patients: who was lost at which step, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.analyses.result import PoolLabel
from chorall.reports.figure import Figure
from chorall.reports.numbers import count_of, format_count

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

MOST_REASONS: Final = 5
_POINT: Final = "\N{BULLET} "
TITLE: Final = "From the delivered rows to the patients tested"
_NOTE: Final = (
    "Rows and patients are counted apart: one patient has many rows. Set aside: rows that the "
    "mapping leaves out, or that belong to another trial of a shared file. Quarantined: rows that "
    "gave nothing to the pool. Tested: present or absent is known of at least one marker at "
    "diagnosis; not tested is not negative."
)
COLUMNS: Final = (
    ("delivered", "Rows delivered"), ("set_aside", "Set aside"), ("quarantined", "Quarantined"),
    ("pooled", "Rows pooled"), ("in_pool", "Patients"), ("with_endpoint", "With survival"),
    ("tested", "Tested"),
)  # fmt: skip
"""Step and heading, in the order of the way."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One box of the way down, and what was lost on leaving it.

    Attributes
    ----------
    kept : str
        Number and words in the box.
    lost : tuple of str
        Lines beside the arrow that leads on; empty where nothing is lost by this step.
    """

    kept: str
    lost: tuple[str, ...] = ()


def draw_attrition(attrition: pl.DataFrame, label: PoolLabel) -> Figure:
    """Return the diagram: boxes of all trials, what each step lost, and the same by trial.

    Parameters
    ----------
    attrition : DataFrame
        As `chorall.analyses.attrition.count_attrition` returns it; the data of the figure.
    label : PoolLabel
        The pool.
    """
    stages = list_stages(attrition)
    table = _tabulate(attrition, label)
    unclaimed = int(attrition.filter(pl.col("step") == "unclaimed")["n"].sum())
    more = f" {count_of(unclaimed, 'row')} of shared files belong to no trial." if unclaimed else ""

    def draw() -> Drawing:
        from chorall.reports.attrition_drawing import draw_stages

        heads = [name for step, name in COLUMNS if _has(attrition, step)]
        words = (TITLE, _NOTE + more)
        return draw_stages(stages, heads, table, words, synthetic=label.synthetic)

    trials = count_of(len(label.trials), "trial")
    alt = f"{TITLE}, {trials}: {'; '.join(map(_say_stage, stages))}.{more}"
    return Figure("attrition", TITLE, alt, attrition, draw)


def _say_stage(stage: Stage) -> str:
    lost = ", ".join(stage.lost).replace(f", {_POINT}", ": ", 1).replace(_POINT, "")
    return stage.kept + (f" (of these {lost})" if lost else "")


def list_stages(attrition: pl.DataFrame) -> list[Stage]:
    """Return the boxes from the top down, summed over trials."""
    total = dict(attrition.group_by("step").agg(pl.col("n").sum()).iter_rows())
    rows: list[Stage] = []
    if "delivered" in total:
        lost = [f"{count_of(total['set_aside'], 'row')} set aside", *_list_reasons(attrition)]
        rows = [
            Stage(f"{count_of(total['delivered'], 'row')} delivered", tuple(lost)),
            Stage(f"{count_of(total['pooled'], 'row')} pooled"),
        ]
    without = f"{count_of(total['without_endpoint'], 'patient')} without overall survival"
    untested = f"{count_of(total['not_tested'], 'patient')} not tested for any marker"
    return [
        *rows,
        Stage(f"{count_of(total['in_pool'], 'patient')} in the pool", (without,)),
        Stage(f"{count_of(total['with_endpoint'], 'patient')} with overall survival", (untested,)),
        Stage(f"{count_of(total['tested'], 'patient')} tested for a marker"),
    ]


def _list_reasons(attrition: pl.DataFrame) -> list[str]:
    lines = attrition.filter(pl.col("step") == "quarantined")
    reasons = lines.group_by("reason").agg(pl.col("n").sum())
    ordered = list(reasons.sort("n", "reason", descending=[True, False]).iter_rows())
    shown = [f"{_POINT}{n:,} {reason.replace('_', ' ')}" for reason, n in ordered[:MOST_REASONS]]
    rest = ordered[MOST_REASONS:]
    if rest:
        n_rest = sum(n for _, n in rest)
        shown.append(f"{_POINT}{n_rest:,} for {count_of(len(rest), 'other reason')}")
    return [f"{count_of(int(lines['n'].sum()), 'row')} quarantined", *shown]


def _tabulate(attrition: pl.DataFrame, label: PoolLabel) -> list[tuple[str, list[str]]]:
    """Return the line of each trial as it is written."""
    sums = attrition.group_by("trial_id", "step").agg(pl.col("n").sum())
    found = {(trial, step): n for trial, step, n in sums.iter_rows()}
    steps = [step for step, _ in COLUMNS if _has(attrition, step)]
    return [
        (trial, [format_count(found.get((trial, step), 0)) for step in steps])
        for trial in label.trials
    ]


def _has(attrition: pl.DataFrame, step: str) -> bool:
    """Rows are not known of a pool without accounts; that nothing was quarantined is known."""
    known = set(attrition["step"].to_list())
    return step in known or (step == "quarantined" and "delivered" in known)
