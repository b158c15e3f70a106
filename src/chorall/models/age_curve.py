"""How a proportion changes with age: a natural spline with an intercept for each trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, expit, ndtri

from chorall.models.splines import build_natural_basis
from chorall.stats import LogisticFit, fit_logistic, score_logistic

Floats = NDArray[np.float64]
Labels = NDArray[np.str_]

COEFFICIENTS: Final = 3
"""Of the spline: inner knots at thirds of the ages."""
FEWEST: Final = 5
"""Carriers, and patients without the marker, below which nothing is fitted."""
ENOUGH_PER_COEFFICIENT: Final = 10
"""Of the rarer outcome; below it Firth's penalty is used."""
GRID_SIZE: Final = 61
GRID_ENDS: Final = (0.01, 0.99)
"""Quantiles of the ages between which a curve is drawn."""
YEARS_PER_STEP: Final = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class AgeCurve:
    """How the proportion with a marker changes with age, within trials.

    Attributes
    ----------
    age, proportion, lower, upper : ndarray of shape (g,)
        Years, and the proportion with its pointwise limits in an average trial: the mean of the
        trials' intercepts on the scale of log odds, weighted by patients. Empty where nothing
        could be fitted.
    odds_ratio, odds_ratio_lower, odds_ratio_upper : float
        Per ten years, age as a straight line.
    trend_p_value : float
        Score test of the straight line.
    any_p_value, curved_p_value : float
        Likelihood ratio tests of the spline against no age at all, and against the straight line;
        NaN with Firth's penalty.
    firth : bool
        True where Firth's penalty was used for the curve.
    trials, left_out : tuple of str
        Trials that tell something of age, and those where all or none of the tested have the
        marker: they tell nothing.
    n_tested, n_present : int
        In `trials`.
    reason : str
        Why nothing was fitted, or empty.
    """

    age: Floats
    proportion: Floats
    lower: Floats
    upper: Floats
    odds_ratio: float
    odds_ratio_lower: float
    odds_ratio_upper: float
    trend_p_value: float
    any_p_value: float
    curved_p_value: float
    firth: bool
    trials: tuple[str, ...]
    left_out: tuple[str, ...]
    n_tested: int
    n_present: int
    reason: str


class Tested(NamedTuple):
    """Ages in years, whether the marker is present, and the trial, each of shape (n,)."""

    age: Floats
    present: NDArray[np.bool_]
    trial: Labels


class Spline(NamedTuple):
    """The knots of a natural spline; no inner ones make a straight line."""

    knots: Floats
    boundary: Floats

    def expand(self, age: Floats) -> Floats:
        """Return the columns of the basis at each age."""
        if not len(self.knots):
            return age[:, None]
        return build_natural_basis(age, self.knots, self.boundary)


def fit_age_curve(
    age: Floats,
    present: NDArray[np.bool_],
    trial: Labels,
    *,
    grid: Floats | None = None,
    conf_level: float = 0.95,
) -> AgeCurve:
    """Fit the proportion with a marker over age by a logistic regression stratified by trial.

    Parameters
    ----------
    age : ndarray of float, shape (n,)
        Years, of patients tested for the marker; none missing.
    present : ndarray of bool, shape (n,)
        True where the marker is present.
    trial : ndarray of str, shape (n,)
        Every trial has an intercept of its own, so only differences of age within trials count.
    grid : ndarray of float, shape (g,), optional
        Ages at which the curve is wanted; 61 ages between the 1st and 99th percentile where not
        given.
    conf_level : float
        Two-sided level of the limits.

    Returns
    -------
    AgeCurve
        Trials where all or none have the marker are left out and named. Fewer than 5 patients
        with, or without, the marker in the others: nothing is fitted, and `reason` says so.
        Firth's penalty is used with fewer than 10 of the rarer outcome for each coefficient, and
        where the outcomes are separated.

    See Also
    --------
    chorall.stats.fit_logistic : R: ``glm(present ~ 0 + trial + splines::ns(age, df = 3),
        binomial)``; the band is Wald's on the scale of log odds.
    """
    everybody = Tested(age, present, trial)
    tested, left_out = leave_out_one_sided(everybody)
    reason = explain_refusal(tested)
    if reason:
        return refuse(tested, left_out, reason)
    straight = Spline(np.empty(0), np.empty(0))
    spline = place_spline(tested.age)
    line, curve = (fit_with_spline(tested, one, conf_level) for one in (straight, spline))
    trend = score_logistic(tested.age[:, None], tested.present, strata=tested.trial)
    steps = list_steps(tested.age) if grid is None else grid
    band = predict_average_trial(curve, spline, steps, tested, conf_level)
    ratio = [float(np.exp(YEARS_PER_STEP * place)) for place in describe_slope(line, conf_level)]
    return AgeCurve(
        steps, *band, ratio[0], ratio[1], ratio[2], trend.p_value,
        *compare_fits(tested, line, curve), curve.firth, tuple(map(str, np.unique(tested.trial))),
        left_out, len(tested.age), int(tested.present.sum()), "",
    )  # fmt: skip


