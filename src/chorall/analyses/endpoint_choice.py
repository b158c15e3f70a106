"""Which endpoints can be analysed in a pool: asked for, defined, there, and with one clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.analyses.endpoint_cohort import EndpointCohort, read_cohort
from chorall.analyses.endpoint_gaps import explain_gap, warn_of_unrecorded
from chorall.errors import DataError, DefinitionError, raise_gathered
from chorall.knowledge.endpoint_definitions import (
    endpoint_aliases,
    endpoint_definitions,
    endpoints_not_given,
)
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
        Short names (`CIR`) or long ones (`cumulative_incidence_of_relapse`).
    trial_ids : sequence of str
        The trials in question.

    Raises
    ------
    InputError
        If an endpoint is neither defined nor in the pool.
    DefinitionError
        If an endpoint is known that no pool can give; the message says what is missing.
    DataError
        If trials that have an endpoint count its days from different time zeros, or if they have
        endpoints but none of those asked for; the message says what is missing.
    """
    outcomes = pool.table("endpoint").filter(pl.col("trial_id").is_in(list(trial_ids)))
    in_pool = pool.table("endpoint")["endpoint"].unique().sort().to_list()
    known = dict.fromkeys([*endpoint_definitions(), *in_pool])
    names = name_endpoints(asked, list(known))
    there = set(outcomes["endpoint"].unique())
    available = tuple(name for name in names if name in there)
    _check_time_zero(pool, outcomes, available)
    gaps = [explain_gap(pool, name, trial_ids) for name in names if name not in there]
    if there and not available:
        raise_gathered(
            DataError,
            "the pool has none of the endpoints asked for",
            gaps,
            f"It has: {', '.join(name for name in known if name in there)}. `chorall endpoints "
            "POOL` lists who has which.",
        )
    partly = [line for name in available for line in warn_of_unrecorded(pool, name, trial_ids)]
    return available, [*(f"{gap} It is left out." for gap in gaps), *partly]


def name_endpoints(asked: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return the short names of the endpoints asked for, each once.

    Parameters
    ----------
    asked : sequence of str
        Short or long names; a single string is one name.
    known : sequence of str
        The short names that exist.

    Raises
    ------
    InputError
        If a name does not exist.
    DefinitionError
        If it is an endpoint that no pool can give.
    """
    aliases, refused = endpoint_aliases(), endpoints_not_given()
    names = [asked] if isinstance(asked, str) else list(asked)
    raise_gathered(
        DefinitionError,
        "no pool can give",
        [f"{name}: {refused[name]}" for name in names if name in refused],
        "Ask for another endpoint: `chorall endpoints` lists them.",
    )
    short = [name if name in known else aliases.get(name, name) for name in names]
    return check_choices(short, known, what="endpoint")


def warn_of_unverified(endpoints: Sequence[str]) -> list[str]:
    """Say which definitions nobody has read in a source; none where all were."""
    definitions = endpoint_definitions()
    doubtful = [
        name
        for name in endpoints
        if name in definitions and definitions[name].source.confidence == "unverified"
    ]
    if not doubtful:
        return []
    return [f"Definitions not verified in a source: {', '.join(doubtful)} (docs/endpoints.md)."]


def keep_verified(asked: Sequence[str] | None, default: Sequence[str]) -> tuple[str, ...]:
    """Return endpoints without those whose definition is from memory.

    Parameters
    ----------
    asked : sequence of str or None
        Those asked for by name; None takes `default` and leaves the unverified out.
    default : sequence of str
        What is analysed where none is asked for.

    Raises
    ------
    DefinitionError
        If an endpoint asked for by name is unverified.
    """
    short = [endpoint_aliases().get(name, name) for name in asked or default]
    definitions = endpoint_definitions()
    doubtful = [
        name
        for name in short
        if name in definitions and definitions[name].source.confidence == "unverified"
    ]
    raise_gathered(
        DefinitionError,
        "these endpoints cannot be analysed",
        [
            f"`{name}` is unverified (its definition is from memory) and unverified is off"
            for name in doubtful
            if asked
        ],
        "`chorall endpoints --seen` lists the others.",
    )
    return tuple(name for name in short if name not in doubtful)


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
        cohort = read_cohort(
            name, label, n_causes, pool.table("endpoint"), patients, trial_ids, terms
        )
        if definition is not None and definition.shows_incidence:
            cohort = replace(cohort, shows_incidence=True)
        cohorts.append(cohort)
    return cohorts
