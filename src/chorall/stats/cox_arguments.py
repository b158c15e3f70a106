"""Checks of what a Cox fit is asked for."""

from __future__ import annotations

import numpy as np

from chorall.errors import InputError, raise_gathered
from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.checks import check_choice
from chorall.stats.cox_newton import CoxSettings

TIES = ("efron", "breslow", "exact")


def check_ridge(ridge: float | ArrayLike, p: int) -> Floats:
    """Return one penalty weight per coefficient, or raise."""
    try:
        weights = np.asarray(ridge, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"`ridge` is {ridge!r}; expected numbers of 0 or more.") from error
    if weights.shape not in [(), (p,)]:
        raise InputError(
            f"`ridge` has shape {weights.shape}; give one number, or one for each of the {p} "
            "columns of `x`."
        )
    if not np.all((weights >= 0) & np.isfinite(weights)):
        raise InputError(f"`ridge` is {ridge!r}; expected numbers of 0 or more.")
    return np.array(np.broadcast_to(weights, p))


def check_settings(
    ties: str, ridge: Floats, firth: bool, max_iterations: int, tolerance: float
) -> CoxSettings:
    """Return the settings, or raise one gathered InputError."""
    check_choice(ties, "ties", TIES)
    problems = []
    if max_iterations < 1:
        problems.append(f"`max_iterations` is {max_iterations!r}; expected 1 or more")
    if not 0 < tolerance < 1:
        problems.append(f"`tolerance` is {tolerance!r}; expected between 0 and 1, such as 1e-9")
    raise_gathered(InputError, "the settings cannot be used", problems, "Correct these.")
    return CoxSettings(ties, ridge, bool(firth), int(max_iterations), float(tolerance))


def check_combination(settings: CoxSettings, is_weighted: bool, is_clustered: bool) -> None:
    """Raise for what has no agreed meaning, or none here, together."""
    refused = [
        (settings.firth and is_clustered, "`cluster` with `firth` has no robust covariance here"),
        (settings.firth and bool(settings.ridge.any()), "`firth` with `ridge` are two penalties"),
    ]
    if settings.ties == "exact":
        refused += [
            (is_weighted, "`weights` with exact ties count no sets of people"),
            (is_clustered, "`cluster` with exact ties has no score residuals"),
            (settings.firth, "`firth` with exact ties is not available"),
        ]
    problems = [problem for is_refused, problem in refused if is_refused]
    raise_gathered(InputError, "arguments exclude each other", problems, "Give one of them.")
