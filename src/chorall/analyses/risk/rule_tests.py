"""The cheapest set of tests that keeps the target: costs by the reader, judged in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, count
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.risk.rule_costs import Test
from chorall.analyses.risk.rule_fit import Training, fit_risk_law, leave_out_scores
from chorall.errors import DataError
from chorall.stats import concordance, cumulative_incidence
from chorall.stats.task_runner import Progress

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

ALL_SETS: Final = 6
"""With more tests not every set is tried: tests are taken away one by one."""
LEAST_KEPT: Final = 0.5
"""Of the patients in the lowest and the highest group of all tests."""
MOST_LOST: Final = 0.01
"""Of the concordance of all tests."""
LEAST_JUDGED: Final = 20
TESTS: Final[dict[str, pl.DataType]] = {
    "tests": pl.String(),
    "n_tests": pl.Int64(),
    "cost": pl.Float64(),
    "concordance": pl.Float64(),
    **dict.fromkeys(("n_low", "n_high"), pl.Int64()),
    **dict.fromkeys(("risk_low", "risk_high"), pl.Float64()),
    "keeps_target": pl.Boolean(),
    "chosen": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A set of tests, judged by scores of trials that were left out."""

    tests: tuple[Test, ...]
    concordance: float
    n_low: int
    n_high: int
    risk_low: float
    risk_high: float

    @property
    def cost(self) -> float:
        """Of all tests together."""
        return sum(one.cost for one in self.tests)

    @property
    def items(self) -> tuple[str, ...]:
        """All items that the tests tell."""
        return tuple(item for one in self.tests for item in one.items)

    def keeps(self, whole: Judged, targets: Sequence[float]) -> bool:
        """Return True where both targets hold, in at least half as many patients, as ordered."""
        enough = self.n_low >= LEAST_KEPT * whole.n_low and (
            self.n_high >= LEAST_KEPT * whole.n_high
        )
        meets = self.risk_low < targets[0] and self.risk_high > targets[-1]
        return enough and meets and self.concordance >= whole.concordance - MOST_LOST


def judge(
    training: Training, tests: Sequence[Test], targets: Sequence[float], days: float, seed: int
) -> Judged | None:
    """Return how a set of tests does in training trials left out; None where it orders nobody."""
    kept = training.keep([item for one in tests for item in one.items])
    try:
        scores = leave_out_scores(kept, seed)
        law = fit_risk_law(kept, scores, days)
    except DataError:
        return None
    order = concordance(
        scores, kept.time, kept.cause, entry_time=kept.entry_time, strata=kept.trial,
        cause_of_interest=1,
    )  # fmt: skip
    risk = law.predict(scores)
    low, high = risk < targets[0], risk >= targets[-1]
    return Judged(
        tuple(tests), order.concordance, int(low.sum()), int(high.sum()),
        _observe(kept, low, days), _observe(kept, high, days),
    )  # fmt: skip


def _observe(training: Training, rows: Booleans, days: float) -> float:
    if rows.sum() < LEAST_JUDGED:
        return float("nan")
    entry = None if training.entry_time is None else training.entry_time[rows]
    found = cumulative_incidence(
        training.time[rows], training.cause[rows], entry_time=entry, n_causes=2
    ).at(days)
    return float(found.cumulative_incidence[0, 0])


def find_fewest(
    training: Training,
    tests: Sequence[Test],
    targets: Sequence[float],
    days: float,
    seed: int,
    progress: Progress | None = None,
) -> tuple[Judged | None, list[dict[str, Any]]]:
    """Return the cheapest set that keeps the target, and every set that was tried.

    Parameters
    ----------
    training : Training
        Training trials alone.
    tests : sequence of Test
        All tests; those without cost are always there.
    targets : sequence of float
        Risks below the first and above the last.
    days : float
        By when.
    seed : int
        Of folds, with one training trial.
    progress : callable, optional
        Called with sets judged, and the most that there can be.

    Returns
    -------
    chosen : Judged or None
        None where no set keeps the target, that of all tests included. A set keeps it where the
        lowest group has a lower and the highest a higher observed risk than stated, each with half
        the patients of all tests or more, and concordance falls by 0.01 at most; all in trials
        left out. Every set is tried up to six tests with a cost; else the test that loses least
        concordance for its cost is taken away, one after the other.
    lines : list of dict
        Cheapest first.
    """
    n_paid = sum(one.cost > 0 for one in tests)
    most = 2**n_paid if n_paid <= ALL_SETS else 1 + n_paid * (n_paid + 1) // 2
    counted = count(1)

    def ask(chosen: Sequence[Test]) -> Judged | None:
        found = judge(training, chosen, targets, days, seed)
        if progress is not None:
            progress(next(counted), most)
        return found

    whole = ask(tests)
    if whole is None:
        return None, []
    free = [one for one in tests if one.cost == 0]
    paid = [one for one in tests if one.cost > 0]
    tried = [whole]
    if len(paid) <= ALL_SETS:
        for size in range(len(paid)):
            for chosen in combinations(paid, size):
                if found := ask([*free, *chosen]):
                    tried.append(found)
    else:
        tried += _take_away(ask, free, paid, whole)
    tried.sort(key=lambda one: (one.cost, -one.concordance))
    best = next((one for one in tried if one.keeps(whole, targets)), None)
    return best, [_describe(one, whole, targets, one is best) for one in tried]


def _take_away(
    ask: Callable[[Sequence[Test]], Judged | None],
    free: list[Test],
    paid: list[Test],
    whole: Judged,
) -> list[Judged]:
    """Return the sets on the way from all tests to none."""
    left, now, path = list(paid), whole, []
    while left:
        candidates = [
            (one, ask([*free, *(k for k in left if k is not one)]))
            for one in left
            if free or len(left) > 1
        ]
        losses = [
            ((now.concordance - found.concordance) / one.cost, place)
            for place, (one, found) in enumerate(candidates)
            if found is not None
        ]
        if not losses:
            break
        gone, found = candidates[min(losses)[1]]
        if found is None:
            break
        left.remove(gone)
        path.append(found)
        now = found
    return path


def _describe(
    one: Judged, whole: Judged, targets: Sequence[float], is_chosen: bool
) -> dict[str, Any]:
    names = [test.name for test in one.tests if test.cost > 0]
    return {
        "tests": ", ".join(names) or "none with a cost", "n_tests": len(names), "cost": one.cost,
        "concordance": one.concordance, "n_low": one.n_low, "n_high": one.n_high,
        "risk_low": one.risk_low, "risk_high": one.risk_high,
        "keeps_target": one.keeps(whole, targets), "chosen": is_chosen,
    }  # fmt: skip
