"""Whether who was tested goes with what happened: such a pool misleads about prognosis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.effect_batch import fit_effects
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN
from chorall.stats import adjust_p_values
from chorall.tables.store import Pool

ALARMING_Q: Final = 0.01
"""Of the test that tested and untested share one hazard, over the markers of an endpoint."""
NOTABLE_SHARE: Final = 0.1
"""Of a trial's passed runs; more of them at relapse or in retrospect are told."""


def find_selective_testing(
    cohort: EndpointCohort, groups: NDArray[np.int8], markers: Sequence[str]
) -> dict[str, str]:
    """Compare patients with a result with those without one, within trials.

    Parameters
    ----------
    cohort : EndpointCohort, n patients
        The endpoint.
    groups : ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`.
    markers : sequence of str, length m
        Their names.

    Returns
    -------
    dict of str to str
        By marker, what is wrong with it; only markers whose testing goes with the event.

    See Also
    --------
    chorall.stats.fit_cox : R: ``coxph(Surv(time, event) ~ tested + strata(trial_id))``.
    """
    tested = np.where(groups != UNKNOWN, PRESENT, ABSENT).astype(np.int8)
    # a panel tests many genes in the same patients: each set of patients is looked at once
    patterns, which = np.unique(tested, axis=1, return_inverse=True)
    everybody = np.ones(len(tested), dtype=bool)
    names = [str(number) for number in range(patterns.shape[1])]
    batch = fit_effects(cohort, patterns, everybody, markers=names, adjusted=False)
    p_values = find_p_values(batch.log_hazard_ratio, batch.standard_error)
    q_values = adjust_p_values(p_values[which.ravel()], method="BH")
    return {
        marker: _describe(float(batch.log_hazard_ratio[which.ravel()[place]]), cohort.endpoint)
        for place, marker in enumerate(markers)
        if q_values[place] < ALARMING_Q
    }


def find_p_values(
    log_hazard_ratio: NDArray[np.float64], standard_error: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return two-sided p-values of Wald's test; NaN where there is no estimate."""
    from scipy.special import ndtr

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(2 * ndtr(-np.abs(log_hazard_ratio / standard_error)), dtype=np.float64)


def _describe(log_hazard_ratio: float, endpoint: str) -> str:
    more = "more" if log_hazard_ratio > 0 else "less"
    return (
        f"tested {more} often in patients with the event ({endpoint} hazard of the tested "
        f"x {np.exp(log_hazard_ratio):.2f})"
    )


def summarise_selective_testing(found: dict[str, dict[str, str]]) -> list[str]:
    """Return one warning per endpoint from what `find_selective_testing` found for each."""
    lines = []
    for endpoint, markers in found.items():
        if markers:
            names = list(markers)
            listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if names[5:] else "")
            lines.append(
                f"{endpoint}: who was tested goes with the event (informative testing) for "
                f"{listed}: {markers[names[0]]}. Hazard ratios and frequencies of these markers "
                "rest on selected patients."
            )
    return lines


def warn_of_ascertainment(pool: Pool, trial_ids: Sequence[str]) -> list[str]:
    """Say which trials were tested at relapse or in retrospect, and how often."""
    runs = pool.table("assay_run").filter(
        pl.col("trial_id").is_in(list(trial_ids)), pl.col("ascertainment").is_not_null()
    )
    shares = (
        runs.group_by("trial_id")
        .agg(
            n=pl.len(),
            at_relapse=(pl.col("ascertainment") == "at_relapse").sum(),
            retrospective=(pl.col("ascertainment") == "retrospective").sum(),
        )
        .sort("trial_id")
    )
    lines = []
    for row in shares.to_dicts():
        for word, meaning in (
            ("at_relapse", "because the patient relapsed"),
            ("retrospective", "in retrospect, from samples that were kept"),
        ):
            if row[word] > NOTABLE_SHARE * row["n"]:
                lines.append(
                    f"{row['trial_id']}: {row[word]:,} of {row['n']:,} assay runs were made "
                    f"{meaning}: who was tested may go with the outcome (informative testing)."
                )
    return lines
