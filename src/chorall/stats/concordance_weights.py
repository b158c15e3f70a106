"""Uno's weights of the events that form pairs."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import Floats
from chorall.stats.censoring_weights import estimate_censoring_curve
from chorall.stats.concordance_pairs import Patients
from chorall.stats.entry_weights import estimate_entry_curve


def find_uno_weights(patients: Patients, last_time: float) -> Floats:
    """Return 1 / (G(t-) H(t-))^2 at each patient's time, G and H being estimated within strata.

    G is the chance to be uncensored, H that to have entered (1 without delayed entry). Entries
    after the last time that counts do not matter without strata.
    """
    weights = np.ones(len(patients.time))
    n_strata = int(patients.stratum.max()) + 1
    for code in range(n_strata):
        members = np.flatnonzero(patients.stratum == code)
        curve = estimate_censoring_curve(
            patients.time, patients.any_event, members, patients.weights, patients.entry_time
        )
        chance = curve.before[curve.table.position]
        if patients.entry_time is not None:
            entry = estimate_entry_curve(
                patients.time, patients.entry_time, members, patients.weights, is_only=n_strata == 1
            )
            entry.check_links(last_time)
            chance = chance * entry.find_chance(patients.time[members], last_time, before=True)
        # nobody has an event after the last censoring when it took everybody
        with np.errstate(divide="ignore"):
            weights[members] = 1 / chance**2
    return np.where(patients.any_event, weights, 0.0)
