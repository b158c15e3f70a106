"""Fit a bank to fewer patients and to fewer markers, and judge it by the trials left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.foretell import Contest, fit_to, foretell_by_bank
from chorall.analyses.bank.learning.curves import (
    MEASURES,
    TAILS,
    Run,
    average,
    average_draws,
    extrapolate,
    list_sizes,
    measure_runs,
    resample_runs,
)
from chorall.analyses.bank.learning.power_law import PowerLaw
from chorall.analyses.bank.learning.result import BankLearning
from chorall.analyses.bank.learning.subsample import (
    draw_patients,
    drop_markers,
    list_marker_places,
)
from chorall.analyses.bank.measures import HORIZON_YEARS, Outcome
from chorall.analyses.bank.outcome import ENDPOINTS, read_outcome
from chorall.analyses.bank.schemes import Fold, list_schemes
from chorall.analyses.result import label_pool
from chorall.errors import ChorallError, InputError
from chorall.models.bank.bank import DAYS_PER_YEAR
from chorall.models.bank.bank_fit import BankData
from chorall.stats.task_runner import Progress
from chorall.tables.store import Pool

Rows = list[dict[str, Any]]

SHARES: Final = (0.125, 0.25, 0.5, 0.75, 1.0)
MARKER_SHARES: Final = (0.0, 0.25, 0.5, 1.0)
TIMES_LARGER: Final = (2.0, 4.0)
"""Further than this a law fitted to an eighth up to the whole says nothing."""

LEAST_SIZES: Final = 3
"""The law has three numbers: fewer sizes cannot tell them."""

N_RESAMPLES: Final = 200


def bank_learning(
    pool: Pool,
    *,
    endpoint: str = "OS",
    horizon_years: float = HORIZON_YEARS,
    n_repeats: int = 5,
    n_resamples: int = N_RESAMPLES,
    seed: int = 1,
    progress: Progress | None = None,
) -> BankLearning:
    """Say how well a bank foretells by its size, and what a larger one may reach.

    Parameters
    ----------
    pool : Pool
        The pooled data: two trials or more, for each is foretold by the others.
    endpoint : str
        OS or EFS.
    horizon_years : float
        When the Brier score is read.
    n_repeats : int
        How often patients and markers are drawn.
    n_resamples : int
        Of the patients judged, and of the draws, for the limits.
    seed : int
        Of all that is drawn.
    progress : callable, optional
        Called with banks fitted and all.

    Returns
    -------
    BankLearning
        An eighth to all of the training patients with all markers, extrapolated to two and four
        times as many; and none to all of the markers with all patients, not extrapolated.

    Raises
    ------
    InputError
        If the endpoint is not known or a number cannot be.
    DataError
        If the pool has one trial only.
    """
    _check(endpoint, horizon_years, n_repeats, n_resamples)
    data, _ = read_bank_data(pool)
    outcome = read_outcome(pool, endpoint)
    contest = Contest(data, (outcome,), (), (), horizon_years, seed)
    ((_, folds),) = list_schemes(data, outcome.event, 2, 0, seed)
    runs, failed = _run_all(contest, folds, n_repeats, progress)
    horizon = horizon_years * DAYS_PER_YEAR
    rows, laws = _describe(outcome, runs, data, horizon, n_resamples, seed)
    return BankLearning(
        analysis="bank-learning",
        pool=label_pool(pool),
        rows=pl.DataFrame(rows, infer_schema_length=None),
        warnings=tuple(_list_warnings(failed, laws)),
        endpoint=endpoint,
        horizon_years=horizon_years,
        laws={name: (law.ceiling, law.slope, law.exponent) for name, law in laws.items()},
    )


def _check(endpoint: str, horizon_years: float, n_repeats: int, n_resamples: int) -> None:
    if endpoint not in ENDPOINTS:
        raise InputError(f"`endpoint` is {endpoint!r}; expected one of: {', '.join(ENDPOINTS)}.")
    if not 0 < horizon_years <= 10 or n_repeats < 2 or n_resamples < 100:
        raise InputError(
            "`horizon_years` must lie above 0 and up to 10, `n_repeats` be 2 or more and "
            "`n_resamples` 100 or more."
        )


def _list_plans(data: BankData, n_repeats: int) -> Iterator[tuple[str, float, int]]:
    """Yield by, share and repeat of every bank; the whole one once for both."""
    yield "patients", 1.0, 0
    for repeat in range(n_repeats):
        for share in SHARES[:-1]:
            yield "patients", share, repeat
        if len(list_marker_places(data)):
            for share in MARKER_SHARES[:-1]:
                yield "markers", share, repeat


def _run_all(
    contest: Contest, folds: Sequence[Fold], n_repeats: int, progress: Progress | None
) -> tuple[list[Run], int]:
    plans = list(_list_plans(contest.data, n_repeats))
    runs: list[Run] = []
    failed = 0
    for done, (by, share, repeat) in enumerate(plans, start=1):
        if by == "patients" or share > 0 or repeat == 0:  # no markers are the same every time
            try:
                runs.append(_run(contest, folds, by, share, repeat))
            except ChorallError:
                # too few patients left for a bank: said below
                failed += 1
        if progress is not None:
            progress(done, len(plans))
    n_markers = float(len(list_marker_places(contest.data)))
    if n_markers:
        runs.append(Run("markers", n_markers, 0, runs[0].risk))
    return runs, failed


def _run(contest: Contest, folds: Sequence[Fold], by: str, share: float, repeat: int) -> Run:
    """Fit one bank per trial left out, and foretell its patients."""
    data = contest.data
    seed = [contest.seed, repeat]
    if by == "markers":
        data = drop_markers(data, share, np.random.default_rng(seed))
    own = Contest(data, contest.outcomes, (), (), contest.horizon_years, contest.seed)
    risk = np.full(len(data.values), np.nan)
    n_trained = 0.0
    for train, test in folds:
        chosen = train
        if by == "patients" and share < 1:
            chosen = draw_patients(data.trial, train, share, np.random.default_rng(seed))
        risk[test] = foretell_by_bank(fit_to(data, chosen), own, test)[0]
        n_trained += len(chosen) / len(folds)
    size = float(len(list_marker_places(data))) if by == "markers" else float(round(n_trained))
    return Run(by, size, repeat, risk)


def _describe(
    outcome: Outcome,
    runs: Sequence[Run],
    data: BankData,
    horizon: float,
    n_resamples: int,
    seed: int,
) -> tuple[Rows, dict[str, PowerLaw]]:
    everybody = np.flatnonzero(outcome.is_followed)
    values = measure_runs(outcome, runs, data.trial, horizon, everybody)
    draws = resample_runs(
        outcome, runs, data.trial, horizon, n_resamples=n_resamples, seed=seed
    )  # fmt: skip
    rows: Rows = []
    found = {}
    for measure in MEASURES:
        for by in dict.fromkeys(run.by for run in runs):
            sizes = list_sizes(runs, by)
            repeats = sorted({run.repeat for run in runs if run.by == by})
            means = average(runs, values[measure], by, repeats)
            drawn, limits = average_draws(runs, draws[measure], by, seed)
            label = {"by": by, "measure": measure}
            for place, size in enumerate(sizes):
                n = len({run.repeat for run in runs if (run.by, run.size) == (by, size)})
                rows.append(label | _measured(size, means[place], limits[:, place], n))
            if by == "patients" and len(sizes) >= LEAST_SIZES:
                found[measure], laws = extrapolate(np.array(sizes), means, drawn, measure)
                rows += [label | one for one in _extrapolate(max(sizes), found[measure], laws)]
    return rows, found


def _measured(size: float, mean: float, limits: NDArray[np.float64], n_repeats: int) -> Any:
    return {
        "kind": "measured", "size": size, "estimate": float(mean), "lower": float(limits[0]),
        "upper": float(limits[1]), "gain": None, "gain_lower": None, "gain_upper": None,
        "n_repeats": n_repeats,
    }  # fmt: skip


def _extrapolate(largest: float, law: PowerLaw, laws: Sequence[PowerLaw]) -> Rows:
    """Return the law at the whole bank and at larger ones, and what they gain."""
    sizes = largest * np.array([1.0, *TIMES_LARGER])
    point = law.at(sizes)
    drawn = np.array([one.at(sizes) for one in laws])
    lower, upper = np.quantile(drawn, TAILS, axis=0)
    gains = drawn - drawn[:, :1]
    gain_lower, gain_upper = np.quantile(gains, TAILS, axis=0)
    return [
        {
            "kind": "extrapolated", "size": float(round(size)), "estimate": float(point[k]),
            "lower": float(lower[k]), "upper": float(upper[k]), "gain": float(point[k] - point[0]),
            "gain_lower": float(gain_lower[k]), "gain_upper": float(gain_upper[k]),
            "n_repeats": 0,
        }
        for k, size in enumerate(sizes) if k
    ]  # fmt: skip


def _list_warnings(failed: int, laws: dict[str, PowerLaw]) -> Iterator[str]:
    if failed:
        yield f"{failed} banks could not be fitted to so few patients and are left out."
    if not laws:
        yield f"Not extrapolated: fewer than {LEAST_SIZES} sizes could be fitted."
        return
    for measure, law in laws.items():
        if law.slope == 0:
            yield (
                f"{measure} did not get better with size: the law is flat, and a larger bank is "
                "foretold to gain nothing."
            )
    yield (
        "An extrapolation holds for more patients of the same trials, with the same markers and "
        "the same model; new trials, new markers or MRD may change it."
    )
