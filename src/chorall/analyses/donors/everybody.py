"""Donor against no donor in all patients, without asking about a marker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from chorall.analyses.marker_groups import ABSENT
from chorall.analyses.treatments.arms import ArmCohort
from chorall.analyses.treatments.contrasts import (
    SMALLEST_CELL,
    ContrastScan,
    TrialScan,
    pool_trials,
    scan_trial,
)
from chorall.analyses.treatments.statuses import Statuses
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import fit_cox

EVERYBODY = "everybody"


def scan_everybody(
    cohorts: Sequence[ArmCohort], horizon_years: float, conf_level: float
) -> ContrastScan:
    """Return the contrast with all patients in the group without a marker.

    Parameters
    ----------
    cohorts : sequence of ArmCohort
        Of one endpoint.
    horizon_years, conf_level : float
        As in `donor`.

    Returns
    -------
    ContrastScan
        Of one column, of which only the group without the marker says anything. Hazard ratios are
        those of Cox's model with the side alone, one model for each trial.
    """
    people = pl.concat([one.patient_ids for one in cohorts]).unique().sort()
    nobody = np.full((len(people), 1), ABSENT, dtype=np.int8)
    statuses = Statuses(people, (EVERYBODY,), nobody)
    scans = [
        scan_trial(cohort, statuses, [EVERYBODY], None, horizon_years * DAYS_PER_YEAR)
        for cohort in cohorts
    ]
    return pool_trials(tuple(_add_hazards(one) for one in scans), conf_level)


def _add_hazards(one: TrialScan) -> TrialScan:
    cohort, scan = one.cohort, one.scan
    if scan.n[:2, 0].min() < SMALLEST_CELL or scan.n_events[:2, 0].min() < 1:
        return one
    fit = fit_cox(
        cohort.treated.astype(float)[:, None], cohort.time, cohort.cause == 1,
        entry_time=cohort.entry_time,
    )  # fmt: skip
    found = [[float(fit.log_hazard_ratio[0])], [np.nan]]
    errors = [[float(fit.standard_error[0])], [np.nan]]
    mended = replace(scan, log_hazard_ratio=np.array(found), standard_error=np.array(errors))
    return replace(one, scan=mended)
