"""What changes where a rule of eligibility changes: just above against just below a cut-off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.arguments import check_conf_level, check_trials, check_years
from chorall.analyses.choices import check_choices
from chorall.analyses.cut_offs.compare import compare_sides
from chorall.analyses.cut_offs.result import CutOffResult
from chorall.analyses.cut_offs.words import slice_means, warn_of_rule
from chorall.analyses.endpoint_choice import choose_endpoints, read_cohorts, warn_of_unverified
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.mrd_covariate import REFERENCE_LOG10, add_mrd
from chorall.analyses.result import label_pool
from chorall.errors import InputError
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import pseudo_values
from chorall.tables.store import Pool

VARIABLES: Final = {"age": "years", "wbc": "doublings", "mrd": "powers of ten"}
SCHEMA: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("endpoint", "trial", "evidence", "variable"), pl.String()),
    **dict.fromkeys(("cut", "bandwidth"), pl.Float64()),
    **dict.fromkeys(("n_below", "n_above"), pl.Int64()),
    **dict.fromkeys(
        (
            "transplanted_below", "transplanted_above", "transplanted_jump",
            "lower_transplanted_jump", "upper_transplanted_jump", "risk_below", "risk_above",
            "risk_difference", "lower_risk_difference", "upper_risk_difference", "p_value",
        ),
        pl.Float64(),
    ),
    "n_trials": pl.Int64(),
    "note": pl.String(),
}  # fmt: skip
ALWAYS: Final = (
    "Natural experiment at a cut-off: it speaks of patients near the cut only, and holds if "
    "nothing but the rule changes there. See whether the figures stay with half and double the "
    "bandwidth."
)


def cut_off(
    pool: Pool,
    *,
    variable: str,
    cut: float,
    bandwidth: float,
    endpoint: str = "RFS",
    trials: Sequence[str] | None = None,
    horizon_years: float = 5.0,
    conf_level: float = 0.95,
) -> CutOffResult:
    """Compare patients just above and just below a cut-off at which treatment changes.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    variable : {"age", "wbc", "mrd"}
        What the rule looks at: age in years, white cells in 10^9/L (compared in doublings), or
        residual disease at the end of induction as a fraction (in powers of ten; quantified only).
    cut : float
        Where the rule changes, in the unit of the variable; the cut itself is above.
    bandwidth : float
        How far from the cut patients count: years, doublings or powers of ten.
    endpoint : str
        Short name.
    trials : sequence of str, optional
        Only the trials with that rule.
    horizon_years : float
        Where risks are read, from the endpoint's origin.
    conf_level : float
        Two-sided level of all limits.

    Returns
    -------
    CutOffResult
        Graded `natural`; each trial by itself, then together, with three bandwidths.

    Raises
    ------
    InputError
        If a name does not exist or a number is out of range.
    DataError
        If no trial has the endpoint.

    See Also
    --------
    donor : The other natural experiment.

    References
    ----------
    Imbens GW, Lemieux T (2008). doi:10.1016/j.jeconom.2007.05.001
    Bor J et al. (2014). doi:10.1097/EDE.0000000000000138
    """
    check_choices([variable], list(VARIABLES), what="variable")
    check_years(horizon_years=horizon_years)
    check_conf_level(conf_level)
    if not (cut > 0 and bandwidth > 0):
        raise InputError(f"`cut` is {cut!r} and `bandwidth` {bandwidth!r}; expected above 0.")
    trial_ids = check_trials(pool, trials)
    (name,), gaps = choose_endpoints(pool, [endpoint], trial_ids)
    patients = pool.table("patient").filter(pl.col("trial_id").is_in(list(trial_ids)))
    (cohort,) = read_cohorts(pool, [name], add_mrd(pool, patients), trial_ids, ())
    running = read_running(cohort, variable, cut)
    risk = find_values(cohort, horizon_years * DAYS_PER_YEAR)
    grafted = _read_transplanted(pool, cohort)
    lines = [
        line
        for width in (bandwidth / 2, bandwidth, bandwidth * 2)
        for line in compare_sides(cohort, running, risk, grafted, width, conf_level)
    ]
    rows = pl.DataFrame(
        [{"variable": variable, "cut": cut} | line for line in lines], schema=SCHEMA
    ).with_columns(pl.col(pl.Float64).fill_nan(None))
    return CutOffResult(
        analysis="cut-off",
        pool=label_pool(pool),
        rows=rows,
        warnings=(*gaps, *warn_of_rule(rows, bandwidth), *warn_of_unverified([name]), ALWAYS),
        points=slice_means(running, risk, grafted, bandwidth),
        variable=f"{variable} ({VARIABLES[variable]} from {cut:g})",
        cut=float(cut),
        bandwidth=float(bandwidth),
        horizon_years=float(horizon_years),
        conf_level=conf_level,
    )


def read_running(cohort: EndpointCohort, variable: str, cut: float) -> NDArray[np.float64]:
    """Return what the rule looks at less the cut, shape (n,); NaN where not known."""
    if variable == "age":
        return cohort.numbers("age_years") - cut
    if variable == "wbc":
        counts = cohort.numbers("wbc_10e9_per_l")
        known = counts > 0
        return np.where(known, np.log2(np.where(known, counts, 1.0) / cut), np.nan)
    level = np.where(cohort.numbers("mrd_quantified") == 1, cohort.numbers("mrd_log10"), np.nan)
    return np.asarray(level + REFERENCE_LOG10 - np.log10(cut))


def find_values(cohort: EndpointCohort, horizon: float) -> NDArray[np.float64]:
    """Return pseudo-values of the risk by the horizon, trial by trial; NaN where not followed."""
    values = np.full(len(cohort.time), np.nan)
    if cohort.entry_time is not None:
        late = cohort.entry_time > 0
    else:
        late = np.zeros(len(values), np.bool_)
    for code in range(len(cohort.trial_ids)):
        rows = (cohort.trial == code) & ~late
        if rows.sum() > 1:
            found = pseudo_values(
                cohort.time[rows], cohort.cause[rows], horizon, cause_of_interest=1
            )
            values[rows] = found[:, 0]
    return values


def _read_transplanted(pool: Pool, cohort: EndpointCohort) -> NDArray[np.float64]:
    done = pool.table("transplant").filter(
        pl.col("remission_status").cast(pl.String).fill_null("") == "first_remission",
        pl.col("donor").cast(pl.String).fill_null("unknown") != "autologous",
    )
    return cohort.patient_ids.is_in(done["patient_id"].implode()).cast(pl.Float64).to_numpy()
