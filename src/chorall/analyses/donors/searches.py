"""Who was tissue-typed, from when on the result was known, and who had a donor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.analyses.treatments.arms import ArmCohort, read_arm_cohort
from chorall.analyses.treatments.questions import TreatmentQuestion
from chorall.errors import DataError
from chorall.tables.store import Pool
from chorall.tables.words import SEARCHED_DONORS

QUESTION: Final = "donor"
DONOR, NO_DONOR = "donor", "no donor"


@dataclass(frozen=True, slots=True)
class DonorSearches:
    """Patients whose tissue was typed.

    Attributes
    ----------
    typed : DataFrame
        patient_id, trial_id, available, day (null where not known).
    transplanted : Series
        Patients transplanted from another person in first remission, typed or not.
    """

    typed: pl.DataFrame
    transplanted: pl.Series


def read_searches(pool: Pool, kinds: Sequence[str], trial_ids: Sequence[str]) -> DonorSearches:
    """Return who was typed, whatever was done afterwards.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    kinds : sequence of str
        Kinds of donors looked for; none: every search counts, and one donor is a donor.
    trial_ids : sequence of str
        The trials in question.

    Returns
    -------
    DonorSearches
        One line per patient; the day is that of the last result, for only then was it known that
        there is no donor.

    Raises
    ------
    InputError
        If a kind is not a word of the data model.
    DataError
        If nobody's search is in the pool, or not both with and without a donor.
    """
    chosen = check_choices(kinds, SEARCHED_DONORS, what="donor")
    table = pool.table("donor_search").filter(pl.col("trial_id").is_in(list(trial_ids)))
    asked = table.filter(pl.col("donor").cast(pl.String).is_in(list(chosen))) if chosen else table
    if asked["available"].n_unique() < 2:
        raise DataError(
            "donor against no donor needs patients of either kind among those tissue-typed.\n"
            f"  Searches in the pool: {table.height}; of the donors in question: {asked.height}, "
            f"with a donor {int(asked['available'].sum() or 0)}.\n"
            "  Map `donor_search` (donor, available, day) for all who were typed: "
            "the donors of grafts say nothing of those who had one and were not transplanted."
        )
    typed = (
        asked.group_by("patient_id", "trial_id")
        .agg(
            available=pl.col("available").any(),
            day=pl.when(pl.col("day").null_count() == 0).then(pl.col("day").max()),
        )
        .sort("patient_id")
    )
    grafts = pool.table("transplant").filter(
        pl.col("donor").cast(pl.String).fill_null("unknown") != "autologous",
        pl.col("remission_status").cast(pl.String).fill_null("") == "first_remission",
    )
    return DonorSearches(typed, grafts["patient_id"].unique().sort())


def lay_out_donors(
    searches: DonorSearches, outcomes: pl.DataFrame, endpoint: str
) -> list[ArmCohort]:
    """Lay out each trial's typed patients from the result on, as two arms that nature assigned.

    Trials in which nobody has a donor, or everybody, are left out: there is nothing to compare.
    """
    allocation = searches.typed.select(
        "patient_id",
        "trial_id",
        "day",
        question=pl.lit(QUESTION),
        randomised=pl.lit(True),
        assigned_arm=pl.when("available").then(pl.lit(DONOR)).otherwise(pl.lit(NO_DONOR)),
    )
    cohorts = []
    for trial_id in searches.typed["trial_id"].unique().cast(pl.String).sort():
        question = TreatmentQuestion(trial_id, QUESTION, QUESTION, NO_DONOR, DONOR, NO_DONOR, DONOR)
        cohort = read_arm_cohort(allocation, outcomes, question, endpoint)
        if cohort.treated.any() and not cohort.treated.all():
            cohorts.append(cohort)
    return cohorts
