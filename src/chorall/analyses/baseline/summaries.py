"""Count and summarise one characteristic in every group, and hide what must not be shown."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.baseline.characteristics import REASONS, Characteristic
from chorall.analyses.baseline.differences import compare_means, compare_shares, find_largest
from chorall.analyses.baseline.groups import ALL, Grouping
from chorall.analyses.baseline.suppression import hide_small_counts

HIDDEN: Final = "a count is hidden"
NOT_COMPARABLE: Final = "cannot be measured: too few values, no spread, or nothing in common"
ANY_OTHER: Final = "any other"

Lines = list[dict[str, Any]]


def summarise(one: Characteristic, grouping: Grouping, smallest: int) -> tuple[Lines, Lines]:
    """Return the lines of a characteristic, and its standardised difference or no line.

    Parameters
    ----------
    one : Characteristic
        Of the patients of `grouping`.
    grouping : Grouping
        The groups.
    smallest : int
        The smallest count that is shown.
    """
    groups = grouping.groups.to_numpy()
    n_groups = max(len(grouping.names), 1)
    names = [*grouping.names, ALL] if grouping.names else [ALL]
    n_known = _count(one.values.is_not_null().to_numpy(), groups, n_groups)
    if one.kind == "number":
        lines = _summarise_number(one, groups, n_known, names, smallest)
        parts = _split(one, grouping)
        hidden = any(0 < len(part) < smallest for _, part in parts)
        largest = find_largest([p for _, p in parts], [n for n, _ in parts], compare_means)
    else:
        counts, levels = _count_levels(one, groups, n_groups)
        mask = hide_small_counts(counts, smallest)
        hidden = bool(mask.any())
        lines = _write_levels(one, counts, levels, mask, n_known, names)
        compared = [place for place, unknown in enumerate(grouping.unknown) if not unknown]
        tested = [place for place in compared if grouping.names and n_known[place]]
        columns = [counts[:, place] for place in tested]
        largest = find_largest(columns, [grouping.names[one] for one in tested], compare_shares)
    lines += _write_reasons(one, groups, n_groups, n_known, names)
    return lines, _write_difference(one, largest, hidden, grouping)


def _count(which: NDArray[np.bool_], groups: NDArray[Any], n_groups: int) -> NDArray[np.int64]:
    return np.bincount(groups[which], minlength=n_groups).astype(np.int64)


def _count_levels(
    one: Characteristic, groups: NDArray[Any], n_groups: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    levels = one.levels if len(one.levels) > 1 else (*one.levels, ANY_OTHER)
    rows = [
        _count((one.values == level).fill_null(value=False).to_numpy(), groups, n_groups)
        for level in levels
    ]
    return np.array(rows), levels


def _write_levels(
    one: Characteristic,
    counts: NDArray[np.int64],
    levels: tuple[str, ...],
    mask: NDArray[np.bool_],
    n_known: NDArray[np.int64],
    names: list[str],
) -> Lines:
    whole = np.column_stack([counts, counts.sum(axis=1)])
    known = [*n_known.tolist(), int(n_known.sum())]
    first = 0 if len(names) > 1 else 1  # without groups only the totals are printed
    lines = []
    for row, level in enumerate(levels):
        for name, column in zip(names, range(first, whole.shape[1]), strict=True):
            n, hidden = int(whole[row, column]), bool(mask[row, column])
            of = known[column]
            lines.append(
                _make_line(one, level, name, known=True) | {
                    "n": None if hidden else n, "n_known": of, "hidden": hidden,
                    "fraction": n / of if of and not hidden else None,
                }
            )  # fmt: skip
    return lines


def _write_reasons(
    one: Characteristic,
    groups: NDArray[Any],
    n_groups: int,
    n_known: NDArray[np.int64],
    names: list[str],
) -> Lines:
    """Count those not known by reason: that says nothing about a patient and is always shown."""
    lines = []
    for reason in REASONS[one.kind]:
        which = (one.reasons == reason).fill_null(value=False).to_numpy()
        counts = _count(which, groups, n_groups)
        shown = [*counts.tolist(), int(counts.sum())][-len(names) :]
        of = [*n_known.tolist(), int(n_known.sum())][-len(names) :]
        for name, n, known in zip(names, shown, of, strict=True):
            line = _make_line(one, reason, name, known=False)
            lines.append(line | {"n": n, "n_known": known})
    return lines


def _make_line(
    one: Characteristic, level: str | None, group: str, *, known: bool
) -> dict[str, Any]:
    empty = dict.fromkeys(("fraction", "median", "lower_quartile", "upper_quartile"))
    start = {"variable": one.name, "kind": one.kind, "level": level, "known": known}
    return {**start, "group": group, "hidden": False, **empty}


def _summarise_number(
    one: Characteristic,
    groups: NDArray[Any],
    n_known: NDArray[np.int64],
    names: list[str],
    smallest: int,
) -> Lines:
    values, lines = one.values.to_numpy().astype(np.float64), []
    parts = [values[groups == place] for place in range(len(n_known))] if len(names) > 1 else []
    for name, part in zip(names, [*parts, values], strict=True):
        known = part[~np.isnan(part)]
        hidden = 0 < len(known) < smallest
        line = _make_line(one, None, name, known=True)
        line |= {"n": len(known), "n_known": len(known), "hidden": hidden}
        if len(known) and not hidden:
            lower, middle, upper = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
            line |= {"median": middle, "lower_quartile": lower, "upper_quartile": upper}
        lines.append(line)
    return lines


def _split(one: Characteristic, grouping: Grouping) -> list[tuple[str, NDArray[np.float64]]]:
    known = pl.DataFrame({"value": one.values, "group": grouping.groups}).drop_nulls("value")
    return [
        (name, known.filter(pl.col("group") == place)["value"].to_numpy())
        for place, name in enumerate(grouping.names)
        if not grouping.unknown[place]
    ]


def _write_difference(
    one: Characteristic, largest: tuple[float, str], hidden: bool, grouping: Grouping
) -> Lines:
    if sum(not unknown for unknown in grouping.unknown) < 2 or not grouping.names:
        return []
    value, between = largest
    note = HIDDEN if hidden else NOT_COMPARABLE if math.isnan(value) else ""
    return [{
        "variable": one.name,
        "standardised_difference": None if note else value,
        "between": "" if note else between,
        "note": note,
    }]  # fmt: skip
