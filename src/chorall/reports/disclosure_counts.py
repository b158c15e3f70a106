"""What the hiding of small counts shares: counts and their sums, and the covering of lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from chorall.analyses.hidden_counts import Cell, Sum, find_hidden

Line = Mapping[str, Any]


class Counted:
    """Counts and their sums, gathered line by line; then which of them must be hidden."""

    def __init__(self) -> None:
        self.counts: dict[Cell, int] = {}
        self.sums: list[Sum] = []
        self.unseen: set[Cell] = set()
        self.fixed: set[Cell] = set()

    def split(self, whole: Cell, size: int, parts: Mapping[Cell, int], rest: Cell = None) -> None:
        """Add a count and its parts; what they leave over is the part `rest`, which none shows."""
        left = size - sum(parts.values())
        own = dict(parts) | ({rest: left} if left > 0 else {})
        self.counts |= {whole: size, **own}
        self.sums.append((whole, tuple(own)))
        self.unseen.add(rest)

    def find(self, fewest: int) -> set[Cell]:
        """Return what must be hidden, beside what nobody is shown."""
        large = {cell for cell in self.fixed if self.counts[cell] >= fewest}
        return find_hidden(self.counts, self.sums, fewest, unseen=self.unseen, fixed=large)


def cover_lines(frame: pl.DataFrame, gone: Sequence[set[str]]) -> pl.DataFrame:
    """Return a frame of which each line lacks some values, and says which.

    Parameters
    ----------
    frame : DataFrame
        With n lines.
    gone : sequence of set of str, length n
        Columns whose value becomes null; others than those of the frame do not matter.

    Returns
    -------
    DataFrame
        With `hidden`, and `hidden_values`: the columns in which a null was hidden, apart by spaces.
        A null in another column is a value that was not there.
    """
    lines = []
    for line, names in zip(frame.to_dicts(), gone, strict=True):
        own = sorted(names & line.keys())
        told = {"hidden": bool(own), "hidden_values": " ".join(own)}
        lines.append({**line, **dict.fromkeys(own), **told})
    added = {"hidden": pl.Boolean(), "hidden_values": pl.String()}
    return pl.DataFrame(lines, schema={**dict(frame.schema), **added})


def uncover(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame without the columns that `cover_lines` added."""
    return frame.drop("hidden", "hidden_values")


def group_lines(lines: Iterable[Line], *names: str) -> dict[tuple[Any, ...], list[Line]]:
    """Return the lines that have the same values in some columns, by these values."""
    found: defaultdict[tuple[Any, ...], list[Line]] = defaultdict(list)
    for line in lines:
        found[tuple(line[name] for name in names)].append(line)
    return found


def add_totals(
    counted: Counted,
    wholes: Mapping[tuple[Any, ...], Sequence[Line]],
    name: Callable[[Line], tuple[str, ...]],
    kinds: Mapping[str, str],
) -> None:
    """Add the total of the groups of each grouping: of their patients, and of kinds of events.

    A total counts as known: other groupings of the same patients, or other pages, tell it.

    Parameters
    ----------
    counted : Counted
        Gets the sums.
    wholes : mapping of tuple to sequence of dict
        The lines of each grouping.
    name : callable
        Gives the cell of a line's patients.
    kinds : mapping of str to str
        Columns of events, and the word that begins the name of their cell.
    """
    for key, members in wholes.items():
        parts: dict[str, dict[Cell, int]] = {
            "": {name(line): line["n_patients"] for line in members},
            **{kind: {(kind, *name(line)): line[column] for line in members}
               for column, kind in kinds.items()},
        }  # fmt: skip
        for kind, own in parts.items():
            whole = ("all", kind, *key)
            counted.split(whole, sum(own.values()), own)
            counted.fixed.add(whole)
