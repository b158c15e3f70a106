"""Children whom a knowledge bank foretells a low risk, at cut-points that never look ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.pool_features import read_features
from chorall.analyses.deescalation.bounds import measure_kinds
from chorall.analyses.deescalation.candidates import AT_DIAGNOSIS, IN, OUT, PREDICTED, Candidate
from chorall.analyses.deescalation.children import Booleans, Children
from chorall.analyses.deescalation.together import pool_risk_rows
from chorall.errors import DataError
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.models.bank.bank import Bank
from chorall.models.bank.bank_fit import fit_bank, keep_patients
from chorall.models.bank.batch import predict_many
from chorall.models.bank.features import Feature
from chorall.models.bank.strategy import read_strategy
from chorall.stats.task_runner import Progress
from chorall.tables.store import Pool

Floats = NDArray[np.float64]

NESTED_ID: Final = "low predicted relapse"
SHARES: Final = tuple(np.arange(0.9, 0.0, -0.1).round(1))
"""Of the training children with the lowest predicted risk: the cut-points that are tried."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """A candidate group by prediction, and what was cut where.

    Attributes
    ----------
    candidate : Candidate
        Who is in the group.
    cuts : dict of str to str
        Trial to the cut-point that was estimated without it, in words; empty for a bank that was
        fitted elsewhere.
    """

    candidate: Candidate
    cuts: dict[str, str]


def predict_nested(
    pool: Pool,
    children: Children,
    *,
    horizon_years: float,
    relapse_bound: float,
    conf_level: float,
    predicted_below: float | None = None,
    progress: Progress | None = None,
) -> Predicted:
    """Predict each trial by a bank of all others, at a cut-point estimated in those others.

    Parameters
    ----------
    pool, children
        The pool and its n children.
    horizon_years, relapse_bound, conf_level : float
        The cut-point is the largest that keeps the pooled upper limit of relapse of the training
        trials within the bound.
    predicted_below : float, optional
        A fixed cut-point in place of an estimated one.
    progress : callable, optional
        Called with fits done and all.

    Returns
    -------
    Predicted
        Predictions are those of day 0: what happened later, residual disease too, is not known.
        `apparent` of the candidate is one bank and one cut-point of all trials.

    Raises
    ------
    DataError
        If the pool has fewer than three trials with children: none can be left out and two kept.
    """
    if len(children.trial_ids) < 3:
        raise DataError(
            f"the pool has {len(children.trial_ids)} trial(s) with children; a predicted group "
            "needs three: one is judged, and the others fit the bank and its cut-point."
        )
    data, _ = read_bank_data(pool)
    places = _locate(pool, children)
    codes = np.full(len(children.trial), OUT, np.int8)
    cuts = {}
    n_fits = len(children.trial_ids) + 1
    for done, trial in enumerate((*children.trial_ids, None)):
        others = [name for name in children.trial_ids if name != trial]
        kept = np.ones(len(data.trial), bool) if trial is None else data.trial != trial
        trained = fit_bank(keep_patients(data, kept), {})
        risk = _predict(trained, data.features, data.values[places], horizon_years)
        cut = predicted_below
        if cut is None:
            cut = find_cut(
                children, risk, others, horizon_years * DAYS_PER_YEAR, relapse_bound, conf_level
            )
        low = np.where(risk <= cut, IN, OUT).astype(np.int8)
        if trial is None:
            apparent = low
        else:
            own = children.in_trials([trial])
            codes[own] = low[own]
            said = f"predicted at most {100 * cut:.1f} %"
            cuts[trial] = said if cut >= 0 else "no cut-point within the bound"
        if progress is not None:
            progress(done + 1, n_fits)
    candidate = Candidate(
        id=NESTED_ID,
        label="low predicted relapse by a bank and a cut-point of all other trials",
        origin=PREDICTED,
        codes=codes,
        known_from=AT_DIAGNOSIS,
        confidence="computed",
        apparent=apparent,
    )
    return Predicted(candidate, cuts)


def find_cut(
    children: Children,
    risk: Floats,
    trial_ids: Sequence[str],
    horizon: float,
    relapse_bound: float,
    conf_level: float,
) -> float:
    """Return the largest cut-point within the bound in some trials; -1 where there is none.

    Outcomes of other trials are never looked at.
    """
    seen = children.in_trials(trial_ids)
    places = [children.in_trials([name]) for name in trial_ids]
    cuts = [float(np.quantile(risk[seen], share)) for share in SHARES]
    rows = [
        [
            measure_kinds(children.relapse, (risk <= cut) & own, (1,), horizon, conf_level)
            for own in places
        ]
        for cut in cuts
    ]
    found = pool_risk_rows(rows, conf_level)
    within = [cut for cut, one in zip(cuts, found, strict=True) if one.upper <= relapse_bound]
    return max(within, default=-1.0)


def predict_by_bank(
    pool: Pool,
    children: Children,
    bank: Bank,
    *,
    horizon_years: float,
    predicted_below: float,
) -> Predicted:
    """Put those into the group whom a bank that is already there foretells a low risk.

    Parameters
    ----------
    pool, children
        The pool and its n children.
    bank : Bank
        As `read_bank` returns it. Trials that it was fitted to are named in `chosen_on`.
    horizon_years, predicted_below : float
        Relapse by the horizon is predicted to be at most so much.
    """
    features, values = read_features(pool)
    risk = _predict(bank, features, values[_locate(pool, children)], horizon_years)
    own = [name for name in bank.about.get("trials", ()) if name in pool.trials]
    candidate = Candidate(
        id=f"predicted relapse at most {100 * predicted_below:g} %",
        label="low predicted relapse by a bank that was given",
        origin=PREDICTED,
        codes=np.where(risk <= predicted_below, IN, OUT).astype(np.int8),
        known_from=AT_DIAGNOSIS,
        confidence="computed",
        chosen_on=tuple(own),
    )
    return Predicted(candidate, {})


def _predict(bank: Bank, features: Sequence[Feature], values: Floats, years: float) -> Floats:
    """Return the predicted relapse of day 0, shape (n,)."""
    known = align_features(bank.design.features, features, values)
    known[:, [one.kind == "mrd" for one in bank.design.features]] = np.nan
    found = predict_many(bank, known, read_strategy(bank, "as_observed"), years=(years,))
    return np.asarray(found["relapse"][:, 0])


def align_features(wanted: Sequence[Feature], given: Sequence[Feature], values: Floats) -> Floats:
    """Return the numbers of the pool in the order and on the scale of a bank.

    Parameters
    ----------
    wanted : sequence of Feature, length f
        Of the bank.
    given : sequence of Feature, length g
        Of the pool.
    values : ndarray of float, shape (n, g)
        Numbers of the pool.

    Returns
    -------
    ndarray of float, shape (n, f)
        NaN where the pool does not know the feature.
    """
    places = {(one.item, one.kind, one.word): place for place, one in enumerate(given)}
    columns = []
    for one in wanted:
        place = places.get((one.item, one.kind, one.word))
        if place is None:
            columns.append(np.full(len(values), np.nan))
            continue
        own = given[place]
        columns.append((values[:, place] * own.scale + own.centre - one.centre) / one.scale)
    return np.column_stack(columns)


def _locate(pool: Pool, children: Children) -> Booleans:
    """Return True for the rows of the table patient that are children, in one order with them."""
    own = children.people["patient_id"]
    return pool.table("patient")["patient_id"].is_in(own.implode()).to_numpy()
