"""Small counts hidden in risk groups and in the map of their treatment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from chorall.analyses.hidden_counts import Cell
from chorall.analyses.risk.groupings import NOT_ASSESSABLE_WORDS
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure_counts import (
    Counted,
    Line,
    add_totals,
    cover_lines,
    group_lines,
)
from chorall.reports.disclosure_map import count_map, cover_arm, link_map, name_group

OF_RISK: Final = ("n_events", "risk", "lower", "upper", "n_at_risk")


def hide_risk(
    printed: pl.DataFrame,
    intensity: pl.DataFrame,
    fewest: int = FEWEST_SHOWN,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return risk groups and the map of treatment with small counts, and what tells them, as null.

    Parameters
    ----------
    printed : DataFrame
        `RiskResult.printed`: on day 0 and at the end of induction.
    intensity : DataFrame
        `RiskResult.intensity`; of it, all periods together.
    fewest : int
        The smallest count shown.

    Returns
    -------
    tuple of DataFrame
        The same lines and a column `hidden`, hidden together: the lines of the map add up to the
        groups at the end of induction. Groups add up to the patients and events of a view, which
        count as known; where a group is hidden, so are the shares. Who left a group until the end
        of induction is a count as well. A reading is left out where a figure that it rests on is.
    """
    arms = intensity.filter(pl.col("era") == "all")
    lines, of_map, counted = printed.to_dicts(), arms.to_dicts(), Counted()
    _count_groups(counted, lines)
    count_map(counted, of_map)
    link_map(counted, lines, of_map)
    hidden = counted.find(fewest)
    covered = cover_lines(arms, [cover_arm(line, hidden) for line in of_map])
    return _cover_groups(printed, hidden, fewest), covered


def _count_groups(counted: Counted, lines: Sequence[Line]) -> None:
    views = group_lines(lines, "grouping", "view")
    add_totals(counted, views, name_group, {"n_events": "events"})
    for members in group_lines(lines, "grouping", "group").values():
        first, *later = members
        for line in later:
            if line["n_patients"] <= first["n_patients"]:
                lost = ("lost", *name_group(line))
                counted.split(
                    name_group(first), first["n_patients"],
                    {name_group(line): line["n_patients"]}, lost,
                )  # fmt: skip
    for line in lines:
        cell = name_group(line)
        counted.split(
            cell, line["n_patients"], {("events", *cell): line["n_events"]}, ("free", *cell)
        )


def _cover_groups(printed: pl.DataFrame, hidden: set[Cell], fewest: int) -> pl.DataFrame:
    lines = printed.to_dicts()
    small = {cell[:2] for cell in map(name_group, lines) if cell in hidden}
    gone = [_cover_risk(line, hidden, fewest) for line in lines]
    for line, names in zip(lines, gone, strict=True):
        if name_group(line)[:2] in small:
            names.add("share")
    return cover_lines(printed, gone)


def _cover_risk(line: Line, hidden: set[Cell], fewest: int) -> set[str]:
    cell = name_group(line)
    if cell in hidden:
        return {"n_patients", "share", *OF_RISK}
    if ("events", *cell) in hidden:
        return set(OF_RISK)
    return {"n_at_risk"} if 0 < (line["n_at_risk"] or 0) < fewest else set()


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
