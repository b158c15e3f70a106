"""Markers that say the same of every patient: one hypothesis, told under each of its names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.marker_groups import PRESENT

MOST_NAMED: Final = 5
"""Names, and groups of names, in one warning."""


@dataclass(frozen=True)
class MarkerTwins:
    """Which markers are present, absent and unknown in the very same patients.

    Attributes
    ----------
    first : dict of str to str
        Each marker, in the order asked for, to the first one that says the same of every patient:
        to itself, where none before it does.
    carried : frozenset of str
        Markers that a patient carries.
    """

    first: dict[str, str]
    carried: frozenset[str]

    @cached_property
    def distinct(self) -> list[str]:
        """The markers to look at, in the order asked for."""
        return [marker for marker, first in self.first.items() if marker == first]

    @cached_property
    def twins(self) -> dict[str, str]:
        """Markers somebody carries that say what another says, to that one."""
        return {
            marker: first
            for marker, first in self.first.items()
            if marker != first and marker in self.carried
        }

    def keep(self, groups: NDArray[np.int8]) -> NDArray[np.int8]:
        """Return the columns of the distinct markers, shape (n, distinct)."""
        return groups[:, [marker == first for marker, first in self.first.items()]]

    def repeat(self, frame: pl.DataFrame, within: Sequence[str] = ()) -> pl.DataFrame:
        """Give the lines of the distinct markers under every name, in the order asked for.

        Parameters
        ----------
        frame : DataFrame
            Has `marker`; where it has `warnings`, a twin says whose lines these are.
        within : sequence of str
            Columns that go before the markers in the order of the lines.
        """
        if len(self.distinct) == len(self.first):
            return frame
        names = {"_name": list(self.first), "marker": list(self.first.values())}
        order = pl.DataFrame(names, schema=dict.fromkeys(names, pl.String())).with_row_index("_at")
        keys = [f"_{name}" for name in within]
        placed = frame.with_columns(
            _rank_appearance(frame, name).alias(key) for name, key in zip(within, keys, strict=True)
        )
        joined = placed.join(order, on="marker", how="inner", maintain_order="left")
        told = joined.sort(*keys, "_at", maintain_order=True)
        if "warnings" in frame.columns:
            said = pl.col("_name").replace_strict(self._words, default="")
            both = pl.concat_list("warnings", said).list.eval(
                pl.element().filter(pl.element() != "")
            )
            told = told.with_columns(warnings=both.list.join("; "))
        return told.with_columns(marker="_name").select(frame.columns)

    @cached_property
    def _groups(self) -> list[list[str]]:
        alike: dict[str, list[str]] = {}
        for marker, first in self.twins.items():
            alike.setdefault(first, [first]).append(marker)
        return list(alike.values())

    @cached_property
    def _words(self) -> dict[str, str]:
        return {
            marker: f"the same patients as {_list([name for name in group if name != marker])}: "
            "one hypothesis, counted once"
            for group in self._groups
            for marker in group
        }

    def warn(self) -> list[str]:
        """Say which names are one hypothesis."""
        if not self._groups:
            return []
        groups = "; ".join(_list(group, " = ") for group in self._groups[:MOST_NAMED])
        left = len(self._groups) - MOST_NAMED
        return [
            f"{len(self.twins):,} markers are present, absent and not tested in the same patients "
            "as another marker; each group is one hypothesis and counts once among the q-values: "
            f"{groups}{f'; and {left:,} more groups' if left > 0 else ''}."
        ]


def _list(names: Sequence[str], between: str = ", ") -> str:
    left = len(names) - MOST_NAMED
    return between.join(names[:MOST_NAMED]) + (f" and {left:,} more" if left > 0 else "")


def _rank_appearance(frame: pl.DataFrame, name: str) -> pl.Expr:
    places = {value: at for at, value in enumerate(frame[name].unique(maintain_order=True))}
    return pl.col(name).replace_strict(places, return_dtype=pl.Int64)


def find_twins(groups: NDArray[np.int8], markers: Sequence[str]) -> MarkerTwins:
    """Find the markers whose status is the same in every patient.

    Parameters
    ----------
    groups : ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`, one row for each patient in question.
    markers : sequence of str, length m
        In the order asked for.
    """
    seen: dict[bytes, str] = {}
    columns = groups.T.copy()
    first = {
        marker: seen.setdefault(column.tobytes(), marker)
        for marker, column in zip(markers, columns, strict=True)
    }
    has = (columns == PRESENT).any(axis=1).tolist()
    carried = frozenset(marker for marker, is_there in zip(markers, has, strict=True) if is_there)
    return MarkerTwins(first, carried)
