"""The map of treatment by risk group: its counts, and how they add up to the groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from chorall.analyses.hidden_counts import Cell
from chorall.reports.disclosure_counts import Counted, Line, add_totals, group_lines

OF_ARM: Final = {
    "relapses": ("n_relapses", "relapse", "lower_relapse", "upper_relapse"),
    "deaths": (
        "n_treatment_deaths", "treatment_death", "lower_treatment_death", "upper_treatment_death",
    ),
}  # fmt: skip


def name_group(line: Line) -> tuple[str, ...]:
    """Return the name of a group of one view, for its count."""
    return (line["grouping"], line["view"], line["group"])


def count_map(counted: Counted, lines: Sequence[Line]) -> None:
    """Add the patients of each line of the map, and their relapses and deaths of treatment."""
    arms = group_lines(lines, "grouping", "trial_id", "component", "level")
    add_totals(counted, arms, _name_arm, {"n_relapses": "relapses", "n_treatment_deaths": "deaths"})
    for line in lines:
        cell = _name_arm(line)
        parts: dict[Cell, int] = {
            ("relapses", *cell): line["n_relapses"], ("deaths", *cell): line["n_treatment_deaths"],
        }  # fmt: skip
        counted.split(cell, line["n_patients"], parts, ("free", *cell))


def link_map(counted: Counted, lines: Sequence[Line], of_map: Sequence[Line]) -> None:
    """Add the sums of the map: its lines are the trials of a group, these the group at the end.

    Each component of a trial has all its allocated patients; those without any stand beside them.
    The sizes of a trial's part of a group, and who left before the allocation, are not shown.
    """
    trials = group_lines(of_map, "grouping", "group", "trial_id")
    for (grouping, group), views in group_lines(lines, "grouping", "group").items():
        last, own = views[-1], [key for key in trials if key[:2] == (grouping, group)]
        cell = name_group(last)
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


def cover_arm(line: Line, hidden: set[Cell]) -> set[str]:
    """Return the columns of a line of the map that must be null."""
    cell = _name_arm(line)
    if cell in hidden:
        return {"n_patients", "reading", *OF_ARM["relapses"], *OF_ARM["deaths"]}
    gone = {name for kind, names in OF_ARM.items() if (kind, *cell) in hidden for name in names}
    return gone | ({"reading"} if gone else set())
