"""Small counts are hidden, and with them what would give them away.

Counts stand in sums: present + absent = tested, age bands add up to all, trials to the pool. Where
one part of a sum is hidden, a second one must be, or the first is found by subtraction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import polars as pl

from chorall.analyses.hidden_counts import Cell, Sum, find_hidden
from chorall.knowledge.small_counts import FEWEST_SHOWN

OVERALL: Final = "overall"
PARTS_OF_PATIENTS: Final = ("n_tested", "n_without_result")
PARTS_OF_TESTED: Final = ("n_present", "n_absent")
COUNTS: Final = ("n_patients", *PARTS_OF_PATIENTS, *PARTS_OF_TESTED)
TOLD_TOGETHER: Final = (
    "n_inconclusive", "n_failed", "n_not_tested", "n_not_reported", "n_positive_only",
)  # fmt: skip
"""Why there is no result: mostly small counts, so that they are told as one."""
FIGURES: Final = (
    "crude_proportion", "proportion", "lower", "upper", "i2", "tau2", "prediction_lower",
    "prediction_upper",
)  # fmt: skip

GROUPED: Final = re.compile(r"(?<=\d),(?=\d{3}\b)")
"""The comma in 1,500."""

_NUMBER: Final = re.compile(r"(?<![\w.,:/-])\d+(?![\w]|[.,]\d|\s?%)")
_SHARE: Final = re.compile(r"(?<![\w.,:/-])(\d+) of (?:the )?(\d+)(?![\w]|[.,]\d)")


def hide_incidence(rows: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return rows of an incidence with small counts, and what gives them away, as null.

    Parameters
    ----------
    rows : DataFrame
        `IncidenceResult.rows`.
    fewest : int
        The smallest count shown.

    Returns
    -------
    DataFrame
        The rows of the pool and those of each trial's patients together (a trial's own groups are
        mostly small and are left out), reasons for no result summed as `n_without_result`, and a
        column `hidden`: True where something is. A frequency is hidden where one of the counts
        that it is made of is.
    """
    rows = _choose(rows)
    lines = rows.to_dicts()
    counts = {
        _cell(line, name): line[name] for line in lines for name in COUNTS if line[name] is not None
    }
    hidden = find_hidden(counts, [*_sum_within(lines), *_sum_across(lines)], fewest)
    return pl.DataFrame([_hide(line, hidden, fewest) for line in lines], schema=_schema(rows))


def hide_in_words(lines: Iterable[str], fewest: int = FEWEST_SHOWN) -> tuple[str, ...]:
    """Return sentences in which small whole numbers have become `fewer than ...`.

    `a of b` with few left over becomes `nearly all of b`. Numbers with a decimal or a percent sign,
    and those in names (`SYN-1`), stay. A small number that counts no patients goes too: words do
    not say what they count. Counts above a thousand (`1,498`) are read as well.
    """
    return tuple(_hide_in_line(one, fewest) for one in lines)


def _hide_in_line(given: str, fewest: int) -> str:
    plain = GROUPED.sub("", given)
    told = _NUMBER.sub(_cover(fewest), _SHARE.sub(_cover_share(fewest), plain))
    return given if told == plain else told


def _cover(fewest: int) -> Callable[[re.Match[str]], str]:
    def written(match: re.Match[str]) -> str:
        return f"fewer than {fewest}" if 0 < int(match[0]) < fewest else match[0]

    return written


def _cover_share(fewest: int) -> Callable[[re.Match[str]], str]:
    def written(match: re.Match[str]) -> str:
        left = int(match[2]) - int(match[1])
        return f"nearly all of {match[2]}" if 0 < left < fewest else match[0]

    return written


def _choose(rows: pl.DataFrame) -> pl.DataFrame:
    shown = rows.filter(pl.col("trial").is_null() | (pl.col("by") == OVERALL))
    without = pl.sum_horizontal(TOLD_TOGETHER)
    return shown.with_columns(n_without_result=without).drop(TOLD_TOGETHER)


def _schema(rows: pl.DataFrame) -> dict[str, pl.DataType]:
    return {**dict(rows.schema), "hidden": pl.Boolean()}


def _cell(line: Mapping[str, object], name: str) -> Cell:
    """Patients are the same for every marker: one cell, so that no marker tells what one hides."""
    marker = "" if name == "n_patients" else line["marker"]
    return (marker, line["by"], line["group"], line["trial"], name)


def _sum_within(lines: Iterable[Mapping[str, object]]) -> list[Sum]:
    return [
        (_cell(line, whole), tuple(_cell(line, part) for part in parts))
        for line in lines
        for whole, parts in (("n_patients", PARTS_OF_PATIENTS), ("n_tested", PARTS_OF_TESTED))
    ]


def _sum_across(lines: Sequence[Mapping[str, object]]) -> list[Sum]:
    """Trials add up to the pool; groups add up to all patients, in each trial and in the pool."""
    parts: dict[tuple[object, ...], list[Mapping[str, object]]] = {}
    for line in lines:
        if line["trial"] is not None:
            parts.setdefault(
                ("trials", line["marker"], line["by"], line["group"], None), []
            ).append(line)
        if line["by"] != OVERALL:
            parts.setdefault(("groups", line["marker"], line["by"], "", line["trial"]), []).append(
                line
            )
    sums: list[Sum] = []
    for (kind, marker, by, group, trial), members in parts.items():
        is_trials = kind == "trials"
        head = {"marker": marker, "by": by if is_trials else OVERALL,
                "group": group if is_trials else "all", "trial": trial}  # fmt: skip
        sums += [
            (_cell(head, name), tuple(_cell(line, name) for line in members)) for name in COUNTS
        ]
    return sums


def _hide(line: dict[str, object], hidden: set[Cell], fewest: int) -> dict[str, object]:
    gone = {name for name in COUNTS if _cell(line, name) in hidden}
    if gone & {"n_tested", *PARTS_OF_TESTED}:
        gone |= {name for name in FIGURES if name in line}
    note = hide_in_words([str(line["note"] or "")], fewest)[0]
    return {**line, "note": note, **dict.fromkeys(gone), "hidden": bool(gone)}
