"""What is not known of a patient, drawn given what is known.

A normal distribution of all features, conditioned on those that are known. A flag is present with
the probability that its conditional mean says (kept within 0.001 and 0.999), and keeps its
correlation with the others through the normal draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

SHRINKAGE = 0.02
RAREST = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class FeatureLaw:
    """Mean and covariance of the f features.

    Attributes
    ----------
    mean : ndarray of shape (f,)
    covariance : ndarray of shape (f, f)
        Positive definite.
    is_flag : ndarray of bool, shape (f,)
        True where a feature is 0 or 1.
    """

    mean: Floats
    covariance: Floats
    is_flag: Booleans

    def condition(self, known: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Return the places of what is not known, its mean and its covariance."""
        pattern = np.isnan(known)
        law = condition_pattern(self, pattern.tobytes())
        mean = self.mean[pattern] + (known[~pattern] - self.mean[~pattern]) @ law.weights
        return np.flatnonzero(pattern), mean, law.covariance

    def expect_fuller(self, known: Floats, places: Integers, values: Floats) -> Floats:
        """Put conditional means where a patient with one more feature known still lacks values.

        Parameters
        ----------
        known : ndarray of shape (f,)
            NaN where not known.
        places, values : ndarray of shape (n,)
            Of each fuller patient: the feature, missing so far, and its value.

        Returns
        -------
        ndarray of shape (n, f)
            As `expect` returns them for each.
        """
        missing, mean, covariance = self.condition(known)
        own = np.searchsorted(missing, places)
        moves = covariance[own] / covariance[own, own][:, None]
        found = mean + moves * (values - mean[own])[:, None]
        filled = np.tile(known, (len(places), 1))
        filled[:, missing] = np.where(self.is_flag[missing], np.clip(found, 0, 1), found)
        filled[np.arange(len(places)), places] = values
        return filled

    def draw(self, known: Floats, normals: Floats) -> Floats:
        """Complete a patient in d draws.

        Parameters
        ----------
        known : ndarray of shape (f,)
            NaN where not known.
        normals : ndarray of shape (d, f)
            Standard normal; the same normals complete alike.

        Returns
        -------
        ndarray of shape (d, f)
        """
        return np.asarray(self.draw_many(known[None, :], normals)[:, 0])

    def draw_many(self, rows: Floats, normals: Floats) -> Floats:
        """Complete n patients, each as `draw` does by the same d normals.

        Returns
        -------
        ndarray of shape (d, n, f)
        """
        drawn = np.tile(rows, (len(normals), 1, 1))
        for pattern, own in list_patterns(rows):
            law = condition_pattern(self, pattern.tobytes())
            missing = np.flatnonzero(pattern)
            mean = self.mean[missing] + (rows[own][:, ~pattern] - self.mean[~pattern]) @ law.weights
            noise = (normals[:, missing] @ law.root.T)[:, None]
            # a flag is present in the upper part of its normal that is as large as its chance
            bound = ndtri(1 - np.clip(mean, RAREST, 1 - RAREST)) * law.spread
            values = np.where(self.is_flag[missing], noise > bound, mean + noise)
            drawn[:, own[:, None], missing] = values
        return drawn

    def expect(self, rows: Floats) -> Floats:
        """Put the conditional mean where a value is missing, for n patients at once."""
        filled = rows.copy()
        for pattern, own in list_patterns(rows):
            filled[np.ix_(own, np.flatnonzero(pattern))] = self._expect_pattern(rows[own], pattern)
        return filled

    def _expect_pattern(self, rows: Floats, missing: Booleans) -> Floats:
        weights = condition_pattern(self, missing.tobytes()).weights
        found = self.mean[missing] + (rows[:, ~missing] - self.mean[~missing]) @ weights
        return np.asarray(np.where(self.is_flag[missing], np.clip(found, 0, 1), found))


class Conditioned(NamedTuple):
    """What holds for all patients who lack the same m features.

    Attributes
    ----------
    weights : ndarray of shape (f - m, m)
        By which the others move the means of those.
    covariance : ndarray of shape (m, m)
        Of those.
    root : ndarray of shape (m, m)
        Its square root @ root.T is the covariance.
    spread : ndarray of shape (m,)
        Their standard deviations.
    """

    weights: Floats
    covariance: Floats
    root: Floats
    spread: Floats


@lru_cache(maxsize=64)
def condition_pattern(law: FeatureLaw, pattern: bytes) -> Conditioned:
    """Return the law of what is missing, told by a byte of 1 for each such feature."""
    missing = np.frombuffer(pattern, bool)
    cross = law.covariance[np.ix_(missing, ~missing)]
    weights = np.linalg.solve(law.covariance[np.ix_(~missing, ~missing)], cross.T)
    covariance = law.covariance[np.ix_(missing, missing)] - cross @ weights
    root = np.linalg.cholesky(covariance)
    return Conditioned(weights, covariance, root, np.sqrt((root**2).sum(axis=1)))


def list_patterns(rows: Floats) -> Iterator[tuple[Booleans, NDArray[np.int64]]]:
    """Yield what is missing, and the rows in which just that is; complete rows are left out."""
    if len(rows) == 1:
        if np.isnan(rows[0]).any():
            yield np.isnan(rows[0]), np.zeros(1, np.int64)
        return
    patterns, place = np.unique(np.isnan(rows), axis=0, return_inverse=True)
    order = np.argsort(place.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(place.ravel(), minlength=len(patterns)))
    for pattern, own in zip(patterns, np.split(order, ends[:-1]), strict=True):
        if pattern.any():
            yield pattern, own


def fit_feature_law(rows: Floats, is_flag: Booleans) -> FeatureLaw:
    """Estimate mean and covariance from pairs of features that are both known.

    Parameters
    ----------
    rows : ndarray of shape (n, f)
        NaN where not known.
    is_flag : ndarray of bool, shape (f,)
        True where a feature is 0 or 1.
    """
    known = ~np.isnan(rows)
    counts = known.sum(axis=0)
    mean = np.where(known, rows, 0).sum(axis=0) / np.maximum(counts, 1)
    centred = np.where(known, rows - mean, 0)
    pairs = known.T.astype(float) @ known
    covariance = centred.T @ centred / np.maximum(pairs, 1)
    spread = np.sqrt(np.maximum(np.diag(covariance), RAREST * (1 - RAREST)))
    correlation = covariance / np.outer(spread, spread) * (1 - SHRINKAGE)
    np.fill_diagonal(correlation, 1)
    values, vectors = np.linalg.eigh(correlation)
    # pairs that come from different patients may contradict one another
    repaired = (vectors * np.maximum(values, SHRINKAGE)) @ vectors.T
    scale = spread / np.sqrt(np.diag(repaired))
    return FeatureLaw(mean, repaired * np.outer(scale, scale), is_flag)
