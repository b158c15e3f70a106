"""Small counts hidden in the groups of children that are candidates for less treatment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from chorall.analyses.hidden_counts import Cell
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure_counts import Counted, Line, cover_lines

OF_GROUP: Final = {
    "relapses": (
        "n_relapses", "relapse", "relapse_lower", "relapse_upper", "relapse_prediction_lower",
        "relapse_prediction_upper", "share_of_relapses", "share_of_relapses_in_population",
        "share_of_relapses_least", "share_of_relapses_most", "n_late_relapses", "years_to_low",
    ),
    "deaths": (
        "n_treatment_death", "treatment_death", "treatment_death_lower", "treatment_death_upper",
    ),
    "malignancies": (
        "n_second_malignancy", "second_malignancy", "second_malignancy_lower",
        "second_malignancy_upper",
    ),
    "failures": (
        "event_free", "event_free_lower", "event_free_upper", "event_free_prediction_lower",
        "event_free_prediction_upper",
    ),
}  # fmt: skip
TOLD_BY_RELAPSES: Final = (
    "n_relapses", "share_of_relapses", "share_of_relapses_in_population",
    "share_of_relapses_least", "share_of_relapses_most",
)  # fmt: skip
ROUNDED: Final = (*OF_GROUP["relapses"][1:6], *OF_GROUP["failures"])
STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2)
FROM_DIAGNOSIS: Final = "diagnosis"
_BOUND: Final = re.compile(r"(above|below|within) [\d.]+ %")
_MARGIN: Final = re.compile(r", margin [-+]?[\d.]+ points")
_SIZE: Final = re.compile(r"(?: by| at most)? ?\(?[-+]?\d[\d.]* (?:%|points(?: \([^)]*\))?)\)?")


@dataclass(frozen=True, slots=True, eq=False)
class RiskGroups:
    """The lines of risk groups on day 0: as they are, and as their page shows them.

    Patients of any age are in them, so that the children of a group of the same name are among its
    patients, and their relapses among its events.
    """

    whole: pl.DataFrame
    shown: pl.DataFrame

    def find(self, group: str) -> tuple[Line, Line] | None:
        """Return the line of a group of children (`nci: standard`), or None."""
        grouping, _, name = group.partition(": ")
        own = [one.filter(view="day 0", grouping=grouping, group=name).to_dicts()
               for one in (self.whole, self.shown)]  # fmt: skip
        return (own[0][0], own[1][0]) if all(own) else None


def hide_groups(
    rows: pl.DataFrame, fewest: int = FEWEST_SHOWN, beside: RiskGroups | None = None
) -> pl.DataFrame:
    """Return groups of children with small counts, and what tells them, as null.

    Parameters
    ----------
    rows : DataFrame
        `DeescalationResult.rows`: the groups, and under them their trials.
    fewest : int
        The smallest count shown.
    beside : RiskGroups, optional
        What the page of risk groups tells of the same groups.

    Returns
    -------
    DataFrame
        Groups of all trials and a column `hidden`. Where few patients are left over between a group
        of children and that of the page of risk, the group has no figure; where few relapses are,
        or that page hides its events, their number is hidden and the figures that follow from it
        are rounded so that `fewest` patients make no step. Each kind of event hides its own
        figures, and all three together the event-free survival. The reason of a verdict names
        limits, of single trials too, without their size.
    """
    printed = rows.filter(pl.col("trial").is_null())
    lines, counted = printed.to_dicts(), Counted()
    for line in lines:
        _count_group(counted, line)
    hidden = counted.find(fewest)
    linked = _find_linked(lines, beside, fewest)
    hidden |= {cell for cell in linked if cell[0] == "n"}
    gone = [_cover_group(line, hidden) for line in lines]
    for line, names in zip(lines, gone, strict=True):
        if ("relapses", line["group"]) in linked:
            step = _find_step(line, fewest)
            names |= {*TOLD_BY_RELAPSES, *(ROUNDED if step is None else ())}
            line |= _round_figures(line, step) if step is not None else {}
    covered = cover_lines(pl.DataFrame(lines, schema=printed.schema), gone)
    reasons = [tell_without_sizes(reason or "") for reason in printed["reason"]]
    return covered.with_columns(reason=pl.Series(reasons, dtype=pl.String))


def _find_linked(
    lines: list[dict[str, Any]], beside: RiskGroups | None, fewest: int
) -> set[tuple[str, str]]:
    """Return which patients and relapses of a group the page of risk would tell, or hides."""
    found = set()
    for line in lines:
        both = beside.find(line["group"]) if beside else None
        if both is None or line["known_from"] != FROM_DIAGNOSIS:
            continue
        whole, shown = both
        for kind, own, other in (
            ("n", line["n_group"], "n_patients"), ("relapses", line["n_relapses"] or 0, "n_events"),
        ):  # fmt: skip
            left = whole[other] - own
            if own and (0 if shown[other] is None else 1) <= left < fewest:
                found.add((kind, line["group"]))
    return found


def _find_step(line: Line, fewest: int) -> float | None:
    """Return the step by which figures are rounded: `fewest` patients or more; None if too few."""
    return next((step for step in STEPS if step * line["n_group"] >= fewest), None)


def _round_figures(line: Line, step: float) -> dict[str, float]:
    return {
        name: round(round(line[name] / step) * step, 2)
        for name in ROUNDED
        if line[name] is not None
    }


def tell_without_sizes(reason: str) -> str:
    """Return the reason of a verdict without the size of any limit: which bound it lies beyond."""
    bounds = _BOUND.sub(r"\1 the bound", reason)
    return _SIZE.sub("", _MARGIN.sub(" beyond the margin", bounds)).strip()


def _count_group(counted: Counted, line: Line) -> None:
    name = line["group"]
    known = ("known", name)
    counted.split(
        ("children", line["n_children"]), line["n_children"],
        {known: line["n_population"], ("unknown", name): line["n_unknown"]}, ("not asked", name),
    )  # fmt: skip
    counted.split(known, line["n_population"], {("n", name): line["n_group"]}, ("outside", name))
    for kind, number in _count_events(line).items():
        counted.split(("n", name), line["n_group"], {(kind, name): number}, ("free of", kind, name))
    late: dict[Cell, int] = {("late", name): line["n_late_relapses"] or 0}
    counted.split(("relapses", name), line["n_relapses"] or 0, late, ("early", name))


def _count_events(line: Line) -> dict[str, int]:
    own = {
        "relapses": line["n_relapses"] or 0, "deaths": line["n_treatment_death"] or 0,
        "malignancies": line["n_second_malignancy"] or 0,
    }  # fmt: skip
    return own | {"failures": min(sum(own.values()), line["n_group"])}


def _cover_group(line: Line, hidden: set[Cell]) -> set[str]:
    name = line["group"]
    gone = {f"n_{word}" for word, cell in (("population", "known"), ("unknown", "unknown"))
            if (cell, name) in hidden}  # fmt: skip
    if ("late", name) in hidden:
        gone.add("n_late_relapses")
    if ("n", name) in hidden:
        gone |= {"n_group", "share", *(column for kind in OF_GROUP for column in OF_GROUP[kind])}
    elif ("known", name) in hidden:
        gone.add("share")
    own = (OF_GROUP[kind] for kind in OF_GROUP if (kind, name) in hidden)
    return gone.union(*own)


def hide_reductions(rows: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return the randomised reductions that were compared; few events hide the whole difference.

    Few patients of an arm hide those of both.
    """
    rows = rows.filter(pl.col("difference").is_not_null())
    gone = []
    for line in rows.to_dicts():
        numbers = [
            number
            for arm in ("standard", "reduced")
            for number in (
                line[f"n_{arm}"], line[f"events_{arm}"], line[f"n_{arm}"] - line[f"events_{arm}"]
            )
        ]  # fmt: skip
        few = any(0 < number < fewest for number in numbers)
        floats = {name for name, value in line.items() if isinstance(value, float)} - {"margin"}
        sizes = {"n_standard", "n_reduced"}
        small = any(0 < line[name] < fewest for name in sizes)
        own = {"events_standard", "events_reduced", *floats} if few else set()
        gone.append(own | (sizes if small else set()))
    return cover_lines(rows, gone)
