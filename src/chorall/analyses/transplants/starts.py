"""When each patient was transplanted in first remission, on the clock of an endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.choices import check_choices
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.errors import DataError
from chorall.tables.schema import TRANSPLANT
from chorall.tables.store import Pool


@dataclass(frozen=True, slots=True)
class Transplants:
    """First allogeneic transplantations in first remission.

    Attributes
    ----------
    dated : DataFrame
        patient_id, day (from time zero).
    undated : DataFrame
        patient_id: transplanted in first remission on a day that is not known.
    warnings : tuple of str
        What was not counted, and what was counted without knowing the donor.
    """

    dated: pl.DataFrame
    undated: pl.DataFrame
    warnings: tuple[str, ...]


def read_transplants(pool: Pool, donors: Sequence[str], trial_ids: Sequence[str]) -> Transplants:
    """Return who was transplanted in first remission.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    donors : sequence of str
        Donors that count; where none is named all but autologous, and those not known.
    trial_ids : sequence of str
        The trials in question.

    Raises
    ------
    InputError
        If a donor is not a word of the data model.
    DataError
        If nobody was transplanted in first remission.
    """
    words = TRANSPLANT.column("donor").words or ()
    chosen = check_choices(donors, words, what="donor")
    table = pool.table("transplant").filter(pl.col("trial_id").is_in(list(trial_ids)))
    donor = pl.col("donor").cast(pl.String)
    counts = donor.is_in(list(chosen)) if chosen else donor.fill_null("unknown") != "autologous"
    allogeneic = table.filter(counts.fill_null(False))
    first = allogeneic.filter(
        pl.col("remission_status").cast(pl.String).fill_null("") == "first_remission"
    )
    if not first.height:
        raise DataError(
            "nobody in the pool was transplanted in first remission.\n"
            f"  Transplantations: {table.height}; of the donors in question: {allogeneic.height}; "
            f"without `remission_status`: {allogeneic['remission_status'].null_count()}.\n"
            "  Map `transplant.remission_status` and `transplant.day`, or ask for other donors."
        )
    by_patient = first.sort("patient_id", "n").group_by("patient_id", maintain_order=True).first()
    dated = by_patient.drop_nulls("day").select("patient_id", "day")
    undated = by_patient.filter(pl.col("day").is_null()).select("patient_id")
    return Transplants(dated, undated, tuple(_list_warnings(allogeneic, first, undated)))


def _list_warnings(
    allogeneic: pl.DataFrame, first: pl.DataFrame, undated: pl.DataFrame
) -> list[str]:
    unknown, silent = first["donor"].null_count(), allogeneic["remission_status"].null_count()
    lines = (
        (unknown, f"{unknown:,} transplantations without a known donor count as allogeneic."),
        (silent, f"{silent:,} transplantations without `remission_status` are not counted."),
        (
            undated.height,
            f"{undated.height:,} patients transplanted in first remission on an unknown day are "
            "left out of every comparison.",
        ),
    )
    return [text for count, text in lines if count]


def place_starts(
    cohort: EndpointCohort, outcomes: pl.DataFrame, transplants: Transplants
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return days from the endpoint's origin to transplantation, and whose day is known.

    Returns
    -------
    start : ndarray of float, shape (n,)
        Infinite where there was none.
    known : ndarray of bool, shape (n,)
        False where transplanted on an unknown day.
    """
    origins = outcomes.filter(endpoint=cohort.endpoint).select("patient_id", "origin_day")
    frame = (
        pl.DataFrame({"patient_id": cohort.patient_ids})
        .join(origins, on="patient_id", how="left", maintain_order="left")
        .join(transplants.dated, on="patient_id", how="left", maintain_order="left")
    )
    days = (frame["day"] - frame["origin_day"]).cast(pl.Float64).fill_null(np.inf).to_numpy()
    known = ~frame["patient_id"].is_in(transplants.undated["patient_id"].implode()).to_numpy()
    return days.astype(np.float64), known
