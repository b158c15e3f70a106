"""Does having a donor help? Decided by nature, compared by intention to treat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.arguments import check_conf_level, check_trials, check_years
from chorall.analyses.donors.everybody import scan_everybody
from chorall.analyses.donors.result import DonorResult
from chorall.analyses.donors.rows import Question, list_lines
from chorall.analyses.donors.searches import DonorSearches, lay_out_donors, read_searches
from chorall.analyses.endpoint_choice import choose_endpoints, warn_of_unverified
from chorall.analyses.marker_groups import ABSENT
from chorall.analyses.mrd_groups import check_groups, read_groups
from chorall.analyses.result import label_pool
from chorall.analyses.treatments.arms import ArmCohort
from chorall.analyses.treatments.contrasts import scan_contrast
from chorall.analyses.treatments.statuses import Statuses
from chorall.errors import DataError
from chorall.tables.store import Pool

ENDPOINTS: Final = ("OS", "RFS")
DAYS_APART: Final = 14
SCHEMA: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("endpoint", "trial", "evidence", "marker", "group"), pl.String()),
    **dict.fromkeys(("n_donor", "n_no_donor", "events_donor", "events_no_donor"), pl.Int64()),
    **dict.fromkeys(
        (
            "transplanted_donor", "transplanted_no_donor", "risk_donor", "risk_no_donor",
            "risk_difference", "lower_risk_difference", "upper_risk_difference", "years_gained",
            "lower_years_gained", "upper_years_gained", "hazard_ratio", "lower", "upper", "p_value",
        ),
        pl.Float64(),
    ),
    "n_trials": pl.Int64(),
    "claim": pl.String(),
    "note": pl.String(),
}  # fmt: skip
ALWAYS: Final = (
    "Natural experiment: compared is having a donor, not transplantation. Who has a donor and is "
    "not transplanted stays with the donors, so that the effect of a transplantation is larger "
    "than what is shown."
)


def donor(
    pool: Pool,
    *,
    endpoints: Sequence[str] = ENDPOINTS,
    markers: Sequence[str] = (),
    donors: Sequence[str] = (),
    trials: Sequence[str] | None = None,
    horizon_years: float = 5.0,
    conf_level: float = 0.95,
) -> DonorResult:
    """Compare tissue-typed patients with and without a donor, within trials, as nature assigned.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    endpoints : sequence of str
        Short names; days count from the result of tissue typing, or from the endpoint's origin
        where that is later.
    markers : sequence of str
        Of each: with it, without it, and the interaction within trials. `mrd>=1e-3` asks for
        residual disease at the end of induction from that level on.
    donors : sequence of str
        Kinds of donors that count (`matched_sibling`, ...); none: any.
    trials : sequence of str, optional
        Only these trials.
    horizon_years : float
        Where absolute figures are read.
    conf_level : float
        Two-sided level of all limits.

    Returns
    -------
    DonorResult
        Graded `natural`: by intention to treat, whatever the patients received.

    Raises
    ------
    InputError
        If a name does not exist or a number is out of range.
    DataError
        If nobody's search for a donor is in the pool, or no trial has patients with and without.

    See Also
    --------
    transplant : The other answers on transplantation in first remission.
    chorall.stats.scan_interactions : R: ``coxph(Surv(time, event) ~ donor)`` in each trial.
    chorall.stats.pool_effect_rows : R: ``metafor::rma(..., method = "REML", test = "knha")``.

    References
    ----------
    Wheatley K, Gray R (2004). doi:10.1191/1740774504cn020xx
    """
    check_years(horizon_years=horizon_years)
    check_conf_level(conf_level)
    trial_ids = check_trials(pool, trials)
    asked = check_groups(pool, markers)
    searches = read_searches(pool, donors, trial_ids)
    available, missing = choose_endpoints(pool, endpoints, trial_ids)
    lines: list[dict[str, Any]] = []
    cohorts: list[ArmCohort] = []
    for endpoint in available:
        found = lay_out_donors(searches, pool.table("endpoint"), endpoint)
        _check_cohorts(found, endpoint)
        cohorts += found
        lines += _ask(pool, found, searches, asked, horizon_years, conf_level)
    rows = pl.DataFrame(lines, schema=SCHEMA).with_columns(pl.col(pl.Float64).fill_nan(None))
    return DonorResult(
        analysis="donor",
        pool=label_pool(pool),
        rows=rows,
        warnings=(
            *missing, *_warn_of_typing(searches, cohorts), *warn_of_unverified(available), ALWAYS,
        ),
        patients=_count_patients(cohorts),
        horizon_years=float(horizon_years),
        conf_level=conf_level,
    )  # fmt: skip


def _check_cohorts(cohorts: Sequence[ArmCohort], endpoint: str) -> None:
    if not cohorts:
        raise DataError(
            f"{endpoint}: no trial has patients with and without a donor who were followed after "
            "the result of tissue typing.\n  Map `donor_search.day`: the clock starts there."
        )


def _ask(
    pool: Pool,
    cohorts: Sequence[ArmCohort],
    searches: DonorSearches,
    markers: Sequence[str],
    horizon_years: float,
    conf_level: float,
) -> list[dict[str, Any]]:
    ids, endpoint = [one.patient_ids for one in cohorts], cohorts[0].endpoint
    found = scan_everybody(cohorts, horizon_years, conf_level)
    nobody = tuple(np.full(len(one), ABSENT, dtype=np.int8) for one in ids)
    whole = Question(endpoint, None, nobody, searches.transplanted)
    lines = list_lines(found, whole, conf_level)
    people = pl.concat(ids).unique().sort()
    statuses = Statuses(people, tuple(markers), read_groups(pool, people, markers))
    for marker in markers:
        found = scan_contrast(
            cohorts, statuses, [marker],
            modifier=None, horizon_years=horizon_years, conf_level=conf_level,
        )  # fmt: skip
        groups = tuple(statuses.of(one, [marker])[:, 0] for one in ids)
        question = Question(endpoint, marker, groups, searches.transplanted)
        lines += list_lines(found, question, conf_level)
    return lines


def _warn_of_typing(searches: DonorSearches, cohorts: Sequence[ArmCohort]) -> list[str]:
    typed = searches.typed
    undated = typed["day"].null_count()
    days = dict(typed.group_by("available").agg(pl.col("day").median()).iter_rows())
    lines = []
    if undated:
        lines.append(
            f"{undated:,} of {typed.height:,} patients were typed on an unknown day and are left "
            "out: the clock starts with the result."
        )
    with_donor, without = days.get(True), days.get(False)
    if with_donor is not None and without is not None and abs(with_donor - without) > DAYS_APART:
        lines.append(
            f"The result came on a median day {with_donor:.0f} with a donor and {without:.0f} "
            "without: who waited longer had to live longer, and the sides may differ by that."
        )
    crossed = typed.filter(
        ~pl.col("available"), pl.col("patient_id").is_in(searches.transplanted.implode())
    ).height
    if crossed:
        lines.append(
            f"{crossed:,} patients without such a donor were transplanted in first remission: they "
            "stay on the side without, which makes both sides alike."
        )
    later = sum(one.n_later for one in cohorts)
    if later:
        lines.append(
            f"The clock of {later:,} patients (all endpoints) starts after the result, where the "
            "endpoint begins."
        )
    return lines


def _count_patients(cohorts: Sequence[ArmCohort]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "trial_id": one.question.trial_id,
                "endpoint": one.endpoint,
                "n_typed": one.n_randomised,
                "n_compared": len(one.time),
                "n_before": one.n_before,
                "n_without": one.n_without,
                "n_undated": one.n_undated,
            }
            for one in cohorts
        ]
    )
