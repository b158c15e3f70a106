"""Which endpoints can be analysed in a pool: asked for, defined, there, and with one clock."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.analyses.endpoint_cohort import EndpointCohort, read_cohort
from chorall.errors import DataError, raise_gathered
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.models.design_matrix import Term
from chorall.tables.store import Pool


def choose_endpoints(
    pool: Pool, asked: Sequence[str], trial_ids: Sequence[str]
) -> tuple[tuple[str, ...], list[str]]:
    """Return the endpoints that somebody has, and warnings on the others.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    asked : sequence of str
        Short names.
    trial_ids : sequence of str
        The trials in question.

    Raises
    ------
    InputError
        If an endpoint is neither defined nor in the pool.
    DataError
        If trials that have an endpoint count its days from different time zeros.
    """
    outcomes = pool.table("endpoint").filter(pl.col("trial_id").is_in(list(trial_ids)))
    in_pool = pool.table("endpoint")["endpoint"].unique().sort().to_list()
    known = dict.fromkeys([*endpoint_definitions(), *in_pool])
    names = check_choices(asked, list(known), what="endpoint")
    there = set(outcomes["endpoint"].unique())
    available = tuple(name for name in names if name in there)
    _check_time_zero(pool, outcomes, available)
    warnings = [
        f"{name}: no patient of the {len(trial_ids)} trials has this endpoint, so it is left out."
        for name in names
        if name not in there
    ]
    return available, warnings


def _check_time_zero(pool: Pool, outcomes: pl.DataFrame, endpoints: Sequence[str]) -> None:
    zeros = pool.table("trial").select("trial_id", pl.col("time_zero").cast(pl.String))
    problems = []
    for name in endpoints:
        definition = endpoint_definitions().get(name)
        if definition is not None and definition.origin != "time_zero":
            continue
        trials = outcomes.filter(pl.col("endpoint") == name).select("trial_id").unique()
        clocks = zeros.join(trials, on="trial_id", maintain_order="left").rows()
        if len({zero for _, zero in clocks}) > 1:
            problems.append(f"{name}: {', '.join(f'{trial} {zero}' for trial, zero in clocks)}")
    raise_gathered(
        DataError,
        "the trials count days from different time zeros, so their times cannot be pooled",
        problems,
        "Name trials with one time zero, e.g. prognosis(pool, trials=[...]) or --trials.",
    )


def read_cohorts(
    pool: Pool,
    endpoints: Sequence[str],
    patients: pl.DataFrame,
    trial_ids: Sequence[str],
    terms: Sequence[Term],
) -> list[EndpointCohort]:
    """Return the cohort of each endpoint, in the order given."""
    definitions = endpoint_definitions()
    cohorts = []
    for name in endpoints:
        definition = definitions.get(name)
        label, n_causes = (definition.name, len(definition.causes)) if definition else (name, 1)
        cohorts.append(
            read_cohort(name, label, n_causes, pool.table("endpoint"), patients, trial_ids, terms)
        )
    return cohorts
