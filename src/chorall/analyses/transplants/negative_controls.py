"""What transplantation cannot change, or cannot be: the same method there must find nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.arguments import list_markers
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_groups import PRESENT, UNKNOWN, read_marker_groups
from chorall.analyses.transplants.answers import take_rows
from chorall.analyses.transplants.fits import describe_risks
from chorall.analyses.transplants.further import label_observational
from chorall.analyses.transplants.overlap import FEWEST_EFFECTIVE, answer_by_overlap
from chorall.analyses.transplants.sides import lay_out_sides
from chorall.errors import InputError
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.models.design_matrix import DesignMatrix
from chorall.models.overlap import weigh_overlap
from chorall.models.time_dependent import take_landmark
from chorall.tables.store import Pool

OUTCOME: Final = "negative control outcome"
EXPOSURE: Final = "negative control exposure"
CHARACTERISTICS: Final = {"sex": "male", "down_syndrome": "true"}
"""Columns of the table patient that were fixed before treatment, and the word counted."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How every control is asked: as the outcome itself is.

    Attributes
    ----------
    landmark : float
        Days from the endpoint's origin.
    horizon_years, width : float
        After it; quantile of the limits.
    """

    landmark: float
    horizon_years: float
    width: float


def ask_outcome(
    cohort: EndpointCohort, start: NDArray[np.float64], rows: NDArray[np.bool_], asking: Asking
) -> dict[str, Any]:
    """Return overlap weights on an endpoint that transplantation cannot change."""
    spans = take_landmark(cohort.survival(rows), start[rows], asking.landmark)
    found = answer_by_overlap(
        spans, cohort.cause[rows][spans.patient], take_rows(cohort.covariates, rows),
        asking.horizon_years * DAYS_PER_YEAR, asking.width,
    )  # fmt: skip
    label = label_observational(cohort, f"{OUTCOME}: {cohort.endpoint}", asking.landmark)
    return label | found.line


def ask_exposure(
    cohort: EndpointCohort,
    given: NDArray[np.float64],
    rows: NDArray[np.bool_],
    item: str,
    asking: Asking,
) -> dict[str, Any]:
    """Return overlap weights of a treatment that cannot have an effect; `given` as `start`."""
    line = ask_outcome(cohort, given, rows, asking)
    return line | {"method": f"{EXPOSURE}: {item}"}


def ask_characteristic(
    cohort: EndpointCohort,
    start: NDArray[np.float64],
    rows: NDArray[np.bool_],
    name: str,
    has_it: NDArray[np.float64],
    asking: Asking,
) -> dict[str, Any]:
    """Compare how many on either side have what was fixed before anybody was transplanted.

    Parameters
    ----------
    cohort, start, rows
        As in `answer_all`.
    name : str
        For the line.
    has_it : ndarray of float, shape (n,)
        1, 0, or NaN where not known; it is not among the covariates.
    asking : Asking
        Landmark and limits.
    """
    known = rows & np.isfinite(has_it)
    spans = take_landmark(cohort.survival(known), start[known], asking.landmark)
    covariates: DesignMatrix = take_rows(cohort.covariates, known)
    # as an outcome: it has "happened" to those who have it
    outcome = has_it[known][spans.patient].astype(np.int64)
    sides = lay_out_sides(spans, outcome, covariates)
    line = label_observational(cohort, f"{OUTCOME}: {name}", asking.landmark) | sides.line
    if sides.note:
        return line | {"note": sides.note.replace("events", "patients with it")}
    found = weigh_overlap(sides.x, sides.treated, sides.strata)
    if found.separated or min(found.effective) < FEWEST_EFFECTIVE:
        return line | {"note": "refused: too little overlap"}
    shares = [_share(sides.kind[side], found.weights[side]) for side in
              (sides.treated, ~sides.treated)]  # fmt: skip
    return (
        line
        | describe_risks(shares[0], shares[1], asking.width)
        | {"note": "share that has it; fixed before treatment"}
    )


def _share(kind: NDArray[np.int64], weights: NDArray[np.float64]) -> tuple[float, float]:
    share = float(np.average(kind, weights=weights))
    error = float(np.sqrt((weights**2 * (kind - share) ** 2).sum()) / weights.sum())
    return share, error


def read_characteristic(
    pool: Pool, name: str, patient_ids: pl.Series, adjust: Sequence[str]
) -> NDArray[np.float64]:
    """Return 1, 0 or NaN for a marker at diagnosis, sex or Down syndrome.

    Raises
    ------
    InputError
        If nothing of that name is in the pool, or it is adjusted for: then it is balanced anyway.
    """
    if name in adjust:
        raise InputError(
            f"`{name}` is adjusted for: a negative control must be what the weights do not know."
        )
    if name in CHARACTERISTICS:
        people = pl.DataFrame({"patient_id": patient_ids}).join(
            pool.table("patient").select("patient_id", pl.col(name).cast(pl.String)),
            on="patient_id", how="left", maintain_order="left",
        )  # fmt: skip
        return (people[name] == CHARACTERISTICS[name]).cast(pl.Float64).fill_null(np.nan).to_numpy()
    if name not in list_markers(pool):
        raise InputError(
            f"`{name}` is no endpoint, no marker of the pool and none of "
            f"{', '.join(CHARACTERISTICS)}: name an outcome that transplantation cannot change."
        )
    groups = read_marker_groups(pool.table("marker_result"), patient_ids, [name])[:, 0]
    return np.where(groups == UNKNOWN, np.nan, (groups == PRESENT).astype(float))


def say_controls(rows: pl.DataFrame) -> list[str]:
    """Return a sentence for each control."""
    controls = rows.filter(pl.col("method").str.starts_with("negative control")).to_dicts()
    return [_say(row) for row in controls]


def _say(row: dict[str, Any]) -> str:
    name = f"{row['endpoint']}, {row['method']}"
    if row["risk_difference"] is None and row["hazard_ratio"] is None:
        return f"{name}: {row['note']}."
    if row["risk_difference"] is not None:
        value, low, high = (100 * row[one] for one in
                            ("risk_difference", "lower_risk_difference",
                             "upper_risk_difference"))  # fmt: skip
        told, shows = f"{value:+.1f} ({low:+.1f} to {high:+.1f}) points", low > 0 or high < 0
    else:
        told = f"{row['hazard_ratio']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})"
        shows = row["lower"] > 1 or row["upper"] < 1
    if shows:
        return (
            f"{name}: {told}, where there can be no effect. The sides still differ in what was not "
            "measured: the adjusted answers may not be read as effects."
        )
    return f"{name}: {told}: no sign of confounding left, as far as this can show it."
