"""Figures of the groups of children: who, how sure, at what cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.deescalation.result import DeescalationResult
from chorall.knowledge.deescalation_rules import deescalation_rules
from chorall.knowledge.strategies import level_labels
from chorall.reports.deescalation_table import format_difference, format_upper
from chorall.reports.figure import Figure
from chorall.reports.numbers import EN_DASH, format_count, format_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

MOST_GROUPS: Final = 24
"""On one sheet; a group of its own has a sheet of its own."""
MOST_COURSES: Final = 6


def draw_deescalation(result: DeescalationResult) -> list[Figure]:
    """Return the glance over all groups, then the course of each, then each reduction."""
    groups = result.printed.filter(pl.col("n_group") > 0)["group"].to_list()[:MOST_COURSES]
    reductions = result.difference_curves.select(
        "group", "component", "standard", "reduced"
    ).unique(maintain_order=True)
    shown = reductions.filter(pl.col("group").is_in(groups)).rows()
    return [
        draw_glance(result),
        *(draw_course(result, group) for group in groups),
        *(draw_reduction(result, *key) for key in shown),
    ]


def draw_glance(result: DeescalationResult) -> Figure:
    """Return all groups: size, relapse with its upper limits, cost and verdict."""
    title = "Candidates for a randomised trial of less treatment"
    data = result.printed.head(MOST_GROUPS).join(
        _name_eras(result), on="group", how="left", maintain_order="left"
    )
    said = [
        f"{row['group']}: {row['word']}; {format_count(row['n_group'])} children, relapse "
        f"{format_upper(row['relapse'], row['relapse_upper'])}, treatment death "
        f"{format_percent(row['treatment_death'])}, {format_percent(row['share_of_relapses'])} of "
        "all relapses."
        for row in data.iter_rows(named=True)
    ]
    note = (
        f"Relapse within {result.horizon_years:g} years of remission, death competing. Thick line: "
        f"from the estimate to its upper {100 * (1 + result.conf_level) / 2:g} % limit (of all "
        "trials, or with fewer than three the highest of any trial alone); thin line: to that of "
        f"a new trial. Dashed: the bound of {format_percent(result.relapse_bound)}. Treatment "
        "death: in induction or remission. The low risk was seen on the treatment that was given. "
        "Research use only."
    )

    def draw() -> Drawing:
        from chorall.reports.deescalation_drawing import draw_groups

        return draw_groups(
            data, title, note, bound=result.relapse_bound, synthetic=result.pool.synthetic
        )

    return Figure("deescalation-glance", title, f"{title}. {' '.join(said)}", data, draw)


def _name_eras(result: DeescalationResult) -> pl.DataFrame:
    """Return group and seen_in: how many trials, and from which years of accrual to which."""
    years = pl.col("accrual").str.split(EN_DASH)
    first, last = years.list.first().min(), years.list.last().max()
    some = (
        pl.when(pl.len() == 1).then(pl.lit("1 trial")).otherwise(pl.format("{} trials", pl.len()))
    )
    seen = pl.when(first.is_null()).then(some).otherwise(pl.format("{}, {}-{}", some, first, last))
    lines = result.backbone.filter(pl.col("arm").is_null())
    return lines.group_by("group", maintain_order=True).agg(seen_in=seen)


def draw_course(result: DeescalationResult, group: str) -> Figure:
    """Return what ends event-free survival in a group, and relapse trial by trial."""
    lines = result.rows.filter(group=group)
    together = lines.filter(pl.col("trial").is_null()).row(0, named=True)
    backbone = result.backbone.filter(pl.col("arm").is_null(), group=group)
    about = "; ".join(
        f"{row['trial']} {row['accrual'] or ''}: {row['treatment']}"
        for row in backbone.iter_rows(named=True)
    )
    title = f"{group} {EN_DASH} {together['word']}"
    note = (
        "Left: what came first, stacked; the rest are event-free. Right: relapse at "
        f"{result.horizon_years:g} years with both limits; open: chosen on this trial, not "
        f"headlined; diamond: together. A trial with fewer than "
        f"{deescalation_rules().gates.fewest_patients} children does not count. Dashed: the bound. "
        f"Treatment: {about or 'not mapped'}. "
        "Research use only."
    )
    data = result.stacked.filter(group=group)
    alt = (
        f"{title}. {together['reason']}. Relapse "
        f"{format_upper(together['relapse'], together['relapse_upper'])}, treatment death "
        f"{format_percent(together['treatment_death'])}, second malignancy "
        f"{format_percent(together['second_malignancy'])}. Treatment: {about or 'not mapped'}."
    )

    def draw() -> Drawing:
        from chorall.reports.deescalation_course_drawing import draw_course_sheet

        return draw_course_sheet(
            data, lines, title, together["reason"], note,
            bound=result.relapse_bound, synthetic=result.pool.synthetic,
        )  # fmt: skip

    return Figure(f"deescalation-{group}", title, alt, data, draw)


def draw_reduction(
    result: DeescalationResult, group: str, component: str, standard: str, reduced: str
) -> Figure:
    """Return the absolute difference of event-free survival over time, with the margin."""
    key = {"group": group, "component": component, "standard": standard, "reduced": reduced}
    lines = result.reductions.filter(**key)
    data = result.difference_curves.filter(**key)
    labels = level_labels()
    title = f"{group} {EN_DASH} {labels[reduced]} against {labels[standard]}"
    said = [_say(row) for row in lines.iter_rows(named=True)]
    note = (
        f"{' '.join(said)} Event-free survival from randomisation, reduced less standard, "
        "stratified by trial; "
        f"limits one-sided at {100 * (1 + result.conf_level) / 2:g} %. Dashed: the margin. "
        "Research use only."
    )

    def draw() -> Drawing:
        from chorall.reports.deescalation_course_drawing import draw_difference

        return draw_difference(
            data, title, note, margin=result.margin, horizon=result.horizon_years,
            synthetic=result.pool.synthetic,
        )  # fmt: skip

    return Figure(f"reduction-{group}-{reduced}", title, f"{title}. {' '.join(said)}", data, draw)


def _say(row: dict[str, Any]) -> str:
    if row["difference"] is None:
        return f"{row['population'].capitalize()}: {row['word']}, {row['note']}."
    shown = format_difference(row["difference"], row["lower"], row["upper"])
    return (
        f"{row['population'].capitalize()} ({format_count(row['n_reduced'])} and "
        f"{format_count(row['n_standard'])} children of {row['trials']}): {shown} points, "
        f"{row['word']}."
    )
