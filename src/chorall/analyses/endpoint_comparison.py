"""Two definitions side by side in every trial, with the patients in whom they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from chorall.analyses.endpoint_choice import name_endpoints
from chorall.analyses.result import AnalysisResult, label_pool
from chorall.errors import DefinitionError
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.tables.store import Pool

OWN: Final = "own"
"""Stands for the event-free survival by which each trial itself reports."""

_COMPARED: Final = ("origin_day", "exit_day", "cause", "event_type")


@dataclass(frozen=True, kw_only=True)
class EndpointComparison(AnalysisResult):
    """How two definitions differ.

    `rows` has one line per trial, in the order of the consortium: trial_id, definition_a,
    definition_b, n_both (patients with both), n_only_a, n_only_b, events_a, events_b (cause 1,
    among those with both), n_same, n_status_differs (another cause), n_day_differs (the same cause
    on another day, or counted from another day).

    Attributes
    ----------
    patients : DataFrame
        Whoever is not the same in both: patient_id, trial_id, difference (status, day, only_a,
        only_b), then origin_day, exit_day, cause and event_type by `_a` and `_b`; nulls where
        there is no row. Pseudonyms and days: not for publication.
    """

    patients: pl.DataFrame


def compare_endpoints(pool: Pool, a: str = OWN, b: str = "EFS") -> EndpointComparison:
    """Set two definitions side by side and list the patients whose status or day differs.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    a, b : str
        Endpoints by short or long name; `own` is the event-free survival that each trial names as
        its own in its mapping. Trials that name none are left out with a warning.

    Returns
    -------
    EndpointComparison
        Counts per trial, and the patients.

    Raises
    ------
    InputError
        If there is no such endpoint.
    DefinitionError
        If `own` is asked for and no trial names its own, or no pool can give the endpoint.

    See Also
    --------
    chorall.endpoints.explain_exclusions : Why a patient has no row in an endpoint.
    """
    sides = {side: _take_side(pool, name) for side, name in (("a", a), ("b", b))}
    left, right = (
        sides[side].rename({name: f"{name}_{side}" for name in (*_COMPARED, "definition")})
        for side in ("a", "b")
    )
    together = left.join(
        right, on=["patient_id", "trial_id"], how="full", coalesce=True, maintain_order="left_right"
    ).with_columns(difference=_judge())
    trials = _trials_of_both(pool, a, b)
    together = together.filter(pl.col("trial_id").is_in(trials))
    differing = together.filter(pl.col("difference") != "same").sort("trial_id", "patient_id")
    columns = [f"{name}_{side}" for side in ("a", "b") for name in _COMPARED]
    return EndpointComparison(
        analysis="compare-endpoints",
        pool=label_pool(pool),
        rows=_count(pool, together, trials, a, b),
        warnings=tuple(_warn_of_trials(pool, trials)),
        patients=differing.select("patient_id", "trial_id", "difference", *columns),
    )


def own_definitions(pool: Pool) -> pl.DataFrame:
    """Return trial_id and definition of the trials that name their own event-free survival.

    Raises
    ------
    DefinitionError
        If none does; the message says how to name it.
    """
    named = pool.table("trial").select("trial_id", definition="event_free_survival").drop_nulls()
    if named.is_empty():
        choices = ", ".join(name for name in endpoint_definitions() if name.startswith("EFS"))
        raise DefinitionError(
            "no trial of the pool names its own event-free survival.\n"
            f"  Add `event_free_survival = ...` under [trial] of its mapping, one of: {choices}."
        )
    return named


def _take_side(pool: Pool, name: str) -> pl.DataFrame:
    outcomes = pool.table("endpoint")
    if name == OWN:
        chosen = outcomes.join(
            own_definitions(pool),
            left_on=["trial_id", "endpoint"],
            right_on=["trial_id", "definition"],
            how="semi",
        )
    else:
        known = dict.fromkeys([*endpoint_definitions(), *outcomes["endpoint"].unique().sort()])
        (short,) = name_endpoints(name, list(known))
        chosen = outcomes.filter(pl.col("endpoint") == short)
    return chosen.select(
        "patient_id", "trial_id", pl.col("endpoint").alias("definition"), *_COMPARED
    )


def _judge() -> pl.Expr:
    another_day = (pl.col("exit_day_a") != pl.col("exit_day_b")) | (
        pl.col("origin_day_a") != pl.col("origin_day_b")
    )
    return (
        pl.when(pl.col("definition_b").is_null())
        .then(pl.lit("only_a"))
        .when(pl.col("definition_a").is_null())
        .then(pl.lit("only_b"))
        .when(pl.col("cause_a") != pl.col("cause_b"))
        .then(pl.lit("status"))
        .when(another_day)
        .then(pl.lit("day"))
        .otherwise(pl.lit("same"))
    )


def _trials_of_both(pool: Pool, a: str, b: str) -> list[str]:
    if OWN not in (a, b):
        return list(pool.trials)
    named = set(own_definitions(pool)["trial_id"])
    return [trial for trial in pool.trials if trial in named]


def _count(pool: Pool, together: pl.DataFrame, trials: list[str], a: str, b: str) -> pl.DataFrame:
    own = dict(own_definitions(pool).iter_rows()) if OWN in (a, b) else {}
    both = pl.col("difference").is_in(["same", "status", "day"])
    counted = together.group_by("trial_id").agg(
        n_both=both.sum(),
        n_only_a=(pl.col("difference") == "only_a").sum(),
        n_only_b=(pl.col("difference") == "only_b").sum(),
        events_a=(both & (pl.col("cause_a") == 1)).sum(),
        events_b=(both & (pl.col("cause_b") == 1)).sum(),
        n_same=(pl.col("difference") == "same").sum(),
        n_status_differs=(pl.col("difference") == "status").sum(),
        n_day_differs=(pl.col("difference") == "day").sum(),
    )
    names = [(trial, *(own.get(trial, "") if x == OWN else x for x in (a, b))) for trial in trials]
    listed = pl.DataFrame(
        names,
        schema=dict.fromkeys(("trial_id", "definition_a", "definition_b"), pl.String),
        orient="row",
    )
    return listed.join(counted, on="trial_id", how="left", maintain_order="left").with_columns(
        pl.col("^(n|events)_.*$").fill_null(0)
    )


def _warn_of_trials(pool: Pool, trials: list[str]) -> list[str]:
    without = [trial for trial in pool.trials if trial not in trials]
    if not without:
        return []
    return [f"No event-free survival of their own is named: {', '.join(without)}."]
