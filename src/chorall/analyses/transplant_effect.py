"""Transplantation in first remission: changing with time, at a landmark, and its curves."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.cohort_spans import add_covariate, cut_window, split_at
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.group_curves import read_curves
from chorall.errors import DataError, InputError
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.tables.store import Pool

TransplantChoice = Literal["ignore", "time_dependent", "landmark"]
CHOICES: Final = ("ignore", "time_dependent", "landmark")
COVARIATE: Final = "transplant in first remission"
DAY: Final = "transplant_day"

TRANSPLANT_CURVES: Final[dict[str, pl.DataType]] = {
    "endpoint": pl.String(),
    "method": pl.String(),
    "group": pl.String(),
    "n": pl.Int64(),
    **dict.fromkeys(("time_years", "estimate", "lower", "upper"), pl.Float64()),
}


def check_transplant(choice: str, pool: Pool) -> None:
    """Raise where the choice is not known, or nobody's transplantation is recorded."""
    if choice not in CHOICES:
        raise InputError(f"`transplant` is {choice!r}; expected one of: {', '.join(CHOICES)}.")
    if choice != "ignore" and not _first_remission(pool).height:
        raise DataError(
            "no transplantation in first remission is recorded in the pool (table transplant, "
            'remission_status "first_remission"), so it cannot be a covariate. Use '
            'transplant="ignore", or map the transplantations.'
        )


def add_transplant(pool: Pool, patients: pl.DataFrame) -> pl.DataFrame:
    """Return the patients with `transplant_day`: the first in first remission, null without one."""
    days = _first_remission(pool).group_by("patient_id").agg(pl.col("day").min().alias(DAY))
    return patients.join(days, on="patient_id", how="left", maintain_order="left")


def _first_remission(pool: Pool) -> pl.DataFrame:
    chosen = pl.col("remission_status") == "first_remission"
    return pool.table("transplant").filter(chosen, pl.col("day").is_not_null())


def follow_transplant(
    cohort: EndpointCohort, choice: str, landmark_years: float
) -> EndpointCohort:  # fmt: skip
    """Return the cohort whose covariates know of the transplantation.

    Parameters
    ----------
    cohort : EndpointCohort, n rows
        One row per patient.
    choice : {"ignore", "time_dependent", "landmark"}
        As it is; two spans for the transplanted (Mantel and Byar: nobody counts as transplanted
        before the day); or, among those at risk at the landmark, transplanted by then or not.
    landmark_years : float
        From the endpoint's origin.
    """
    if choice == "ignore":
        return cohort
    day = cohort.days_from_origin(DAY)
    if choice == "time_dependent":
        return split_at(cohort, day, COVARIATE)
    landmark = landmark_years * DAYS_PER_YEAR
    part = cut_window(cohort, landmark, np.inf)
    done = part.days_from_origin(DAY) <= landmark
    return add_covariate(part, COVARIATE, done.astype(np.float64))


def frame_transplant_curves(
    cohorts: list[EndpointCohort], landmark_years: float, conf_level: float
) -> pl.DataFrame:
    """Return Simon and Makuch's curves and those from a landmark on, of each endpoint.

    Simon and Makuch: at any time the transplanted so far are at risk in one curve and all others
    in the other, so that waiting alive for a donor is no advantage. The curves are of states, not
    of patients.
    """
    lines: list[dict[str, Any]] = []
    for cohort in cohorts:
        split = split_at(cohort, cohort.days_from_origin(DAY), COVARIATE)
        fixed = follow_transplant(cohort, "landmark", landmark_years)
        for method, part in (("simon_makuch", split), ("landmark", fixed)):
            state = part.covariates.values[:, -1]
            for group, members in (
                ("transplanted", state == 1), ("not transplanted", state == 0)
            ):  # fmt: skip
                lines += _list_curve(part, members, conf_level, method, group)
    return pl.DataFrame(lines, schema=TRANSPLANT_CURVES).with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )


def _list_curve(
    cohort: EndpointCohort, members: NDArray[np.bool_], conf_level: float, method: str, group: str
) -> list[dict[str, Any]]:
    drawn = read_curves(cohort, members, float(cohort.time.max(initial=1)), conf_level)
    counted = int(cohort.counted(members).sum())
    return [
        {
            "endpoint": cohort.endpoint, "method": method, "group": group, "n": counted,
            "time_years": time / DAYS_PER_YEAR, "estimate": estimate,
            "lower": lower, "upper": upper,
        }
        for curve in drawn.curves[:1]
        for time, estimate, lower, upper in zip(
            curve.time, curve.estimate, curve.lower, curve.upper, strict=True
        )
    ]  # fmt: skip
