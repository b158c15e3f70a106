"""Age as a natural spline: the same curve in every model of an analysis."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from chorall.models.design_matrix import Term
from chorall.models.splines import build_natural_basis

AGE_SPLINE: Final = "age_spline"
KNOT_QUANTILES: Final = (1 / 3, 2 / 3)
"""Inner knots at the thirds of age; the boundary is the youngest and the oldest patient."""


def add_age_spline(
    patients: pl.DataFrame,
) -> tuple[pl.DataFrame, tuple[Term, ...], list[str]]:
    """Add the three columns of a natural cubic spline of age.

    Parameters
    ----------
    patients : DataFrame
        With `age_years`; null is missing and stays so.

    Returns
    -------
    patients : DataFrame
        With `age_spline_1` to `age_spline_3`.
    terms : tuple of Term
        The columns; `age_years` alone where too few ages differ for a curve.
    warnings : list of str
        That age enters linearly, where it does.

    Notes
    -----
    R: ``splines::ns(age_years, df = 3)``, knots from all patients with an age.
    """
    known = patients["age_years"].drop_nulls().to_numpy().astype(np.float64)
    inner = np.quantile(known, KNOT_QUANTILES)
    boundary = np.array([known.min(), known.max()])
    if not (np.diff(np.concatenate([boundary[:1], inner, boundary[1:]])) > 0).all():
        note = "Too few different ages for a spline: age enters the adjusted models linearly."
        return patients, (Term("age_years", "numeric"),), [note]
    ages = patients["age_years"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    basis = np.full((len(ages), 3), np.nan)
    there = ~np.isnan(ages)
    basis[there] = build_natural_basis(ages[there], inner, boundary)
    columns = [
        pl.Series(f"{AGE_SPLINE}_{j + 1}", basis[:, j]).fill_nan(None) for j in range(3)
    ]  # fmt: skip
    terms = tuple(Term(column.name, "numeric") for column in columns)
    return patients.with_columns(columns), terms, []
