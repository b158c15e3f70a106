"""The arguments of a Fine-Gray fit, checked and made ready."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.errors import InputError, raise_gathered
from chorall.stats.arrays import ArrayLike, Floats, Integers, Labels
from chorall.stats.checks import CauseFollowUp, check_labels
from chorall.stats.cox_data import check_covariates, check_not_constant, list_suspects
from chorall.stats.cox_order import scale_columns
from chorall.stats.cox_robust import check_clusters
from chorall.stats.fine_gray_data import FineGrayRows
from chorall.stats.fine_gray_weights import CENSORED, COMPETING, OF_INTEREST


class Groups(NamedTuple):
    """Labels of the strata, and numbers of stratum, censoring group and cluster of n rows."""

    strata: Labels | None
    stratum: Integers
    censoring: Integers
    clusters: Integers | None


class Standardised(NamedTuple):
    """Covariates less their mean over their standard deviation, and these two."""

    x: Floats
    centre: Floats
    scale: Floats


def check_settings(max_iterations: int, tolerance: float) -> None:
    """Raise one gathered InputError unless the settings can be used."""
    problems = []
    if max_iterations < 1:
        problems.append(f"`max_iterations` is {max_iterations!r}; expected 1 or more")
    if not 0 < tolerance < 1:
        problems.append(f"`tolerance` is {tolerance!r}; expected between 0 and 1, such as 1e-9")
    raise_gathered(InputError, "the settings cannot be used", problems, "Correct these.")


def find_kinds(follow_up: CauseFollowUp, cause_of_interest: int) -> Integers:
    """Return 1 for events of interest, 2 for competing ones, 0 for the censored."""
    cause = follow_up.cause
    if cause_of_interest == CENSORED or cause_of_interest not in cause:
        seen = ", ".join(str(kind) for kind in np.unique(cause[cause > 0])) or "none"
        raise InputError(
            f"`cause_of_interest` is {cause_of_interest!r}, but no event has this cause; "
            f"causes in `cause`: {seen}."
        )
    of_others = np.where(cause > 0, COMPETING, CENSORED)
    return np.where(cause == cause_of_interest, OF_INTEREST, of_others).astype(np.int64)


def read_groups(
    n: int,
    strata: ArrayLike | None,
    censoring_strata: ArrayLike | None,
    cluster: ArrayLike | None,
) -> Groups:
    """Return checked strata, censoring groups (the strata unless given) and clusters."""
    labels, stratum = None, np.zeros(n, dtype=np.int64)
    if strata is not None:
        labels, stratum = check_labels(strata, n, "strata")
    censoring = stratum
    if censoring_strata is not None:
        censoring = check_labels(censoring_strata, n, "censoring_strata")[1]
    return Groups(labels, stratum, censoring, check_clusters(cluster, n, 0.0))


def standardise(x: ArrayLike, rows: FineGrayRows) -> Standardised:
    """Check covariates; return them sorted, less their mean over their standard deviation."""
    covariates = check_covariates(x, len(rows.time))
    # in place: a copy of x is what this fit needs most memory for
    values, centre, scale = scale_columns(covariates, rows.order, np.ones(len(covariates)))
    check_not_constant(covariates, list_suspects(values, centre, scale))
    return Standardised(values, centre, scale)
