"""Small counts hidden in risk groups and in the map of their treatment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from chorall.analyses.hidden_counts import Cell
from chorall.analyses.risk.groupings import NOT_ASSESSABLE_WORDS
from chorall.reports.disclosure import FEWEST_SHOWN
from chorall.reports.disclosure_counts import Counted, Line, cover_lines, group_lines

OF_RISK: Final = ("n_events", "risk", "lower", "upper", "n_at_risk")
OF_ARM: Final = {
    "relapses": ("n_relapses", "relapse", "lower_relapse", "upper_relapse"),
    "deaths": (
        "n_treatment_deaths", "treatment_death", "lower_treatment_death", "upper_treatment_death",
    ),
}  # fmt: skip


def hide_risk(printed: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return risk groups of all trials with small counts, and what tells them, as null.

    Parameters
    ----------
    printed : DataFrame
        `RiskResult.printed`: on day 0 and at the end of induction.
    fewest : int
        The smallest count shown.

    Returns
    -------
    DataFrame
        The same lines and a column `hidden`. Groups add up to the patients of a view: where one of
        them is hidden, so are the shares. Who left a group until the end of induction is a count
        as well.
    """
    lines, counted = printed.to_dicts(), Counted()
    _add_totals(counted, group_lines(lines, "grouping", "view"), _name_group)
    for members in group_lines(lines, "grouping", "group").values():
        first, *later = members
        for line in later:
            if line["n_patients"] <= first["n_patients"]:
                lost = ("lost", *_name_group(line))
                counted.split(
                    _name_group(first), first["n_patients"],
                    {_name_group(line): line["n_patients"]}, lost,
                )  # fmt: skip
    for line in lines:
        cell = _name_group(line)
        counted.split(
            cell, line["n_patients"], {("events", *cell): line["n_events"]}, ("free", *cell)
        )
    hidden = counted.find(fewest)
    small = {cell[:2] for cell in map(_name_group, lines) if cell in hidden}
    gone = [_cover_risk(line, hidden, fewest) for line in lines]
    for line, names in zip(lines, gone, strict=True):
        if _name_group(line)[:2] in small:
            names.add("share")
    return cover_lines(printed, gone)


def _add_totals(
    counted: Counted,
    wholes: Mapping[tuple[Any, ...], Sequence[Line]],
    name: Callable[[Line], tuple[str, ...]],
) -> None:
    """Add the total of the groups of a grouping where another grouping tells the same total.

    A total that nothing else tells is not shown: then the shares of its groups are not either.
    """
    totals = {
        key: (*key[1:], sum(line["n_patients"] for line in members))
        for key, members in wholes.items()
    }
    told = Counter(totals.values())
    for key, members in wholes.items():
        if told[totals[key]] > 1:
            cells: dict[Cell, int] = {name(line): line["n_patients"] for line in members}
            counted.split(("all", *totals[key]), totals[key][-1], cells)


def _name_group(line: Line) -> tuple[str, ...]:
    return (line["grouping"], line["view"], line["group"])


def _cover_risk(line: Line, hidden: set[Cell], fewest: int) -> set[str]:
    cell = _name_group(line)
    if cell in hidden:
        return {"n_patients", "share", *OF_RISK}
    if ("events", *cell) in hidden:
        return set(OF_RISK)
    return {"n_at_risk"} if 0 < (line["n_at_risk"] or 0) < fewest else set()


def hide_intensity(rows: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return the map of treatment, of all periods, with small counts and what tells them as null.

    Parameters
    ----------
    rows : DataFrame
        `RiskResult.intensity`.
    fewest : int
        The smallest count shown.

    Returns
    -------
    DataFrame
        Lines of all periods and a column `hidden`. Groupings that tell the same total are linked. A
        reading is left out where a figure that it rests on is.
    """
    rows = rows.filter(pl.col("era") == "all")
    lines, counted = rows.to_dicts(), Counted()
    arms = group_lines(lines, "grouping", "trial_id", "component", "level")
    _add_totals(counted, arms, _name_arm)
    for line in lines:
        cell = _name_arm(line)
        parts: dict[Cell, int] = {
            ("relapses", *cell): line["n_relapses"], ("deaths", *cell): line["n_treatment_deaths"],
        }  # fmt: skip
        counted.split(cell, line["n_patients"], parts, ("free", *cell))
    hidden = counted.find(fewest)
    return cover_lines(rows, [_cover_arm(line, hidden) for line in lines])


def _name_arm(line: Line) -> tuple[str, ...]:
    names = ("grouping", "group", "trial_id", "component", "level")
    return tuple(line[name] for name in names)


def _cover_arm(line: Line, hidden: set[Cell]) -> set[str]:
    cell = _name_arm(line)
    if cell in hidden:
        return {"n_patients", "reading", *OF_ARM["relapses"], *OF_ARM["deaths"]}
    gone = {name for kind, names in OF_ARM.items() if (kind, *cell) in hidden for name in names}
    return gone | ({"reading"} if gone else set())


def hide_waiting(
    rows: pl.DataFrame, groups: pl.DataFrame, fewest: int = FEWEST_SHOWN
) -> pl.DataFrame:
    """Return what waiting for MRD adds, in all trials, without lines of few patients or events.

    Parameters
    ----------
    rows : DataFrame
        `RiskResult.waiting`.
    groups : DataFrame
        As `hide_risk` returns them. The patients and events here are those of all groups together
        into which somebody could be placed: where one of these hides a count, its sum is hidden.
    fewest : int
        The smallest count shown.
    """
    free = pl.col("n_patients") - pl.col("n_events")
    enough = (pl.col("n_events") >= fewest) & (free >= fewest)
    whole = rows.filter(pl.col("trial_id") == "all", enough)
    placed = groups.filter(pl.col("group") != NOT_ASSESSABLE_WORDS)
    hiding = set(placed.filter(pl.col("n_events").is_null())["grouping"])
    sums = {"n_patients", "n_events"}
    return cover_lines(whole, [sums if one in hiding else set() for one in whole["grouping"]])
