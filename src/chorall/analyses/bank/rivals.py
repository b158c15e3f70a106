"""What the bank has to beat: age with white cells, and published classifiers."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.bank.measures import Outcome
from chorall.analyses.classify import classify
from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.models.bank.bank import DAYS_PER_YEAR
from chorall.models.bank.bank_fit import BankData
from chorall.models.bank.conditional import FeatureLaw
from chorall.stats import fit_cox, predict_cox_survival
from chorall.tables.store import Pool

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ITEMS: Final = ("age_years", "wbc_10e9_per_l")
RIDGE: Final = 1e-3
"""Keeps the fit finite where all training patients have one age; no shrinkage otherwise."""


def predict_by_age_and_wbc(
    data: BankData,
    law: FeatureLaw,
    outcome: Outcome,
    train: Integers,
    test: Integers,
    horizon_years: float,
) -> Floats:
    """Return the risk of the test patients by a Cox model of age and the logarithm of WBC.

    Parameters
    ----------
    data : BankData
        Features of all patients.
    law : FeatureLaw
        Of the training patients; completes what is not known by its conditional mean.
    outcome : Outcome
        Time and event of all patients.
    train, test : ndarray of int64
        Rows.
    horizon_years : float
        By when.
    """
    places = [n for n, feature in enumerate(data.features) if feature.item in ITEMS]
    x = law.expect(data.values)[:, places]
    own = train[outcome.is_followed[train]]
    fit = fit_cox(
        x[own], outcome.time[own], outcome.event[own], entry_time=outcome.entry_time[own],
        ridge=RIDGE,
    )  # fmt: skip
    found = predict_cox_survival(fit, x[test], [horizon_years * DAYS_PER_YEAR])
    return np.asarray(1 - found.survival[:, 0])


def ask_classifiers(pool: Pool) -> dict[str, Floats]:
    """Return for each published classifier the place of each patient's group, the best 0.

    NaN where the classifier does not apply or its answer is open.
    """
    ids = pool.table("patient").select("patient_id")
    rows = classify(pool).rows
    found = {}
    for name, definition in classifier_definitions().items():
        order = {group.id: float(place) for place, group in enumerate(definition.groups)}
        own = rows.filter(pl.col("classifier") == name, pl.col("result").is_not_null())
        if len(order) < 2 or not own.height:
            continue
        places = own.select(
            "patient_id",
            place=pl.col("result").replace_strict(order, default=None, return_dtype=pl.Float64),
        )
        joined = ids.join(places, on="patient_id", how="left", maintain_order="left")
        found[name] = joined["place"].fill_null(np.nan).to_numpy()
    return found
