"""Small counts hidden in risk groups and in the map of their treatment."""

from __future__ import annotations

from collections import Counter, defaultdict
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


def hide_risk(
    printed: pl.DataFrame, intensity: pl.DataFrame, fewest: int = FEWEST_SHOWN
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
        groups at the end of induction. Groups add up to the patients of a view: where one of
        them is hidden, so are the shares. Who left a group until the end of induction is a count
        as well. Groupings that tell the same total are linked. A reading is left out where a figure
        that it rests on is.
    """
    arms = intensity.filter(pl.col("era") == "all")
    lines, of_map, counted = printed.to_dicts(), arms.to_dicts(), Counted()
    _count_groups(counted, lines)
    _count_map(counted, of_map)
    _link_map(counted, lines, of_map)
    hidden = counted.find(fewest)
    covered = cover_lines(arms, [_cover_arm(line, hidden) for line in of_map])
    return _cover_groups(printed, hidden, fewest), covered


def _count_groups(counted: Counted, lines: Sequence[Line]) -> None:
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


def _cover_groups(printed: pl.DataFrame, hidden: set[Cell], fewest: int) -> pl.DataFrame:
    lines = printed.to_dicts()
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


def _count_map(counted: Counted, lines: Sequence[Line]) -> None:
    arms = group_lines(lines, "grouping", "trial_id", "component", "level")
    _add_totals(counted, arms, _name_arm)
    for line in lines:
        cell = _name_arm(line)
        parts: dict[Cell, int] = {
            ("relapses", *cell): line["n_relapses"], ("deaths", *cell): line["n_treatment_deaths"],
        }  # fmt: skip
        counted.split(cell, line["n_patients"], parts, ("free", *cell))


def _link_map(counted: Counted, lines: Sequence[Line], of_map: Sequence[Line]) -> None:
    """Add the sums of the map: its lines are the trials of a group, these the group at the end.

    Each component of a trial has all its allocated patients; those without any stand beside them.
    The sizes of a trial's part of a group, and who left before the allocation, are not shown.
    """
    trials = group_lines(of_map, "grouping", "group", "trial_id")
    for (grouping, group), views in group_lines(lines, "grouping", "group").items():
        last, own = views[-1], [key for key in trials if key[:2] == (grouping, group)]
        cell = _name_group(last)
        for kind, whole, size, name in (
            ("patients", cell, last["n_patients"], "n_patients"),
            ("relapses", ("events", *cell), last["n_events"], "n_relapses"),
        ):
            found = {key: _split_trial(counted, trials[key], kind, name, key) for key in own}
            parts: dict[Cell, int] = {(kind, *key): n for key, n in found.items()}
            if parts and sum(parts.values()) <= size:
                counted.split(whole, size, parts, ("not in the map", kind, *cell))


def _split_trial(
    counted: Counted, lines: Sequence[Line], kind: str, name: str, key: tuple[Any, ...]
) -> int:
    """Add the components of one trial's part of a group, and return its size."""
    parts: defaultdict[str, dict[Cell, int]] = defaultdict(dict)
    for line in lines:
        arm = _name_arm(line)
        parts[line["component"]][arm if kind == "patients" else (kind, *arm)] = line[name]
    without = parts.pop("", {})
    each = [own | without for own in parts.values()] or [without]
    size = max(sum(own.values()) for own in each)
    for place, own in enumerate(each):
        counted.split((kind, *key), size, own, ("not allocated", kind, place, *key))
    counted.unseen.add((kind, *key))
    return size


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
