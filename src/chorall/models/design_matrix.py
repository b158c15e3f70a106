"""The design matrix of a regression: columns of a table coded as numbers, each with its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered

TermKind = Literal["numeric", "log2", "categorical", "boolean"]

LOG2_OFFSET: Final = 0.1
"""Added before the logarithm, because a white cell count of 0 is possible: log2(x + 0.1)."""


@dataclass(frozen=True, slots=True)
class Term:
    """One covariate of a model.

    Attributes
    ----------
    column : str
        Column of the frame.
    kind : {"numeric", "log2", "categorical", "boolean"}
        How it enters: as it is, as log2(x + 0.1), by treatment coding, or as 0 and 1.
    """

    column: str
    kind: TermKind

    @property
    def label(self) -> str:
        """The term as a reader sees it, e.g. `log2 wbc_10e9_per_l`."""
        return f"log2 {self.column}" if self.kind == "log2" else self.column


@dataclass(frozen=True, slots=True)
class DesignColumn:
    """One column of a design matrix.

    Attributes
    ----------
    name : str
        The term's label; with a level, `sex: male`.
    term : str
        Label of the term it belongs to.
    level, reference : str or None
        What is compared with what, for categorical terms.
    """

    name: str
    term: str
    level: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class DesignMatrix:
    """Covariates as numbers, one row per row of the frame.

    Attributes
    ----------
    columns : tuple of DesignColumn, length p
        What each column is.
    values : ndarray of float, shape (n, p)
        NaN where the covariate is missing.
    missing : dict of str to int
        Rows in which each term is missing, by the term's label; a row may count for several.
    """

    columns: tuple[DesignColumn, ...]
    values: NDArray[np.float64]
    missing: dict[str, int]

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Shape (n,); True where every covariate is known."""
        return np.asarray(~np.isnan(self.values).any(axis=1), dtype=bool)


def build_design(frame: pl.DataFrame, terms: Sequence[Term]) -> DesignMatrix:
    """Code the terms as numbers.

    Parameters
    ----------
    frame : DataFrame, n rows
        Has a column for every term; null is missing.
    terms : sequence of Term
        In the order of the matrix.

    Returns
    -------
    DesignMatrix
        A categorical term gives one column per level but the reference, which is the most frequent
        level (of equally frequent ones the first in the alphabet). A missing level makes all
        columns of the term NaN. A term that is missing everywhere gives no column of levels, but a
        single column of NaN.

    Raises
    ------
    InputError
        If the frame lacks the column of a term.
    """
    lacking = [f"`{term.column}`" for term in terms if term.column not in frame.columns]
    advice = f"The frame has: {', '.join(frame.columns)}"
    raise_gathered(InputError, "the frame lacks columns of the model", lacking, advice)
    coded = [_code_term(frame[term.column], term) for term in terms]
    columns = tuple(column for names, _ in coded for column in names)
    blocks = [np.empty((frame.height, 0)), *(values for _, values in coded)]
    missing = {term.label: frame[term.column].null_count() for term in terms}
    return DesignMatrix(columns, np.column_stack(blocks), missing)


def _code_term(series: pl.Series, term: Term) -> tuple[list[DesignColumn], NDArray[np.float64]]:
    if term.kind == "categorical":
        return _code_levels(series.cast(pl.String), term)
    numbers = series.cast(pl.Float64)
    if term.kind == "log2":
        numbers = (numbers + LOG2_OFFSET).log(2.0)
    values = numbers.fill_null(float("nan")).to_numpy().astype(np.float64)
    return [DesignColumn(term.label, term.label)], values[:, None]


def _code_levels(series: pl.Series, term: Term) -> tuple[list[DesignColumn], NDArray[np.float64]]:
    levels = rank_levels(series)
    if len(levels) < 2:
        # One level is a constant; kept as a column of ones, so that the fit can say so.
        values = series.is_not_null().cast(pl.Float64).replace(0.0, None)
        name = f"{term.label}: {levels[0]}" if levels else term.label
        column = DesignColumn(name, term.label, levels[0] if levels else None)
        return [column], values.fill_null(float("nan")).to_numpy()[:, None]
    reference, *others = levels
    columns = [DesignColumn(f"{term.label}: {x}", term.label, x, reference) for x in others]
    dummies = [(series == x).cast(pl.Float64).fill_null(float("nan")) for x in others]
    return columns, np.column_stack([dummy.to_numpy() for dummy in dummies])


def rank_levels(series: pl.Series) -> list[str]:
    """Return the levels of a categorical column: the reference first, the others by alphabet."""
    levels = series.drop_nulls().cast(pl.String).unique().sort().to_list()
    counts = {level: int((series == level).sum()) for level in levels}
    reference = min(levels, key=lambda level: (-counts[level], level), default=None)
    return [] if reference is None else [reference, *(x for x in levels if x != reference)]
