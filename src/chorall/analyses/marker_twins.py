"""Markers that say the same of every patient: one hypothesis, told under each of its names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from chorall.analyses.marker_groups import PRESENT, read_marker_groups

MOST_NAMED: Final = 5
"""Groups of names in one warning."""


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
    def _words(self) -> dict[str, str]:
        return {
            marker: f"the same patients as {first}: one hypothesis, counted once"
            for marker, first in self.twins.items()
        }

    def warn(self) -> list[str]:
        """Say which names are one hypothesis."""
        alike: dict[str, list[str]] = {}
        for marker, first in self.twins.items():
            alike.setdefault(first, [first]).append(marker)
        if not alike:
            return []
        groups = [" = ".join(names) for names in alike.values()]
        more = f"; and {len(groups) - MOST_NAMED} more" if len(groups) > MOST_NAMED else ""
        return [
            f"{len(self.twins):,} markers are present, absent and not tested in the same patients "
            "as another marker; each group is one hypothesis and counts once among the q-values: "
            f"{'; '.join(groups[:MOST_NAMED])}{more}."
        ]


def _rank_appearance(frame: pl.DataFrame, name: str) -> pl.Expr:
    places = {value: at for at, value in enumerate(frame[name].unique(maintain_order=True))}
    return pl.col(name).replace_strict(places, return_dtype=pl.Int64)


def find_twins(
    results: pl.DataFrame, patients: pl.DataFrame, markers: Sequence[str]
) -> MarkerTwins:
    """Find the markers whose status is the same in every patient.

    Parameters
    ----------
    results : DataFrame
        The table marker_result.
    patients : DataFrame
        The patients in question.
    markers : sequence of str
        In the order asked for.
    """
    groups = read_marker_groups(results, patients["patient_id"], markers)
    seen: dict[bytes, str] = {}
    columns = groups.T.copy()
    first = {
        marker: seen.setdefault(column.tobytes(), marker)
        for marker, column in zip(markers, columns, strict=True)
    }
    carried = (columns == PRESENT).any(axis=1)
    return MarkerTwins(
        first, frozenset(marker for marker, any_ in zip(markers, carried, strict=True) if any_)
    )
