"""Which covariates of a Cox model say nothing that others do not say."""

from __future__ import annotations

import numpy as np

from chorall.errors import InputError, raise_gathered
from chorall.stats.arrays import Floats

# Part of a column's information that others must leave unexplained. Information is a square:
# 1e-10 refuses columns that agree to about five digits.
COLLINEARITY_TOLERANCE = 1e-10
# coefficients below this are rounding and do not name a partner
PARTNER_TOLERANCE = 1e-5


def check_information(information: Floats, event_weight: float) -> None:
    """Raise an InputError that names columns without information of their own.

    `information` of shape (p, p) is that at coefficients 0, of scaled covariates. A direction
    without information there has none anywhere: the covariate does not vary among those at risk.
    """
    if is_clearly_regular(information, event_weight):
        return
    problems: list[str] = []
    kept: list[int] = []
    for column in range(len(information)):
        own = information[column, column]
        if own <= COLLINEARITY_TOLERANCE * event_weight:
            problems.append(f"column {column} does not vary among those at risk at any event")
            continue
        partners = information[np.ix_(kept, kept)]
        shared = information[kept, column]
        coefficients = solve_scaled(partners, shared)
        if own - shared @ coefficients <= COLLINEARITY_TOLERANCE * own:
            strength = np.abs(coefficients) * np.sqrt(np.diag(partners) / own)
            named = [str(kept[i]) for i in np.flatnonzero(strength > PARTNER_TOLERANCE)]
            problems.append(
                f"column {column} is a linear combination of column {' and '.join(named)}"
            )
        else:
            kept.append(column)
    heading = "`x` has columns without a hazard ratio of their own"
    advice = "Columns count from 0. Leave these out, or hold them with ridge > 0."
    raise_gathered(InputError, heading, problems, advice)


def is_clearly_regular(information: Floats, event_weight: float) -> bool:
    """Tell by one factorisation whether every column passes both tolerances tenfold."""
    own = np.diag(information)
    if not (own > 10 * COLLINEARITY_TOLERANCE * event_weight).all():
        return False
    size = np.sqrt(own)
    try:
        root = np.linalg.cholesky(information / np.outer(size, size))
    except np.linalg.LinAlgError:
        return False
    # the squared diagonal is the part of each column that those before it leave unexplained
    return bool((np.diag(root) ** 2 > 10 * COLLINEARITY_TOLERANCE).all())


def solve_scaled(matrix: Floats, vector: Floats) -> Floats:
    """Solve a positive definite system on the scale of correlations."""
    size = np.sqrt(np.diag(matrix))
    solution = np.linalg.solve(matrix / np.outer(size, size), vector / size) / size
    return np.asarray(solution, dtype=np.float64)
