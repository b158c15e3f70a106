"""What a reader must know before using an imputed answer."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from chorall.analyses.imputing.agreement import AGREE, NOT_ASSESSABLE
from chorall.analyses.imputing.incomplete import IncompleteCohort

POORLY_MIXED: Final = 1.2
"""Potential scale reduction above which chains have not mixed; few iterations alone give 1.1."""


def list_warnings(rows: pl.DataFrame, n_imputations: int) -> list[str]:
    """Say which answers disagree, which chains have not mixed, and whether m is enough."""
    warnings = rows.filter(~pl.col("agreement").is_in([AGREE, NOT_ASSESSABLE]))[
        "statement"
    ].to_list()
    stuck = rows.filter(pl.col("scale_reduction") > POORLY_MIXED)
    warnings += [
        f"{marker}, {endpoint}: the chains have not mixed (scale reduction {figure:.2f}): raise "
        "the number of iterations."
        for marker, endpoint, figure in stuck.select(
            "marker", "endpoint", "scale_reduction"
        ).iter_rows()
    ]
    worst = rows["missing_fraction"].max()
    if isinstance(worst, float) and 100 * worst > n_imputations:
        warnings.append(
            f"Up to {100 * worst:.0f} % of the information is missing and there are "
            f"{n_imputations} imputations: use {100 * worst:.0f} or more, so that another "
            "seed gives the same answer."
        )
    return [
        *warnings,
        "Imputed answers hold if values are missing at random given trial, outcome, covariates and "
        "the other markers; that cannot be checked from the data.",
    ]


def warn_of_gaps(incomplete: IncompleteCohort) -> list[str]:
    """Say for how many patients a covariate is neither known nor imputed."""
    warnings = []
    for place, part in enumerate(incomplete.covariates):
        gap = np.isnan(part.values) & ~incomplete.may_impute[:, place]
        if gap.any():
            warnings.append(
                f"{incomplete.cohort.endpoint}: `{part.label}` is neither known nor imputed for "
                f"{int(gap.sum()):,} patients, as their trial has hardly any: they are in neither "
                "answer. Leave it out to keep them."
            )
    return warnings
