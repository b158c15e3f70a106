"""Foretell the patients left out: by the bank, by each rival, by published groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.measures import Outcome
from chorall.analyses.bank.outcome import ENDPOINTS
from chorall.analyses.bank.rivals.catalogue import Rival
from chorall.analyses.bank.rivals.published import Groups, predict_by_groups
from chorall.analyses.bank.rivals.task import make_task
from chorall.analyses.bank.schemes import Fold
from chorall.errors import ChorallError
from chorall.models.bank.bank import DAYS_PER_YEAR, Bank
from chorall.models.bank.bank_fit import BankData, fit_bank, keep_patients
from chorall.models.bank.batch import predict_many
from chorall.models.bank.design import MRD
from chorall.models.bank.strategy import read_strategy

Floats = NDArray[np.float64]

BANK = "bank"


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """What one model says of all patients, none of whom it was fitted to.

    Attributes
    ----------
    name : str
        `bank`, a rival, or published groups.
    order : ndarray of shape (n,)
        The higher, the earlier the event is expected; NaN where nothing is said.
    risk : ndarray of shape (n,)
        Probability of the event by the horizon; NaN where nothing is said.
    is_fitted : bool
        False for published groups: their order was not learnt here.
    """

    name: str
    order: Floats
    risk: Floats
    is_fitted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """Who is compared, on what.

    Attributes
    ----------
    data : BankData
    outcomes : tuple of Outcome
    rivals : tuple of Rival
    groups : tuple of Groups
        Published, or from a file.
    horizon_years : float
    seed : int
    """

    data: BankData
    outcomes: tuple[Outcome, ...]
    rivals: tuple[Rival, ...]
    groups: tuple[Groups, ...]
    horizon_years: float
    seed: int

    @property
    def horizon(self) -> float:
        """In days."""
        return self.horizon_years * DAYS_PER_YEAR


def foretell(
    contest: Contest, folds: Sequence[Fold], tick: Callable[[str], None]
) -> tuple[list[list[Foretold]], list[str]]:
    """Return for each outcome what every model says, and sentences on fits that failed.

    Parameters
    ----------
    contest : Contest
        Models and data.
    folds : sequence of Fold
        Each patient is tested once.
    tick : callable
        Called with the name of each model when one of its folds is done.
    """
    n = len(contest.data.values)
    names = [BANK, *(rival.name for rival in contest.rivals), *(g.name for g in contest.groups)]
    risks = {
        (place, name): np.full(n, np.nan)
        for place in range(len(contest.outcomes))
        for name in names
    }
    said: list[str] = []
    for fold in folds:
        said += _fill_fold(contest, fold, risks, tick)
    published = {groups.name: groups.order for groups in contest.groups}
    found = [
        [
            Foretold(name, published.get(name, risks[place, name]), risks[place, name],
                     name not in published)
            for name in names
        ]
        for place in range(len(contest.outcomes))
    ]  # fmt: skip
    return found, said


def _fill_fold(
    contest: Contest, fold: Fold, risks: dict[tuple[int, str], Floats], tick: Callable[[str], None]
) -> list[str]:
    train, test = fold
    said = []
    bank = fit_to(contest.data, train)
    for place, risk in enumerate(foretell_by_bank(bank, contest, test)):
        risks[place, BANK][test] = risk
    tick(BANK)
    for place, outcome in enumerate(contest.outcomes):
        task = make_task(
            contest.data, bank.law, outcome, train, test, contest.horizon, contest.seed
        )
        for rival in contest.rivals:
            try:
                risks[place, rival.name][test] = rival.predict(task)
            except ChorallError as error:
                said.append(_tell_failure(rival.name, outcome.endpoint, error))
            tick(rival.name)
        for groups in contest.groups:
            risks[place, groups.name][test] = predict_by_groups(
                groups, outcome, train, test, contest.horizon
            )
    return said


def _tell_failure(name: str, endpoint: str, error: ChorallError) -> str:
    first = str(error).splitlines()[0]
    return f"{name} could not be fitted to {endpoint} in one fold, and is not judged there: {first}"


def fit_to(data: BankData, train: NDArray[np.int64]) -> Bank:
    """Fit a bank to some patients alone."""
    chosen = np.zeros(len(data.values), bool)
    chosen[train] = True
    return fit_bank(keep_patients(data, chosen), {})


def foretell_by_bank(bank: Bank, contest: Contest, test: NDArray[np.int64]) -> list[Floats]:
    """Return the risks of some patients by each outcome, as known on day 0: without MRD."""
    values = contest.data.values[test].copy()
    values[:, [feature.group == MRD for feature in contest.data.features]] = np.nan
    strategy = read_strategy(bank, "as_observed")
    found = predict_many(bank, values, strategy, years=(contest.horizon_years,))
    return [1 - found[ENDPOINTS[outcome.endpoint]][:, 0] for outcome in contest.outcomes]


def restrict(contest: Contest, outcome: Outcome) -> Contest:
    """Return the same contest about one outcome."""
    return replace(contest, outcomes=(outcome,))