def leave_out_one_sided(tested: Tested) -> tuple[Tested, tuple[str, ...]]:
    """Return the patients of trials with both outcomes, and the names of the other trials."""
    names, codes = np.unique(tested.trial, return_inverse=True)
    shares = np.bincount(codes, tested.present, len(names)) / np.maximum(np.bincount(codes), 1)
    both = (shares > 0) & (shares < 1)
    kept = both[codes]
    left_out = tuple(str(name) for name in names[~both])
    return Tested(tested.age[kept], tested.present[kept], tested.trial[kept]), left_out


def explain_refusal(tested: Tested) -> str:
    """Return why nothing can be fitted, or an empty text."""
    n_present = int(tested.present.sum())
    rarer = min(n_present, len(tested.age) - n_present)
    if rarer < FEWEST:
        return f"fewer than {FEWEST} with, or without, the marker in trials that have both"
    _, codes = np.unique(tested.trial, return_inverse=True)
    means = np.bincount(codes, tested.age) / np.bincount(codes)
    if np.allclose(tested.age, means[codes]):
        return "no trial has patients of different ages"
    return ""


def refuse(tested: Tested, left_out: tuple[str, ...], reason: str) -> AgeCurve:
    """Return a curve that says why it is none."""
    none, unknown = np.empty(0), float("nan")
    return AgeCurve(
        none, none, none, none, unknown, unknown, unknown, unknown, unknown, unknown, False,
        tuple(map(str, np.unique(tested.trial))), left_out, len(tested.age),
        int(tested.present.sum()), reason,
    )  # fmt: skip


def place_spline(age: Floats) -> Spline:
    """Return inner knots at even quantiles; fewer where too many ages are equal."""
    ends = np.array([age.min(), age.max()])
    for n_coefficients in range(COEFFICIENTS, 1, -1):
        inner = np.quantile(age, np.arange(1, n_coefficients) / n_coefficients)
        if (np.diff(np.concatenate([ends[:1], inner, ends[1:]])) > 0).all():
            return Spline(inner, ends)
    return Spline(np.empty(0), np.empty(0))


def list_steps(age: Floats) -> Floats:
    """Return the ages at which a curve is drawn."""
    first, last = np.quantile(age, GRID_ENDS)
    return np.linspace(float(first), float(last), GRID_SIZE)


def fit_with_spline(tested: Tested, spline: Spline, conf_level: float) -> LogisticFit:
    """Fit by maximum likelihood, or with Firth's penalty where events are few or separated."""
    columns = spline.expand(tested.age)
    rarer = min(int(tested.present.sum()), int((~tested.present).sum()))
    few = rarer < ENOUGH_PER_COEFFICIENT * columns.shape[1]

    def fit(*, firth: bool) -> LogisticFit:
        return fit_logistic(
            columns, tested.present, strata=tested.trial, firth=firth, conf_level=conf_level
        )

    found = fit(firth=few)
    return found if found.converged or few else fit(firth=True)


def predict_average_trial(
    fit: LogisticFit, spline: Spline, age: Floats, tested: Tested, conf_level: float
) -> tuple[Floats, Floats, Floats]:
    """Return the proportion at each age with limits, intercepts weighted by patients."""
    _, counts = np.unique(tested.trial, return_counts=True)
    weights = np.broadcast_to(counts / counts.sum(), (len(age), len(counts)))
    design = np.column_stack([weights, spline.expand(age)])
    log_odds = design @ np.concatenate([fit.intercept, fit.log_odds_ratio])
    error = np.sqrt(np.einsum("ij,jk,ik->i", design, fit.covariance, design))
    reach = float(ndtri((1 + conf_level) / 2)) * error
    return expit(log_odds), expit(log_odds - reach), expit(log_odds + reach)


def describe_slope(line: LogisticFit, conf_level: float) -> tuple[float, float, float]:
    """Return the log odds ratio of one year with its limits."""
    slope, error = float(line.log_odds_ratio[0]), float(line.standard_error[0])
    reach = float(ndtri((1 + conf_level) / 2)) * error
    return slope, slope - reach, slope + reach


def compare_fits(tested: Tested, line: LogisticFit, curve: LogisticFit) -> tuple[float, float]:
    """Return the p-values of the spline against no age and against the straight line."""
    if line.firth or curve.firth:
        return float("nan"), float("nan")
    _, codes = np.unique(tested.trial, return_inverse=True)
    n = np.bincount(codes)
    events = np.bincount(codes, tested.present)
    flat = float(np.sum(events * np.log(events / n) + (n - events) * np.log(1 - events / n)))
    n_terms = len(curve.log_odds_ratio)
    any_p = chdtrc(n_terms, max(2 * (curve.log_likelihood - flat), 0.0))
    if n_terms == 1:
        return float(any_p), float("nan")
    gain = max(2 * (curve.log_likelihood - line.log_likelihood), 0.0)
    return float(any_p), float(chdtrc(n_terms - 1, gain))
