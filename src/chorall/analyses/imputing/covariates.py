"""Covariates as columns that can be imputed, and as columns of a Cox model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.adjustment import KINDS, SHORT_WORDS
from chorall.analyses.age_spline import AGE_SPLINE, KNOT_QUANTILES
from chorall.analyses.choices import check_choices
from chorall.models.design_matrix import LOG2_OFFSET, DesignColumn, Term, rank_levels
from chorall.models.splines import build_natural_basis

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Covariate:
    """One covariate of n patients.

    Attributes
    ----------
    label : str
        As a reader sees it, e.g. `log2 wbc_10e9_per_l`.
    kind : {"pmm", "binary", "categorical"}
        How it is imputed.
    values : ndarray of float, shape (n,)
        Numbers, or codes of the levels; NaN is missing.
    columns : tuple of DesignColumn
        What it becomes in a Cox model.
    knots : tuple of float
        Boundary and inner knots of a natural spline, ascending; empty where it is linear.
    """

    label: str
    kind: str
    values: Floats
    columns: tuple[DesignColumn, ...]
    knots: tuple[float, ...] = ()

    def expand(self, values: Floats) -> Floats:
        """Return the columns of the Cox model of (completed) values, shape (n, columns)."""
        if self.knots:
            first, *inner, last = self.knots
            return build_natural_basis(values, np.array(inner), np.array([first, last]))
        if self.kind == "categorical":
            return (
                np.column_stack([values == code for code in range(1, len(self.columns) + 1)]) * 1.0
            )
        return values[:, None]


def choose_covariates(adjust: Sequence[str]) -> tuple[str, ...]:
    """Return the covariates asked for by their full names, each once.

    Raises
    ------
    InputError
        If a covariate does not exist.
    """
    asked = check_choices(adjust, [*KINDS, *SHORT_WORDS, AGE_SPLINE], what="covariate")
    return tuple(dict.fromkeys(SHORT_WORDS.get(name, name) for name in asked))


def read_covariate(patients: pl.DataFrame, name: str) -> Covariate | None:
    """Return a covariate; None where it is the same for everybody or known for nobody.

    Parameters
    ----------
    patients : DataFrame
        The table patient with `subtype`, one row per patient of the cohort.
    name : str
        A column, or `age_spline`.
    """
    column = "age_years" if name == AGE_SPLINE else name
    if patients[column].n_unique() - bool(patients[column].null_count()) < 2:
        return None
    kind = KINDS[column]
    if kind == "categorical":
        return _code_levels(patients[column], column)
    label = Term(column, kind).label
    numbers = patients[column].cast(pl.Float64)
    if kind == "log2":
        numbers = (numbers + LOG2_OFFSET).log(2.0)
    values = numbers.fill_null(float("nan")).to_numpy().astype(np.float64)
    if name == AGE_SPLINE:
        return _bend(values, label)
    how = "binary" if kind == "boolean" else "pmm"
    return Covariate(label, how, values, (DesignColumn(label, label),))


def _code_levels(series: pl.Series, label: str) -> Covariate:
    """Code levels from 0, the reference, which is the most frequent one."""
    levels = rank_levels(series)
    codes = series.cast(pl.String).replace_strict(
        levels, range(len(levels)), default=None, return_dtype=pl.Float64
    )
    columns = tuple(DesignColumn(f"{label}: {x}", label, x, levels[0]) for x in levels[1:])
    how = "binary" if len(levels) == 2 else "categorical"
    return Covariate(label, how, codes.fill_null(float("nan")).to_numpy().astype(float), columns)


def _bend(values: Floats, label: str) -> Covariate:
    """Give a number a natural cubic spline; it stays linear where too few values differ."""
    known = values[~np.isnan(values)]
    knots = np.concatenate([[known.min()], np.quantile(known, KNOT_QUANTILES), [known.max()]])
    if not (np.diff(knots) > 0).all():
        return Covariate(label, "pmm", values, (DesignColumn(label, label),))
    columns = tuple(DesignColumn(f"{label} ({j})", label) for j in (1, 2, 3))
    return Covariate(f"{label} (spline)", "pmm", values, columns, tuple(knots.tolist()))
