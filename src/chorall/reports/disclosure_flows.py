"""Small counts hidden in patients by the groups of two classifiers, over all pairs of classifiers.

The groups of a classifier stand in the table of risk groups and in the figure of each pair, there
of those patients to whom the other classifier applies. So these are decided first, for all pairs
and the table together. Then each pair is decided for itself: a group that may be told counts as
known; of those that may not, the last flow is always hidden, so that no pairs tell them together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import polars as pl

from chorall.analyses.hidden_counts import Cell, Sum, find_hidden
from chorall.analyses.risk.result import RiskResult
from chorall.reports.disclosure_risk import hide_risk

SIDES: Final = ("first_group", "second_group")
PAIR: Final = ("first", "second")
PARTS: Final = ("patients", "events", "free")
Size = tuple[int, int]
"""Patients, and how many of them have the event."""
Side = tuple[str, str, int, int]
"""Classifier, group, and its size; of the same size are the same patients."""


@dataclass(frozen=True, slots=True)
class HiddenFlows:
    """What must be hidden of two classifiers crossed.

    Attributes
    ----------
    flows : set of (first group, second group, part)
        `patients` or `events` of a flow.
    groups : set of (side, group)
        Patients of a group.
    """

    flows: set[tuple[str, str, str]]
    groups: set[tuple[str, str]]


def find_hidden_sides(result: RiskResult, fewest: int) -> set[Cell]:
    """Return what must be hidden of the groups of classifiers, whichever two are crossed.

    Parameters
    ----------
    result : RiskResult
        Holds every two classifiers crossed.
    fewest : int
        The smallest count shown.

    Returns
    -------
    set of cell
        `patients`, `events` or `free`, and classifier, group and size. What the table of risk
        groups shows is known, what it hides is not told. Two sizes of a group that differ by few
        tell to how many a classifier applies.
    """
    crossed = result.agreement.filter(view=f"day {result.landmark_day:.0f}")
    counts: dict[Cell, int] = {}
    sums: list[Sum] = []
    sizes: defaultdict[tuple[str, str], set[Size]] = defaultdict(set)
    for names, cells in crossed.partition_by(PAIR, as_dict=True).items():
        for name, side in zip(names, SIDES, strict=True):
            own = _sum_side(cells, name, side)
            for part, whole in _sum_all(own).items():
                members = tuple((part, *one) for one in own)
                counts |= {("all", part, *names): whole}
                sums.append((("all", part, *names), members))
            for one in own:
                sizes[one[:2]].add(one[2:])
    shown, secret = _read_table(result, fewest, sizes)
    unseen: set[Cell] = set()
    for group, found in sizes.items():
        unseen |= _count_sizes(group, found, counts, sums)
        unseen |= _tell_apart(group, found, counts, sums, fewest)
    large = {cell for cell in shown if counts[cell] >= fewest}
    return find_hidden(counts, sums, fewest, unseen=unseen, fixed=large, secret=secret)


def _sum_side(cells: pl.DataFrame, name: str, side: str) -> list[Side]:
    found = cells.group_by(side, maintain_order=True).agg(pl.col("n_patients", "n_events").sum())
    return [(name, *row) for row in found.iter_rows()]


def _sum_all(sides: Collection[Side]) -> dict[str, int]:
    return {"patients": sum(one[2] for one in sides), "events": sum(one[3] for one in sides)}


def _read_table(
    result: RiskResult, fewest: int, sizes: defaultdict[tuple[str, str], set[Size]]
) -> tuple[set[Cell], set[Cell]]:
    """Add the sizes of the table; return what it shows of them and what it hides."""
    groups, _ = hide_risk(result.printed, result.intensity, fewest)
    shown: set[Cell] = set()
    secret: set[Cell] = set()
    at_end = pl.col("view") == f"day {result.landmark_day:.0f}"
    whole = result.printed.filter(at_end).to_dicts()
    for line, seen in zip(whole, groups.filter(at_end).to_dicts(), strict=True):
        size = (line["n_patients"], line["n_events"])
        sizes[line["grouping"], line["group"]].add(size)
        for part in PARTS[:2]:
            known = seen[f"n_{part}"] is not None
            (shown if known else secret).add((part, line["grouping"], line["group"], *size))
    return shown, secret


def _count_sizes(
    group: tuple[str, str], sizes: Iterable[Size], counts: dict[Cell, int], sums: list[Sum]
) -> set[Cell]:
    """Add each size of a group; return those without the event, whom none shows on their own."""
    free: set[Cell] = set()
    for size in sizes:
        own: list[Cell] = [(part, *group, *size) for part in PARTS]
        counts |= zip(own, _split(size), strict=True)
        sums.append((own[0], tuple(own[1:])))
        free.add(own[2])
    return free


def _tell_apart(
    group: tuple[str, str],
    sizes: Collection[Size],
    counts: dict[Cell, int],
    sums: list[Sum],
    fewest: int,
) -> set[Cell]:
    """Add by how much the sizes of a group differ, where that is little."""
    apart: set[Cell] = set()
    for smaller, larger in combinations(sorted(sizes), 2):
        for part, here, there in zip(PARTS, _split(smaller), _split(larger), strict=True):
            if 0 < there - here < fewest:
                cell = ("apart", part, *group, smaller, larger)
                counts[cell] = there - here
                sums.append(((part, *group, *larger), ((part, *group, *smaller), cell)))
                apart.add(cell)
    return apart


def _split(size: Size) -> tuple[int, int, int]:
    return (*size, size[0] - size[1])


def find_hidden_flows(
    cells: pl.DataFrame, names: tuple[str, str], sides: Collection[Cell], fewest: int
) -> HiddenFlows:
    """Return what must be hidden of two classifiers crossed.

    Parameters
    ----------
    cells : DataFrame
        first_group, second_group, n_patients, n_events.
    names : tuple of str
        The two classifiers.
    sides : collection of cell
        What `find_hidden_sides` returns.
    fewest : int
        The smallest count shown.

    """
    groups = {
        (side, one[1]): one
        for name, side in zip(names, SIDES, strict=True)
        for one in _sum_side(cells, name, side)
    }
    rows = {(row[SIDES[0]], row[SIDES[1]]): row for row in cells.to_dicts()}
    counts: dict[Cell, int] = {}
    sums: list[Sum] = []
    members: defaultdict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for flow, row in rows.items():
        own: list[Cell] = [(*flow, part) for part in PARTS]
        counts |= zip(own, _split((row["n_patients"], row["n_events"])), strict=True)
        sums.append((own[0], tuple(own[1:])))
        for side, group in zip(SIDES, flow, strict=True):
            for place, part in enumerate(PARTS[:2]):
                members[part, side, group].append(own[place])
    secret: set[Cell] = set()
    unseen: set[Cell] = {(*flow, "free") for flow in rows}
    for whole, flows in members.items():
        part, side, group = whole
        one = groups[side, group]
        counts[whole] = _split((one[2], one[3]))[PARTS.index(part)]
        sums.append((whole, tuple(flows)))
        if (part, *one) in sides:
            secret.add(whole)
            unseen |= _close_side(whole, flows, groups, sides)
    large = {cell for cell in members if cell not in secret and counts[cell] >= fewest}
    hidden = find_hidden(counts, sums, fewest, unseen=unseen, fixed=large, secret=secret)
    return HiddenFlows(
        {(*flow, part) for flow in rows for part in PARTS[:2] if (*flow, part) in hidden},
        {key for key, one in groups.items() if ("patients", *one) in sides},
    )


def _close_side(
    whole: tuple[str, str, str],
    flows: list[Cell],
    groups: Mapping[tuple[str, str], Side],
    sides: Collection[Cell],
) -> set[Cell]:
    """Return what of a group that may not be told is always hidden: so all pairs tell nothing.

    That is the flow to the largest group of the other side that may be told, the same one for all
    groups of this side; all flows where there is none.
    """
    part, side, group = whole
    others = {other: one for (place, other), one in groups.items() if place != side}
    last = max(others, key=lambda other: ((part, *others[other]) not in sides, others[other][2]))
    ends = (group, last) if side == SIDES[0] else (last, group)
    return {(*ends, part)} if (*ends, part) in flows else set(flows)
