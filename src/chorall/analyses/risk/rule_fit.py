"""A continuous index with shrunken weights, its risk, and the cut-points of stated targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from chorall.analyses.risk.rule_design import GROUPS, RuleDesign
from chorall.errors import DataError
from chorall.knowledge.classifier_items import classifier_items
from chorall.stats import (
    cumulative_incidence,
    draw_folds,
    fit_fine_gray,
    fit_random_effects_cox,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

LEAST_EVENTS: Final = 30
"""Fewer events in the training trials carry no rule."""
N_FOLDS: Final = 5
PRIOR_WEIGHT: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """n patients with what is known of them and what happened.

    Attributes
    ----------
    design : RuleDesign, n rows
        Items.
    time : ndarray of shape (n,)
        Days.
    cause : ndarray of int64, shape (n,)
        1 the target, 2 what came first instead, 0 censored.
    entry_time : ndarray of shape (n,), or None
        Start of observation.
    trial : ndarray of int64, shape (n,)
        Labels.
    """

    design: RuleDesign
    time: Floats
    cause: Integers
    entry_time: Floats | None
    trial: Integers

    def take(self, rows: Booleans) -> Training:
        """Return some of the patients."""
        entry = None if self.entry_time is None else self.entry_time[rows]
        return Training(
            replace(self.design, values=self.design.values[rows]), self.time[rows],
            self.cause[rows], entry, self.trial[rows],
        )  # fmt: skip

    def keep(self, items: Sequence[str]) -> Training:
        """Return the patients with some of the items."""
        return replace(self, design=self.design.keep(items))


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Weights of p items.

    Attributes
    ----------
    items : tuple of str
        Names.
    weight : ndarray of shape (p,)
        Log hazard ratio per unit of each item as it enters the score, shrunken.
    mean : ndarray of shape (p,)
        Mean of each item among those tested in training: what stands for `not tested`.
    """

    items: tuple[str, ...]
    weight: Floats
    mean: Floats

    def score(self, design: RuleDesign) -> Floats:
        """Return the sum for each patient; what was not tested counts with its mean."""
        values = design.keep(self.items).values
        return np.asarray(np.where(np.isnan(values), self.mean, values) @ self.weight)


def find_means(training: Training) -> Floats:
    """Return the mean of each item among those tested, 0 where nobody was."""
    values = training.design.values
    known = np.isfinite(values)
    sums = np.where(known, values, 0).sum(axis=0)
    return np.asarray(sums / np.maximum(known.sum(axis=0), 1))


def fit_index(training: Training, mean: Floats | None = None) -> Index:
    """Fit the weights: a Cox model of the target, stratified by trial, shrunken by kind of item.

    The variance of the weights of each kind (numbers, markers, MRD) is estimated with them: the
    noisier they are, the nearer to nothing. Weights per standard deviation share a variance.

    Parameters
    ----------
    training : Training
        The training patients.
    mean : ndarray of shape (p,), optional
        What stands for `not tested`; the means of these patients where not given.

    Returns
    -------
    Index
        Items that nobody or everybody has weigh nothing.

    See Also
    --------
    chorall.stats.fit_random_effects_cox : The estimator.
    """
    values = training.design.values
    known = np.isfinite(values)
    counts = np.maximum(known.sum(axis=0), 1)
    mean = find_means(training) if mean is None else mean
    centred = np.where(known, values - mean, 0.0)
    scale = np.sqrt((centred**2).sum(axis=0) / counts)
    used = scale > 0
    weight = np.zeros(len(mean))
    if used.any():
        kinds = [GROUPS[classifier_items()[name].kind] for name in training.design.items]
        fit = fit_random_effects_cox(
            centred[:, used] / scale[used],
            [kind for kind, is_in in zip(kinds, used, strict=True) if is_in],
            training.time, training.cause == 1, entry_time=training.entry_time,
            strata=training.trial, mean_groups=(), prior_weight=PRIOR_WEIGHT,
        )  # fmt: skip
        weight[used] = fit.log_hazard_ratio / scale[used]
    return Index(training.design.items, weight, mean)


def leave_out_scores(training: Training, seed: int) -> Floats:
    """Return the score of each patient by an index fitted without the patient's trial.

    With one training trial: without the patient's fold of five. All scores are centred at the
    means of all training patients, so that they are of one scale; no outcome enters a mean.
    """
    trials = np.unique(training.trial)
    parts = [training.trial == trial for trial in trials]
    if len(trials) == 1:
        n = len(training.time)
        folds = draw_folds(n, n_folds=N_FOLDS, seed=seed, strata=training.cause)
        parts = [np.isin(np.arange(n), np.asarray(fold.test)) for fold in folds]
    scores, mean = np.empty(len(training.time)), find_means(training)
    for own in parts:
        index = fit_index(training.take(~own), mean)
        scores[own] = index.score(training.take(own).design) - index.mean @ index.weight
    return scores


@dataclass(frozen=True, slots=True)
class RiskLaw:
    """Risk of the target by the horizon: log(-log(1 - risk)) = level + shrinkage * centred score.

    Attributes
    ----------
    level : float
        Such that the mean risk in training is the one observed there.
    slope : float
        Of left-out scores, within trials: 1 where the index holds in trials it was not fitted to,
        below 1 where it was too extreme.
    """

    level: float
    slope: float

    @property
    def shrinkage(self) -> float:
        """The slope, at most 1: an index is never made more extreme."""
        return min(self.slope, 1.0)

    def predict(self, centred: Floats) -> Floats:
        """Return the risk at centred scores."""
        return _bend(self.level + self.shrinkage * centred)

    def find_cut(self, risk: float) -> float:
        """Return the centred score at which a risk is reached."""
        return float((np.log(-np.log1p(-risk)) - self.level) / self.shrinkage)


def _bend(log_hazard: Floats) -> Floats:
    return np.asarray(-np.expm1(-np.exp(log_hazard)))


def fit_risk_law(training: Training, scores: Floats, horizon_days: float) -> RiskLaw:
    """Fit the risk to scores that the patients' own trials did not shape.

    Parameters
    ----------
    training : Training
        The training patients.
    scores : ndarray of shape (n,)
        From `leave_out_scores`: what is too extreme in them is shrunken by the slope here.
    horizon_days : float
        By when.

    Raises
    ------
    DataError
        If the index does not order patients of trials it was not fitted to, or nobody was
        followed to the horizon.

    See Also
    --------
    chorall.stats.fit_fine_gray : The slope, stratified by trial.
    chorall.stats.cumulative_incidence : The level.
    """
    if not scores.std() > 0:
        raise DataError("no item of the rule varies in the training trials.")
    fit = fit_fine_gray(
        scores[:, None], training.time, training.cause, entry_time=training.entry_time,
        strata=training.trial,
    )  # fmt: skip
    slope = float(fit.log_hazard_ratio[0])
    if slope <= 0:
        raise DataError(
            "the index does not order the patients of trials that it was not fitted to: there is "
            "no rule in these items. Ask for other items, or pool more trials."
        )
    observed = cumulative_incidence(
        training.time, training.cause, entry_time=training.entry_time, n_causes=2
    ).at(horizon_days)
    goal = float(observed.cumulative_incidence[0, 0])
    if not 0 < goal < 1:
        raise DataError("nobody in the training trials was followed to the horizon.")
    spread = min(slope, 1.0) * scores

    def miss(level: float) -> float:
        return float(_bend(level + spread).mean()) - goal

    level = brentq(miss, -30.0 - spread.max(), 10.0 - spread.min())
    return RiskLaw(float(level), slope)
