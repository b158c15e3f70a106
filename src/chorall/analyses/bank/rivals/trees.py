"""Many trees: a random survival forest and boosted trees; their packages are optional."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.rivals.task import Task, find_risk
from chorall.stats import draw_folds, fit_cox

Floats = NDArray[np.float64]

N_TREES: Final = 500
LEAF_SIZES: Final = (5, 15, 40)
STEPS: Final = 36
"""The forest counts in parts of the horizon (months of three years): trees of single days are many
times larger and no better."""

DEPTHS: Final = (1, 2, 3)
MOST_ROUNDS: Final = 400
PATIENCE: Final = 30
N_FOLDS: Final = 5
BOOSTING: Final = {
    "objective": "survival:cox", "eval_metric": "cox-nloglik", "eta": 0.05, "subsample": 0.8,
    "colsample_bytree": 0.5, "min_child_weight": 5.0, "nthread": 1, "verbosity": 0,
}  # fmt: skip


def predict_by_forest(task: Task) -> Floats:
    """Return the risk of the test patients by a random survival forest.

    Ishwaran et al. 2008, doi:10.1214/08-AOAS169. The size of a leaf has the best concordance out of
    the bag. Delayed entry is not known to it: it learns from those observed from time zero.
    """
    from sksurv.ensemble import RandomSurvivalForest
    from sksurv.util import Surv

    own = task.entry_time <= 0
    steps = np.maximum(np.ceil(task.time[own] * STEPS / task.horizon), 1)
    outcome = Surv.from_arrays(task.event[own], steps)
    best: Any = None
    for leaf in LEAF_SIZES:
        forest = RandomSurvivalForest(
            n_estimators=N_TREES, min_samples_leaf=leaf, min_samples_split=2 * leaf,
            max_features="sqrt", oob_score=True, random_state=task.seed, n_jobs=1,
        ).fit(task.x_train[own], outcome)  # fmt: skip
        if best is None or forest.oob_score_ > best.oob_score_:
            best = forest
    curves = best.predict_survival_function(task.x_test, return_array=True)
    place = np.searchsorted(best.unique_times_, STEPS, side="right") - 1
    return np.asarray(1 - curves[:, place] if place >= 0 else np.zeros(len(curves)))


def predict_by_boosting(task: Task) -> Floats:
    """Return the risk of the test patients by boosted trees of the Cox likelihood.

    Chen and Guestrin 2016, doi:10.1145/2939672.2939785. Depth and number of trees, and how much
    their score must be stretched, come from folds of the training patients. Delayed entry is not
    known to it: it learns from those observed from time zero.
    """
    import xgboost

    own = task.entry_time <= 0
    x, time, event = task.x_train[own], task.time[own], task.event[own]
    # the package's sign for censored
    label = np.where(event, time, -time)
    folds = list(draw_folds(len(x), n_folds=N_FOLDS, seed=task.seed, strata=event.astype(int)))
    pairs = [(np.asarray(fold.train), np.asarray(fold.test)) for fold in folds]
    whole = xgboost.DMatrix(x, label=label)
    tried = [_try_depth(xgboost, whole, pairs, depth, task.seed) for depth in DEPTHS]
    _, n_rounds, depth = min(tried)
    settings = BOOSTING | {"max_depth": depth, "seed": task.seed}

    def score(rows: Any, to: Floats) -> Floats:
        model = xgboost.train(settings, xgboost.DMatrix(x[rows], label=label[rows]), n_rounds)
        return np.asarray(model.predict(xgboost.DMatrix(to), output_margin=True), dtype=np.float64)

    unseen = np.empty(len(x))
    for train, test in pairs:
        unseen[test] = score(train, x[test])
    # trees that tell nobody apart have nothing to stretch
    varies = np.ptp(unseen) > 0
    stretch = fit_cox(unseen[:, None], time, event).log_hazard_ratio[0] if varies else 0.0
    learnt, asked = score(slice(None), task.x_train), score(slice(None), task.x_test)
    return find_risk(task, stretch * learnt, stretch * asked)


def _try_depth(
    xgboost: Any, whole: Any, folds: Any, depth: int, seed: int
) -> tuple[float, int, int]:
    """Return loss, number of trees and depth where the loss of those left out is smallest."""
    found = xgboost.cv(
        BOOSTING | {"max_depth": depth, "seed": seed}, whole, MOST_ROUNDS, folds=folds,
        early_stopping_rounds=PATIENCE, as_pandas=False, seed=seed,
    )  # fmt: skip
    losses = np.array(found["test-cox-nloglik-mean"])
    place = int(np.argmin(losses))
    return float(losses[place]), place + 1, depth
