"""Ask every negative control of a comparison of transplanted patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from chorall.analyses.adjustment import Adjustment
from chorall.analyses.choices import check_choices
from chorall.analyses.endpoint_choice import choose_endpoints, read_cohorts
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.transplants.negative_controls import (
    Asking,
    ask_characteristic,
    ask_exposure,
    ask_outcome,
    read_characteristic,
)
from chorall.analyses.transplants.starts import Transplants, place_starts
from chorall.errors import DataError
from chorall.knowledge.endpoint_definitions import endpoint_aliases
from chorall.tables.store import Pool


def ask_controls(
    pool: Pool,
    cohorts: Sequence[EndpointCohort],
    transplants: Transplants,
    adjustment: Adjustment,
    outcomes: Sequence[str],
    exposures: Sequence[str],
    asking: Asking,
) -> list[dict[str, Any]]:
    """Return one line per control; what was fixed before treatment is asked at each landmark.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    cohorts : sequence of EndpointCohort
        Of the endpoints in question.
    transplants : Transplants
        Who was transplanted.
    adjustment : Adjustment
        The covariates of all answers.
    outcomes, exposures : sequence of str
        As in `transplant`.
    asking : Asking
        Landmark, horizon and limits.

    Raises
    ------
    InputError
        If nothing of a name is in the pool.
    DataError
        If no treatment is in the pool.
    """
    lines: list[dict[str, Any]] = []
    table, ids = pool.table("endpoint"), sorted({one for c in cohorts for one in c.trial_ids})
    in_pool = set(table["endpoint"])
    for name in outcomes:
        short = endpoint_aliases().get(name, name)
        if short in in_pool:
            available, _ = choose_endpoints(pool, [short], ids)
            people, terms = adjustment.patients, adjustment.terms
            for cohort in read_cohorts(pool, available, people, ids, terms):
                start, dated = place_starts(cohort, table, transplants)
                lines.append(ask_outcome(cohort, start, dated, asking))
            continue
        for cohort in cohorts:
            start, dated = place_starts(cohort, table, transplants)
            columns = [term.column for term in adjustment.terms]
            has_it = read_characteristic(pool, name, cohort.patient_ids, columns)
            lines.append(ask_characteristic(cohort, start, dated, name, has_it, asking))
    for item in exposures:
        given = _read_exposure(pool, item, transplants)
        for cohort in cohorts:
            start, dated = place_starts(cohort, table, given)
            lines.append(ask_exposure(cohort, start, dated, item, asking))
    return lines


def _read_exposure(pool: Pool, item: str, transplants: Transplants) -> Transplants:
    """Return who was given an item of treatment, in the form of transplantations."""
    table = pool.table("treatment")
    if not table.height:
        raise DataError("the table treatment is empty: map the item that can have no effect.")
    check_choices([item], table["item"].unique().sort().to_list(), what="item of treatment")
    first = table.filter(item=item).group_by("patient_id").agg(day=pl.col("start_day").min())
    undated = first.filter(pl.col("day").is_null()).select("patient_id")
    return replace(transplants, dated=first.drop_nulls("day").sort("patient_id"), undated=undated)
