"""Patients drawn again: stratified bootstrap samples and cross-validation folds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Integers, Labels
from chorall.stats.checks import check_labels

Seed: TypeAlias = int | np.random.SeedSequence


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One fold of a cross-validation.

    Attributes
    ----------
    train, test : ndarray of int64
        Rows to fit on and rows to test on, ascending; together all rows.
    """

    train: Integers
    test: Integers


def draw_bootstrap_rows(
    n: int, *, n_resamples: int, seed: Seed, strata: ArrayLike | None = None
) -> Iterator[Integers]:
    """Draw bootstrap samples of the rows of n patients.

    Parameters
    ----------
    n : int
        Number of patients.
    n_resamples : int
        Number of samples.
    seed : int or numpy.random.SeedSequence
        Sample k depends on the seed and k alone, not on the other samples.
    strata : array_like of shape (n,), optional
        Labels; each sample has as many patients of each stratum as there are.

    Returns
    -------
    iterator of ndarray of int64, shape (n,)
        Row numbers drawn with replacement, ordered by stratum.

    Raises
    ------
    InputError
        When a number is below 1 or a label is missing.

    See Also
    --------
    bootstrap : Draws, computes and summarises.

    References
    ----------
    Davison AC, Hinkley DV (1997). doi:10.1017/CBO9780511802843

    Examples
    --------
    >>> from chorall.stats import draw_bootstrap_rows
    >>> [len(rows) for rows in draw_bootstrap_rows(5, n_resamples=2, seed=1)]
    [5, 5]
    """
    check_sizes(n=n, n_resamples=n_resamples)
    groups = split_strata(n, strata)
    return (draw_rows(groups, child) for child in spawn_seeds(seed, n_resamples))


def draw_folds(
    n: int,
    *,
    n_folds: int,
    seed: Seed,
    n_repeats: int = 1,
    strata: ArrayLike | None = None,
) -> Iterator[Fold]:
    """Draw the folds of a cross-validation.

    Parameters
    ----------
    n : int
        Number of patients.
    n_folds : int
        Folds, at least 2 and at most n. Within a repeat each patient is tested once.
    seed : int or numpy.random.SeedSequence
        Repeat k depends on the seed and k alone.
    n_repeats : int, optional
        How often the patients are dealt anew.
    strata : array_like of shape (n,), optional
        Labels (such as the trial, or whether the event happened), dealt evenly: the numbers of
        a stratum in two folds differ by at most one, and so do the sizes of the folds.

    Returns
    -------
    iterator of Fold
        `train` and `test` rows, `n_folds` times `n_repeats` of them.

    Raises
    ------
    InputError
        When a number is out of range or a label is missing.

    See Also
    --------
    cross_validate : Draws, fits, measures and summarises.
    draw_bootstrap_rows : The usual choice for the optimism of a model.

    References
    ----------
    Stone M (1974). doi:10.1111/j.2517-6161.1974.tb00994.x

    Examples
    --------
    >>> from chorall.stats import draw_folds
    >>> [fold.test.size for fold in draw_folds(7, n_folds=3, seed=1)]
    [3, 2, 2]
    """
    check_sizes(n=n, n_folds=n_folds, n_repeats=n_repeats)
    if not 2 <= n_folds <= n:
        raise InputError(f"`n_folds` is {n_folds}; expected at least 2 and at most n = {n}.")
    groups = split_strata(n, strata)
    return (
        fold
        for child in spawn_seeds(seed, n_repeats)
        for fold in deal_folds(groups, n_folds, np.random.default_rng(child))
    )


def leave_groups_out(n: int, group: ArrayLike) -> tuple[Labels, list[Fold]]:
    """Return the labels of the groups, and a fold for each that tests it alone."""
    labels, codes = check_labels(group, n, "leave_out")
    if len(labels) < 2:
        raise InputError(f"`leave_out` has the one label {labels[0]!r}; expected at least two.")
    folds = [
        Fold(np.flatnonzero(codes != code), np.flatnonzero(codes == code))
        for code in range(len(labels))
    ]
    return labels, folds


def deal_folds(
    groups: list[Integers], n_folds: int, generator: np.random.Generator
) -> Iterator[Fold]:
    """Deal the shuffled strata one after another like cards, so that no fold is favoured."""
    deck = np.concatenate([generator.permutation(members) for members in groups])
    number = np.empty(len(deck), dtype=np.int64)
    number[deck] = np.arange(len(deck)) % n_folds
    for fold in range(n_folds):
        yield Fold(np.flatnonzero(number != fold), np.flatnonzero(number == fold))


def draw_rows(groups: list[Integers], seed: np.random.SeedSequence) -> Integers:
    """Return one bootstrap sample of the rows."""
    generator = np.random.default_rng(seed)
    drawn = [members[generator.integers(len(members), size=len(members))] for members in groups]
    return np.concatenate(drawn)


def split_strata(n: int, strata: ArrayLike | None) -> list[Integers]:
    """Return the rows of each stratum."""
    if strata is None:
        return [np.arange(n)]
    labels, codes = check_labels(strata, n, "strata")
    bounds = np.cumsum(np.bincount(codes, minlength=len(labels)))[:-1]
    return np.split(np.argsort(codes, kind="stable"), bounds)


def spawn_seeds(seed: Seed, count: int) -> list[np.random.SeedSequence]:
    """Return one independent child of the seed for each resample, the same every time."""
    if not isinstance(seed, np.random.SeedSequence):
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise InputError(f"`seed` is {seed!r}; expected a whole number, 0 or above.")
        seed = np.random.SeedSequence(int(seed))
    # spawn() would count its calls: a second run with the same object would differ
    return [
        np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, number))
        for number in range(count)
    ]


def check_sizes(**sizes: int) -> None:
    """Raise unless all are whole numbers of at least 1."""
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise InputError(f"`{name}` is {size!r}; expected a whole number of at least 1.")
