"""From features and strategies to the covariates of the transitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.features import Feature

Floats = NDArray[np.float64]

TREATMENT: Final = "treatment"
PAIRS: Final = "marker pairs"
MODIFIERS: Final = "strategy by feature"
MRD: Final = "mrd"
AGE_BENDS: Final = (0.0, 18.0, 40.0)
AGE_STEPS: Final = (18.0, 60.0)
"""Where the protocols of children, adults and older patients give way to one another."""

LEAST_PAIR: Final = 8
"""A pair of markers is a covariate where this many patients have both (as published)."""

WHOLE_CHROMOSOMES: Final = ("trisomy_", "monosomy_")
"""They come together by the dozen; their pairs would say what the subtype says."""

LEAST_MODIFIER: Final = 20
"""A strategy may work differently in patients with a marker from this many with both on."""


@dataclass(frozen=True, slots=True)
class Covariate:
    """One column: the product of the features and strategies that it names."""

    name: str
    group: str
    factors: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """All covariates of a bank.

    Attributes
    ----------
    features : tuple of Feature, length f
        In the order of the numbers of a patient.
    strategies : tuple of str, length s
        Strategies with a flag of their own; the reference of each comparison has none.
    covariates : tuple of Covariate, length p
        Their factors count features first, then strategies.
    """

    features: tuple[Feature, ...]
    strategies: tuple[str, ...]
    covariates: tuple[Covariate, ...]

    def expand(self, values: Floats) -> Floats:
        """Return the p columns for rows of f features and s strategies."""
        return self.expand_some(values, slice(None))

    def expand_some(self, values: Floats, chosen: slice | NDArray[np.int64]) -> Floats:
        """Return the columns of some covariates."""
        first, second = list_factors(self)[:, chosen]
        with_one = np.column_stack([values, np.ones(len(values))])
        return np.asarray(with_one[:, first] * with_one[:, second])

    def expand_level(self, values: Floats) -> Floats:
        """Return the columns by which the level of a hazard follows age across trials.

        Decades of age, a straight line with bends at `AGE_BENDS` and steps at `AGE_STEPS`; no
        columns without age.
        """
        places = [place for place, one in enumerate(self.features) if one.item == "age_years"]
        if not places:
            return np.empty((len(values), 0))
        feature = self.features[places[0]]
        age = values[:, places[0]] * feature.scale + feature.centre
        lines = [np.maximum(age - bend, 0) / 10 for bend in AGE_BENDS]
        return np.column_stack([*lines, *(age >= step for step in AGE_STEPS)])


@lru_cache(maxsize=32)
def list_factors(design: Design) -> NDArray[np.int64]:
    """Return both factors of each covariate, shape (2, p).

    A covariate of one factor has as its second the number of features and strategies together,
    where a 1 is put beside the values.
    """
    alone = len(design.features) + len(design.strategies)
    pairs = [(*one.factors, alone)[:2] for one in design.covariates]
    return np.array(pairs, np.int64).reshape(-1, 2).T.copy()


def build_design(features: Sequence[Feature], strategies: Sequence[str], rows: Floats) -> Design:
    """Choose the covariates that the patients can tell something about.

    Parameters
    ----------
    features : sequence of Feature, length f
        Of the bank.
    strategies : sequence of str, length s
        With a flag.
    rows : ndarray of shape (n, f + s)
        Patients, NaN where not known.
    """
    known = np.nan_to_num(rows)
    covariates = [
        Covariate(feature.name, feature.group, (place,)) for place, feature in enumerate(features)
    ]
    markers = [place for place, feature in enumerate(features) if feature.kind == "marker"]
    lesions = [place for place in markers if not features[place].item.startswith(WHOLE_CHROMOSOMES)]
    for one, two in combinations(lesions, 2):
        if (known[:, one] * known[:, two]).sum() >= LEAST_PAIR:
            name = f"{features[one].name}:{features[two].name}"
            covariates.append(Covariate(name, PAIRS, (one, two)))
    for number, strategy in enumerate(strategies):
        flag = len(features) + number
        covariates.append(Covariate(strategy, TREATMENT, (flag,)))
        for place in markers:
            if (known[:, flag] * known[:, place]).sum() >= LEAST_MODIFIER:
                name = f"{strategy}:{features[place].name}"
                covariates.append(Covariate(name, MODIFIERS, (place, flag)))
    return Design(tuple(features), tuple(strategies), tuple(covariates))
