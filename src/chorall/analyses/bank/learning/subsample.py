"""Banks with fewer patients, or with fewer markers, than the pool has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank_fit import BankData

Integers = NDArray[np.int64]


def draw_patients(
    trial: NDArray[np.str_], train: Integers, share: float, generator: np.random.Generator
) -> Integers:
    """Return a share of the training patients, the same share of each trial.

    Generators of one seed draw nested shares: the patients of the smaller are among those of the
    larger.

    Parameters
    ----------
    trial : ndarray of str, shape (n,)
        Of every patient.
    train : ndarray of int64
        Rows to draw from.
    share : float
        Above 0, up to 1.
    generator : Generator
        One draw per trial.
    """
    chosen = []
    for name in np.unique(trial[train]):
        rows = generator.permutation(train[trial[train] == name])
        chosen.append(rows[: max(1, round(share * len(rows)))])
    return np.sort(np.concatenate(chosen))


def list_marker_places(data: BankData) -> Integers:
    """Return the columns that are markers."""
    return np.flatnonzero([feature.kind == "marker" for feature in data.features])


def drop_markers(data: BankData, share: float, generator: np.random.Generator) -> BankData:
    """Return the data with a share of its markers, nested as `draw_patients` nests."""
    markers = generator.permutation(list_marker_places(data))
    dropped = markers[round(share * len(markers)) :]
    kept = np.setdiff1d(np.arange(len(data.features)), dropped)
    features = tuple(data.features[place] for place in kept)
    return replace(data, features=features, values=data.values[:, kept])
