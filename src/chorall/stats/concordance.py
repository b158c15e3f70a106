"""Concordance of a score with survival: Harrell's and Uno's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats.arrays import ArrayLike, Floats, freeze
from chorall.stats.checks import (
    add_bad_places,
    check_choice,
    check_labels,
    check_lengths,
    check_level,
    check_weights,
    raise_problems,
    read_numbers,
)
from chorall.stats.concordance_pairs import (
    Patients,
    count_pairs,
    count_time_ties,
)
from chorall.stats.concordance_weights import find_uno_weights
from chorall.stats.limits import find_normal_quantile
from chorall.stats.predicted_risk import Outcome, check_outcome

METHODS = ("harrell", "uno")


@dataclass(frozen=True, slots=True, eq=False)
class Concordance:
    """How well a score orders patients by their survival.

    Attributes
    ----------
    concordance : float
        Part of the usable pairs in which the patient with the higher score has the event
        first; ties of the score count one half. NaN without a usable pair.
    standard_error : float
        By the infinitesimal jackknife, over clusters when given.
    lower, upper : float
        Confidence limits, within 0 and 1.
    n_concordant, n_discordant, n_tied_score : float
        Sums of pair weights.
    n_tied_time : float
        Pairs of events at the same time, which are not used.
    influence : ndarray of shape (n,)
        Change of the concordance by each patient (or cluster, shape (c,)).
    method : str
        Weights of the pairs.
    conf_level : float
        Coverage of the limits.
    """

    concordance: float
    standard_error: float
    lower: float
    upper: float
    n_concordant: float
    n_discordant: float
    n_tied_score: float
    n_tied_time: float
    influence: Floats
    method: str
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def concordance(
    score: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry_time: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    truncation_time: float | None = None,
    method: str = "harrell",
    cause_of_interest: int | None = None,
    conf_level: float = 0.95,
) -> Concordance:
    """Estimate the concordance of a score with survival.

    Parameters
    ----------
    score : array_like of shape (n,)
        The higher, the earlier the event is expected (such as a linear predictor); none
        missing. Turn the sign of a predicted survival.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. A patient censored
        at the time of an event outlives it. Times are compared exactly.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there. With
        `cause_of_interest`: int, the cause, 0 when censored.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
    strata : array_like of shape (n,), optional
        Stratum labels; pairs are formed within strata only.
    weights : array_like of shape (n,), optional
        Case weights, above 0; a pair has the product of both.
    cluster : array_like of shape (n,), optional
        Labels of rows that depend on each other; widens the standard error.
    truncation_time : float, optional
        Events after it do not form pairs. Give one with Uno's method, whose weights grow
        without limit where few are followed.
    method : {"harrell", "uno"}, optional
        Uno weighs the events by 1 / G(t-)^2, with G the probability of staying uncensored,
        so that the answer does not depend on the censoring of this sample; with delayed entry
        by 1 / (G H)^2, with H the probability of having entered.
    cause_of_interest : int, optional
        The cause that the score is for, when others compete with it: who has another one will
        never have this one, and is compared with everybody who has it later too. Harrell's
        method then still depends on the censoring; Uno's weighs both by their own time.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    Concordance
        The estimate with its standard error and the influence of each patient.

    Raises
    ------
    InputError
        When an argument is missing, of the wrong type or length, or delayed entry leaves the
        weights of Uno's method undefined.

    See Also
    --------
    compare_concordance : The difference of two scores.
    concordance_gonen_heller : From a Cox model alone, not touched by censoring.
    time_dependent_auc : Discrimination at one horizon, also with competing risks.

    Notes
    -----
    R: ``survival::concordance(Surv(entry_time, time, event) ~ score + strata(strata),
    weights = weights, cluster = cluster, ymax = truncation_time, reverse = TRUE)``, with
    ``timewt = "n/G2"`` for Uno's. R's standard error and this one leave out that G is estimated.

    References
    ----------
    Harrell FE, Califf RM, Pryor DB, et al. (1982). doi:10.1001/jama.1982.03320430047030
    Uno H, Cai T, Pencina MJ, et al. (2011). doi:10.1002/sim.4154
    Wolbers M, Koller MT, Witteman JCM, Steyerberg EW (2009). doi:10.1097/EDE.0b013e3181a39056
    Wolbers M, Blanche P, Koller MT, et al. (2014). doi:10.1093/biostatistics/kxt059
    Therneau TM, Watson DA (2015). Mayo Clinic Technical Report 85

    Examples
    --------
    >>> from chorall.stats import concordance
    >>> found = concordance([3, 1, 2, 0], [1, 2, 3, 4], [True, True, True, False])
    >>> round(found.concordance, 4)
    0.8333
    """
    level = check_level(conf_level)
    check_choice(method, "method", METHODS)
    outcome = check_outcome(time, event, cause_of_interest, entry_time)
    patients = check_patients(score, outcome, strata, weights)
    last_time = np.inf if truncation_time is None else truncation_time
    time_weights = (
        np.ones(len(patients.time))
        if method == "harrell"
        else find_uno_weights(patients, last_time)
    )
    if truncation_time is not None:
        time_weights = np.where(patients.time > truncation_time, 0.0, time_weights)
    concordant, discordant, tied = (sums := count_pairs(patients, time_weights)).totals
    usable = concordant + discordant + tied
    estimate = float((concordant + tied / 2) / usable) if usable > 0 else float("nan")
    own = sums.pairs[0] + sums.pairs[2] / 2 - estimate * sums.pairs.sum(axis=0)
    influence = patients.weights * own / usable if usable > 0 else np.full(len(own), np.nan)
    if cluster is not None:
        influence = np.bincount(check_labels(cluster, len(own), "cluster")[1], influence)
    error = float(np.sqrt(np.sum(influence**2)))
    width = find_normal_quantile(level) * error
    return Concordance(
        estimate, error, max(estimate - width, 0.0), min(estimate + width, 1.0),
        float(concordant), float(discordant), float(tied), count_time_ties(patients, time_weights),
        influence, method, level,
    )  # fmt: skip


def check_patients(
    score: ArrayLike, outcome: Outcome, strata: ArrayLike | None, weights: ArrayLike | None
) -> Patients:
    """Return checked arrays, with one stratum and weights of 1 where none are given."""
    n = len(outcome.time)
    problems: list[str] = []
    scores = read_numbers(score, "score", problems)
    raise_problems(problems)
    check_lengths(time=outcome.time, score=scores)
    add_bad_places(problems, "score", np.isnan(scores), "missing")
    raise_problems(problems)
    stratum = np.zeros(n, dtype=np.int64)
    if strata is not None:
        stratum = check_labels(strata, n, "strata")[1]
    case_weights = check_weights(weights, n)
    weighted = np.ones(n) if case_weights is None else case_weights
    other = outcome.cause == 2
    return Patients(
        scores, outcome.time, outcome.cause == 1, outcome.entry_time, stratum, weighted,
        other if other.any() else None,
    )  # fmt: skip
