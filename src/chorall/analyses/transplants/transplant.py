"""Is transplantation in first remission of use? Observational, and said so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from scipy.special import ndtri

from chorall.analyses.adjustment import choose_adjustment
from chorall.analyses.arguments import check_conf_level, check_trials, check_years
from chorall.analyses.choices import check_choices
from chorall.analyses.endpoint_choice import choose_endpoints, read_cohorts, warn_of_unverified
from chorall.analyses.mrd_covariate import add_mrd
from chorall.analyses.mrd_groups import check_groups, read_groups
from chorall.analyses.result import label_pool
from chorall.analyses.subtypes import add_subtype
from chorall.analyses.transplants.agreement import say_agreement
from chorall.analyses.transplants.answers import (
    DATED,
    FIXED,
    LANDMARK,
    OVERLAP,
    SEQUENTIAL,
    answer_all,
    answer_by_marker,
    answer_by_weights,
)
from chorall.analyses.transplants.controls import ask_controls
from chorall.analyses.transplants.further import (
    DONOR,
    DOUBLY_ROBUST,
    MULTI_STATE,
    answer_by_donors,
)
from chorall.analyses.transplants.negative_controls import Asking, say_controls
from chorall.analyses.transplants.pictures import draw_curves, occupy_states
from chorall.analyses.transplants.result import TransplantResult
from chorall.analyses.transplants.starts import place_starts, read_transplants
from chorall.errors import DefinitionError, InputError, raise_gathered
from chorall.tables.store import Pool

ENDPOINTS: Final = ("OS", "RFS")
COVARIATES: Final = ("age_years", "wbc_10e9_per_l")
LANDMARK_DAYS: Final = (180.0,)
METHODS: Final = (
    DATED, MULTI_STATE, LANDMARK, DONOR, OVERLAP, DOUBLY_ROBUST, SEQUENTIAL, FIXED,
)  # fmt: skip
BALANCE: Final[dict[str, pl.DataType]] = {
    "endpoint": pl.String(),
    "landmark_days": pl.Float64(),
    "covariate": pl.String(),
    "before": pl.Float64(),
    "after": pl.Float64(),
}
ELSEWHERE: Final = {
    "clone-censor-weight": (
        "it needs to be told who is eligible, when, and what the strategies are: state a target "
        "trial in a file and run `chorall target-trial POOL FILE`"
    ),
    "negative-control": (
        "name what transplantation cannot change: `negative_outcomes` (--negative-outcome), or a "
        "treatment without effect: `negative_exposures` (--negative-exposure)"
    ),
}
SHORT_WORDS: Final = {"donor-versus-no-donor": DONOR, "doubly-robust": DOUBLY_ROBUST}
SCHEMA: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("endpoint", "method", "evidence", "marker", "group"), pl.String()),
    "landmark_days": pl.Float64(),
    **dict.fromkeys(
        ("n_patients", "n_transplanted", "events_transplanted", "events_other"), pl.Int64()
    ),
    **dict.fromkeys(
        (
            "risk_transplanted", "risk_other", "risk_difference", "lower_risk_difference",
            "upper_risk_difference", "hazard_ratio", "lower", "upper", "p_value", "e_value",
            "e_value_limit",
        ),
        pl.Float64(),
    ),
    "n_trials": pl.Int64(),
    "note": pl.String(),
}  # fmt: skip
ALWAYS: Final = (
    "Observational: patients were chosen for transplantation; no method here removes what was not "
    "measured. The E-value says how strong that would have to be. Donor against no donor is a "
    "natural experiment, and about having a donor.",
)


def transplant(
    pool: Pool,
    *,
    endpoints: Sequence[str] = ENDPOINTS,
    markers: Sequence[str] = (),
    adjust: Sequence[str] = COVARIATES,
    donors: Sequence[str] = (),
    methods: Sequence[str] = METHODS,
    landmark_days: Sequence[float] = LANDMARK_DAYS,
    negative_outcomes: Sequence[str] = (),
    negative_exposures: Sequence[str] = (),
    trials: Sequence[str] | None = None,
    horizon_years: float = 5.0,
    conf_level: float = 0.95,
) -> TransplantResult:
    """Compare patients after allogeneic transplantation in first remission with those without.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    endpoints : sequence of str
        Short names; days count from the endpoint's origin.
    markers : sequence of str
        Of each: the dated covariate with and without it, and the interaction within trials.
        `mrd>=1e-3` asks for residual disease at the end of induction from that level on.
    adjust : sequence of str
        Covariates of all models (`mrd` is at the end of induction); complete cases.
    donors : sequence of str
        Donors that count; none: all but autologous.
    methods : sequence of str
        `time-dependent covariate`, `multi-state`, `landmark`, `donor against no donor`,
        `landmark, overlap weights`, `landmark, doubly robust`, `sequential landmarks`,
        `fixed covariate (wrong)`.
    landmark_days : sequence of float
        Days from the endpoint's origin. The first is also where curves begin.
    negative_outcomes : sequence of str
        What transplantation cannot change, asked in the same way: an endpoint, or what was fixed
        before it and is not adjusted for (a marker, `sex`, `down_syndrome`).
    negative_exposures : sequence of str
        Items of the table treatment that cannot change the endpoints.
    trials : sequence of str, optional
        Only these trials.
    horizon_years : float
        Where absolute figures are read.
    conf_level : float
        Two-sided level of all limits.

    Returns
    -------
    TransplantResult
        The answers side by side, graded `observational` (donors: `natural`); whether they agree is
        said in words.

    Raises
    ------
    InputError
        If a name does not exist or a number is out of range.
    DefinitionError
        If a method is asked for that needs to be asked in another way; the message says how.
    DataError
        If nobody was transplanted in first remission.

    See Also
    --------
    treatment : Randomised strategies.
    chorall.stats.fit_cox : R: ``coxph(Surv(start, stop, event) ~ after + ... + strata(trial))``.

    References
    ----------
    Simon R, Makuch RW (1984). doi:10.1002/sim.4780030106
    Gran JM et al. (2010). doi:10.1002/sim.4048
    """
    _check_numbers(landmark_days, horizon_years, conf_level)
    chosen_methods = _choose_methods(methods)
    trial_ids = check_trials(pool, trials)
    transplants = read_transplants(pool, donors, trial_ids)
    known = pool.table("patient").filter(pl.col("trial_id").is_in(list(trial_ids)))
    adjustment = choose_adjustment(add_mrd(pool, add_subtype(pool, known)), adjust)
    available, missing = choose_endpoints(pool, endpoints, trial_ids)
    cohorts = read_cohorts(pool, available, adjustment.patients, trial_ids, adjustment.terms)
    asked = check_groups(pool, markers)
    outcomes = pool.table("endpoint")
    lines: list[dict[str, Any]] = []
    balance: list[dict[str, Any]] = []
    curves, states = [], []
    for cohort in cohorts:
        start, dated = place_starts(cohort, outcomes, transplants)
        lines += answer_all(cohort, start, dated, landmark_days, horizon_years, conf_level)
        weighed, parts = answer_by_weights(
            cohort, start, dated, landmark_days, horizon_years, conf_level
        )
        lines += weighed
        balance += parts
        lines.append(
            answer_by_donors(pool, cohort.endpoint, donors, trial_ids, horizon_years, conf_level)
        )
        groups = read_groups(pool, cohort.patient_ids, asked)
        for place, marker in enumerate(asked):
            lines += answer_by_marker(cohort, start, dated, marker, groups[:, place], conf_level)
        curves.append(draw_curves(cohort, start, dated, landmark_days[0], conf_level))
        states.append(occupy_states(cohort, start, dated, horizon_years, conf_level))
    asking = Asking(landmark_days[0], horizon_years, float(ndtri((1 + conf_level) / 2)))
    controls = ask_controls(
        pool, cohorts, transplants, adjustment, negative_outcomes, negative_exposures, asking
    )
    rows = _frame(lines)
    controlled = _frame(controls)
    return TransplantResult(
        analysis="transplant",
        pool=label_pool(pool),
        rows=pl.concat([_order(rows).filter(pl.col("method").is_in(chosen_methods)), controlled]),
        warnings=(
            *missing, *adjustment.warnings, *transplants.warnings, *say_agreement(rows),
            *say_controls(controlled),            *warn_of_unverified(available), *ALWAYS,
        ),
        curves=pl.concat(curves),
        states=pl.concat(states),
        balance=pl.DataFrame(balance, schema=BALANCE),
        donors=tuple(donors),
        adjusted_for=adjustment.labels,
        horizon_years=float(horizon_years),
        conf_level=conf_level,
    )  # fmt: skip


def _frame(lines: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=SCHEMA).with_columns(pl.col(pl.Float64).fill_nan(None))


def _order(rows: pl.DataFrame) -> pl.DataFrame:
    """Put the four answers that every reader is shown first, endpoint by endpoint."""
    place = pl.col("method").replace_strict({name: at for at, name in enumerate(METHODS)})
    endpoint = pl.col("endpoint").replace_strict(
        {name: at for at, name in enumerate(rows["endpoint"].unique(maintain_order=True))}
    )
    by_marker = pl.col("marker").is_not_null()
    return rows.sort(endpoint, by_marker, place, maintain_order=True)


def _choose_methods(methods: Sequence[str]) -> list[str]:
    refused = [f"{name}: {ELSEWHERE[name]}" for name in methods if name in ELSEWHERE]
    advice = f"Offered here: {', '.join(METHODS)}."
    raise_gathered(DefinitionError, "this answer is asked in another way", refused, advice)
    names = [SHORT_WORDS.get(name, name) for name in methods]
    return list(check_choices(names, METHODS, what="method"))


def _check_numbers(landmark_days: Sequence[float], horizon_years: float, conf_level: float) -> None:
    if not landmark_days or not all(0 <= day <= 3653 for day in landmark_days):
        raise InputError(
            f"`landmark_days` is {landmark_days!r}; expected at least one, each 0 to 3653."
        )
    check_years(horizon_years=horizon_years)
    check_conf_level(conf_level)
