"""Two groups compared without a model: tests, k-year figures and restricted means."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.group_curves import GroupCurves
from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN
from chorall.analyses.rarity import SMALLEST_GROUP
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import gray_test, logrank, restricted_mean_difference

_TESTS: Final = ("logrank_chi_square", "logrank_p_value", "gray_p_value")
_MEANS: Final = (
    "restricted_mean_difference_years", "restricted_mean_lower_years",
    "restricted_mean_upper_years", "restricted_mean_p_value",
)  # fmt: skip


def run_group_tests(
    cohort: EndpointCohort, group: NDArray[np.int8]
) -> dict[str, float | None]:  # fmt: skip
    """Test with at least `SMALLEST_GROUP` patients on both sides; one side may have no event.

    Returns
    -------
    dict of str to float or None
        The log-rank test stratified by trial (cause-specific), and Gray's of cause 1 where causes
        compete and nobody enters late, for which it is not defined.

    See Also
    --------
    chorall.stats.logrank : R: ``survdiff(Surv(time, event) ~ group + strata(trial))``.
    chorall.stats.gray_test : R: ``cmprsk::cuminc(time, cause, group, strata)$Tests``.
    """
    found: dict[str, float | None] = dict.fromkeys(_TESTS)
    rows = group != UNKNOWN
    if min((group == PRESENT).sum(), (group == ABSENT).sum()) < SMALLEST_GROUP:
        return found
    outcome = cohort.survival(rows)
    test = logrank(
        outcome.time,
        outcome.event,
        group[rows],
        strata=outcome.strata,
        entry_time=outcome.entry_time,
    )
    # Without a degree of freedom the groups never met at risk: 0 would read as "no difference".
    if test.degrees_of_freedom:
        found |= {_TESTS[0]: test.chi_square, _TESTS[1]: test.p_value}
    if cohort.n_causes > 1 and cohort.entry_time is None and outcome.event.any():
        gray = gray_test(
            outcome.time, cohort.cause[rows], group[rows],
            strata=outcome.strata, cause_of_interest=1,
        )  # fmt: skip
        if gray.degrees_of_freedom[0]:
            found[_TESTS[2]] = float(gray.p_value[0])
    return found


def compare_at_horizon(
    present: GroupCurves, absent: GroupCurves, conf_level: float
) -> dict[str, float]:
    """Return the difference of the k-year figures, present less absent, with normal limits."""
    difference = present.at_horizon[0] - absent.at_horizon[0]
    error = float(np.hypot(present.error_at_horizon, absent.error_at_horizon))
    half = float(ndtri((1 + conf_level) / 2)) * error
    return {
        "difference": difference,
        "difference_lower": difference - half,
        "difference_upper": difference + half,
    }


def compare_means(
    cohort: EndpointCohort, group: NDArray[np.int8], horizon_days: float, conf_level: float
) -> dict[str, float | None]:
    """Return the difference of the mean years free of the event up to the horizon, by trial.

    Only trials in which both sides have `SMALLEST_GROUP` patients and were followed to the
    horizon; the trials weigh by their size. Nothing where causes compete: the time free of relapse
    would count the dead as free.

    See Also
    --------
    chorall.stats.restricted_mean_difference : R: ``survRM2::rmst2`` in one trial.
    """
    found: dict[str, float | None] = dict.fromkeys(_MEANS)
    if cohort.n_causes > 1 or cohort.shows_incidence:
        return found
    rows = np.zeros(len(group), dtype=bool)
    for code in range(len(cohort.trial_ids)):
        sides = [(cohort.trial == code) & (group == side) for side in (PRESENT, ABSENT)]
        long_enough = [
            side.sum() >= SMALLEST_GROUP and cohort.time[side].max() >= horizon_days
            for side in sides
        ]  # fmt: skip
        if all(long_enough):
            rows |= sides[0] | sides[1]
    if not rows.any():
        return found
    fit = restricted_mean_difference(
        cohort.time[rows], cohort.event[rows], group[rows], horizon=horizon_days,
        strata=cohort.trial[rows], entry_time=cohort.entries(rows), conf_level=conf_level,
    )  # fmt: skip
    years = np.array([fit.difference, fit.lower, fit.upper]) / DAYS_PER_YEAR
    return dict(zip(_MEANS, (*years.tolist(), fit.p_value), strict=True))
