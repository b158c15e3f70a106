"""Checks of what a random-effects Cox fit is given."""

from __future__ import annotations

import numpy as np

from chorall.errors import InputError, raise_gathered
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, Labels
from chorall.stats.checks import (
    check_labels,
)
from chorall.stats.number_arrays import read_array
from chorall.stats.random_effects_ascent import (
    VarianceSettings,
)
from chorall.stats.random_effects_result import RandomEffectsCoxFit


def check_groups(groups: ArrayLike, p: int) -> tuple[Labels, Integers]:
    """Return the sorted labels of the groups and the number of each column's group."""
    if not p:
        raise InputError("`x` has no columns: there is no effect to estimate.")
    if np.shape(groups) != (p,):
        raise InputError(
            f"`groups` has shape {np.shape(groups)}, but `x` has {p} columns. Give one label each."
        )
    return check_labels(groups, p, "groups")


def choose_mean_groups(mean_groups: ArrayLike | None, labels: Labels, codes: Integers) -> Booleans:
    """Tell which groups have a mean to be estimated."""
    if mean_groups is None:
        return np.bincount(codes) > 1
    asked = np.atleast_1d(np.asarray(mean_groups)).tolist()
    unknown = [str(label) for label in asked if label not in labels.tolist()]
    if unknown:
        known = ", ".join(str(label) for label in labels)
        raise InputError(f"`mean_groups` holds {', '.join(unknown)}; expected of: {known}.")
    return np.array([label in asked for label in labels.tolist()])


def check_variances(group_variance: ArrayLike | None, g: int) -> Floats | None:
    """Return known variances of shape (g,), or None when they are to be estimated."""
    if group_variance is None:
        return None
    variances = read_array(group_variance, "group_variance")
    if variances.shape != (g,) or not np.all((variances >= 0) & np.isfinite(variances)):
        raise InputError(
            f"`group_variance` is {group_variance!r}; expected {g} numbers of 0 or more, one for "
            "each sorted label of `groups`."
        )
    return variances


def check_start(
    start: RandomEffectsCoxFit | None, labels: Labels, codes: Integers, has_mean: Booleans
) -> None:
    """Raise unless the fit to start from has the same groups, columns and estimated means."""
    if start is None:
        return
    is_alike = (
        np.array_equal(start.groups, labels)
        and np.array_equal(start.n_columns, np.bincount(codes))
        and np.array_equal(np.isfinite(start.group_mean_standard_error), has_mean)
    )
    if not is_alike:
        raise InputError(
            "`start` is a fit with other groups, numbers of columns or group means than asked for "
            "here. Give a fit of the same columns, or none."
        )


def read_start(
    start: RandomEffectsCoxFit | None, has_mean: Booleans
) -> tuple[Floats, Floats] | None:
    """Return deviations with means, and variances, of the fit to start from."""
    if start is None:
        return None
    return np.concatenate([start.deviation, start.group_mean[has_mean]]), start.group_variance


def check_variance_settings(settings: VarianceSettings) -> None:
    """Raise one gathered InputError for numbers that cannot be used."""
    problems = []
    if not 0 < settings.start_variance < np.inf:
        problems.append(f"`start_variance` is {settings.start_variance!r}; expected above 0")
    if not 0 <= settings.prior_weight < np.inf:
        problems.append(f"`prior_weight` is {settings.prior_weight!r}; expected 0 or more")
    if settings.max_iterations < 1:
        problems.append(f"`max_iterations` is {settings.max_iterations!r}; expected 1 or more")
    if not 0 < settings.tolerance < 1:
        problems.append(f"`tolerance` is {settings.tolerance!r}; expected between 0 and 1")
    raise_gathered(InputError, "the settings cannot be used", problems, "Correct these.")
