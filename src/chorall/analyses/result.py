"""What every analysis returns: one frozen result that can be read, drawn and written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import polars as pl

from chorall.errors import InputError

if TYPE_CHECKING:
    from chorall.tables.store import Pool


@dataclass(frozen=True, slots=True)
class PoolLabel:
    """Which pool a result speaks of.

    Attributes
    ----------
    hash : str
        Of the pool's tables.
    synthetic : bool
        True where at least one trial is simulated; every page and figure says so.
    trials : tuple of str
        In the order of the consortium.
    n_patients : int
        In the whole pool.
    """

    hash: str
    synthetic: bool
    trials: tuple[str, ...]
    n_patients: int


NO_POOL: Final = PoolLabel(hash="", synthetic=False, trials=(), n_patients=0)
"""Of a result that speaks of no patients, or of those who are still to come."""


def label_pool(pool: Pool) -> PoolLabel:
    """Return the label of an opened pool."""
    n_patients = pool.table("patient").height
    return PoolLabel(pool.hash, pool.synthetic, pool.trials, n_patients)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderers:
    """How results are drawn; `chorall.reports` registers here, so imports run downwards only."""

    plot: Callable[[Any], Any]
    html: Callable[[Any], str]


@dataclass(frozen=True, kw_only=True)
class AnalysisResult:
    """Base of the results of all analyses.

    Attributes
    ----------
    analysis : str
        Name of the analysis, the same as its command.
    pool : PoolLabel
        The pool it was made from.
    rows : DataFrame
        One line per printed line; the columns are documented by each analysis.
    warnings : tuple of str
        What the reader must know before using a number.
    """

    analysis: str
    pool: PoolLabel
    rows: pl.DataFrame
    warnings: tuple[str, ...] = ()

    renderers: ClassVar[dict[str, Renderers]] = {}

    @property
    def printed(self) -> pl.DataFrame:
        """The lines that a printed table shows; the rows where nothing else is said."""
        return self.rows

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """Frames that `--out` writes beside the rows, by name."""
        return {}

    @property
    def further_texts(self) -> dict[str, str]:
        """Texts that `--out` writes, by name."""
        return {}

    def to_polars(self) -> pl.DataFrame:
        """Return the rows as a Polars frame."""
        return self.rows

    def to_dict(self) -> dict[str, Any]:
        """Return `analysis`, `pool`, `rows` and `warnings` as plain values that JSON can hold."""
        return {
            "analysis": self.analysis,
            "pool": {
                "hash": self.pool.hash,
                "synthetic": self.pool.synthetic,
                "trials": list(self.pool.trials),
                "n_patients": self.pool.n_patients,
            },
            "rows": plain_rows(self.rows),
            "warnings": list(self.warnings),
        }

    def plot(self) -> Any:
        """Return the figure of this result (`.svg()`, `.save(path)`, `.data`, `.alt`)."""
        return self._renderer().plot(self)

    def _repr_html_(self) -> str:
        return self._renderer().html(self)

    def _renderer(self) -> Renderers:
        if self.analysis not in self.renderers:
            raise InputError("nothing can draw this result yet: run `import chorall.reports`.")
        return self.renderers[self.analysis]


def plain_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as values that JSON can hold."""
    return [_plain(row) for row in frame.to_dicts()]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers that JSON cannot hold (NaN, infinity) become null."""
    return {
        name: None if isinstance(value, float) and (value != value or value in _INFINITE) else value
        for name, value in row.items()
    }


_INFINITE = (float("inf"), float("-inf"))
