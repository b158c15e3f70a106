"""Which children might be treated less in a trial: how sure, on which treatment, at what cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from chorall.analyses.arguments import check_conf_level, check_trials, check_years
from chorall.analyses.deescalation.candidates import (
    Candidate,
    exclude_trials,
    keep_found,
    list_published,
    read_candidates,
)
from chorall.analyses.deescalation.children import Children, read_children
from chorall.analyses.deescalation.frames import frame_all
from chorall.analyses.deescalation.group import Group, measure_group
from chorall.analyses.deescalation.notices import warn_of_all
from chorall.analyses.deescalation.predicted import predict_by_bank, predict_nested
from chorall.analyses.deescalation.reductions import read_reductions
from chorall.analyses.deescalation.result import DeescalationResult
from chorall.analyses.deescalation.selection import select_nested
from chorall.analyses.deescalation.verdicts import Gates
from chorall.analyses.endpoint_choice import choose_endpoints, warn_of_unverified
from chorall.analyses.result import label_pool
from chorall.errors import DataError, InputError, raise_gathered
from chorall.knowledge.deescalation_rules import deescalation_rules
from chorall.models.bank.bank import Bank
from chorall.stats.task_runner import Progress
from chorall.tables.store import Pool

NEEDED: Final = ("CIR", "EFS")
ENDPOINTS: Final = (*NEEDED, "OS_RELAPSE")


def deescalation(
    pool: Pool,
    *,
    classifiers: Sequence[str] | None = None,
    group_files: Iterable[str | Path] = (),
    rules: Sequence[str] = (),
    predicted: bool = False,
    bank: Bank | None = None,
    predicted_below: float | None = None,
    chosen_on: Sequence[str] = (),
    trials: Sequence[str] | None = None,
    horizon_years: float | None = None,
    relapse_bound: float | None = None,
    event_free_bound: float | None = None,
    margin: float | None = None,
    below_years: float | None = None,
    conf_level: float | None = None,
    include_unverified: bool = True,
    items: pl.DataFrame | None = None,
    progress: Progress | None = None,
) -> DeescalationResult:
    """Judge groups of children as candidates for a randomised trial of less treatment.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    classifiers : sequence of str, optional
        `ID` (its group with the best outlook) or `ID:GROUP`. Every shipped classifier with enough
        children in its best group where nothing is asked for at all.
    group_files : iterable of path
        Definitions of your own (docs/deescalation.md).
    rules : sequence of str
        Conditions in the language of the classifiers.
    predicted : bool
        True adds those with a low predicted risk: each trial by a bank and a cut-point of all
        other trials.
    bank : Bank, optional
        Adds those to whom this bank foretells relapse of at most `predicted_below`.
    predicted_below : float, optional
        A fixed cut-point; the relapse bound for `bank`, estimated for `predicted` where not given.
    chosen_on : sequence of str
        Trials on whose outcomes the groups were chosen: no headline comes from them.
    trials : sequence of str, optional
        Only these trials.
    horizon_years, relapse_bound, event_free_bound, margin, conf_level : float, optional
        Gates; what is not given stands in knowledge/deescalation.toml. `conf_level` is two-sided.
    below_years : float, optional
        Children are younger than this.
    include_unverified : bool
        False refuses classifiers of which a part is from memory.
    items : DataFrame, optional
        As in `classify`.
    progress : callable, optional
        Called with groups done and their total.

    Returns
    -------
    DeescalationResult
        One word per group, by rules, from trials on which the group was not chosen.

    Raises
    ------
    InputError
        If a number, trial or file cannot be used.
    DefinitionError
        If a classifier or rule is not known, or a rule looks at the outcome.
    DataError
        If there is no child, no relapse-free or event-free survival, or nobody in any group.

    See Also
    --------
    chorall.analyses.plan_study : The trial that would answer.
    chorall.analyses.treatment : What randomised strategies do with and without a marker.
    """
    gates = _choose_gates(horizon_years, relapse_bound, event_free_bound, margin, conf_level)
    trial_ids = check_trials(pool, trials)
    available, missing = choose_endpoints(pool, ENDPOINTS, trial_ids)
    _check_endpoints(available, missing)
    limit = deescalation_rules().population.child_below_years
    children = read_children(pool, trial_ids, limit if below_years is None else below_years)
    candidates = _gather(
        pool, children, classifiers, group_files, rules, chosen_on, include_unverified, items,
        default=not predicted and bank is None,
    )  # fmt: skip
    chosen: dict[str, dict[str, str]] = {}
    if bank is not None:
        cut = gates.relapse_bound if predicted_below is None else predicted_below
        own = predict_by_bank(
            pool, children, bank, horizon_years=gates.horizon_years, predicted_below=cut
        )
        candidates.append(exclude_trials(own.candidate, chosen_on))
    _add_nested(pool, children, candidates, chosen, gates, predicted, predicted_below)
    reductions, _ = read_reductions(pool, children.trial_ids)
    groups: list[Group] = []
    for candidate in candidates:
        groups.append(measure_group(pool, children, candidate, reductions, gates))
        if progress is not None:
            progress(len(groups), len(candidates))
    frames = frame_all(children, groups, chosen, gates)
    return DeescalationResult(
        analysis="deescalation",
        pool=label_pool(pool),
        warnings=(
            *missing,
            *warn_of_all(pool, children, groups, reductions),
            *warn_of_unverified(available),
        ),
        horizon_years=gates.horizon_years,
        relapse_bound=gates.relapse_bound,
        event_free_bound=gates.event_free_bound,
        margin=gates.margin,
        conf_level=gates.conf_level,
        **frames,
    )


def _choose_gates(
    horizon_years: float | None,
    relapse_bound: float | None,
    event_free_bound: float | None,
    margin: float | None,
    conf_level: float | None,
) -> Gates:
    rules = deescalation_rules()
    gates = Gates(
        rules.gates.horizon_years if horizon_years is None else float(horizon_years),
        rules.gates.relapse_bound if relapse_bound is None else float(relapse_bound),
        rules.gates.event_free_bound if event_free_bound is None else float(event_free_bound),
        rules.reduction.margin if margin is None else float(margin),
        rules.gates.conf_level if conf_level is None else float(conf_level),
    )
    check_years(horizon_years=gates.horizon_years)
    check_conf_level(gates.conf_level)
    problems = [
        f"`{name}` is {getattr(gates, name)!r}; expected a fraction between 0 and 1, such as 0.05"
        for name in ("relapse_bound", "event_free_bound", "margin")
        if not 0 < getattr(gates, name) < 1
    ]
    raise_gathered(InputError, "the gates cannot be used", problems, "Correct these.")
    return gates


def _check_endpoints(available: Sequence[str], missing: Sequence[str]) -> None:
    lacking = [name for name in NEEDED if name not in available]
    if lacking:
        raise_gathered(
            DataError,
            "groups cannot be judged without relapse and event-free survival",
            [line for line in missing if line.startswith(tuple(lacking))] or lacking,
            "`chorall endpoints POOL` lists who has which.",
        )


def _gather(
    pool: Pool,
    children: Children,
    classifiers: Sequence[str] | None,
    group_files: Iterable[str | Path],
    rules: Sequence[str],
    chosen_on: Sequence[str],
    include_unverified: bool,
    items: pl.DataFrame | None,
    *,
    default: bool,
) -> list[Candidate]:
    files = list(group_files)
    asks_nothing = default and not classifiers and not files and not rules
    found = read_candidates(
        pool,
        children,
        classifiers=list_published(include_unverified) if asks_nothing else classifiers,
        group_files=files,
        rules=rules,
        chosen_on=chosen_on,
        include_unverified=include_unverified,
        items=items,
    )
    if not asks_nothing:
        return found
    kept = keep_found(children, found, deescalation_rules().gates.fewest_patients)
    if not kept:
        raise DataError(
            "no shipped classifier knows of enough children in its best group.\n  Name one, or "
            "give a rule: --where, --group-file, --predicted (docs/deescalation.md)."
        )
    return kept


def _add_nested(
    pool: Pool,
    children: Children,
    candidates: list[Candidate],
    chosen: dict[str, dict[str, str]],
    gates: Gates,
    predicted: bool,
    predicted_below: float | None,
) -> None:
    """Add the groups that these data choose, and what was chosen without each trial."""
    limits: dict[str, Any] = {
        "horizon_years": gates.horizon_years,
        "relapse_bound": gates.relapse_bound,
        "conf_level": gates.conf_level,
    }
    fixed = [one for one in candidates if not one.chosen_on]
    selected = select_nested(children, fixed, **limits)
    if predicted:
        own = predict_nested(pool, children, predicted_below=predicted_below, **limits)
        candidates.append(own.candidate)
        chosen[own.candidate.id] = own.cuts
    if selected is not None:
        candidates.append(selected.candidate)
        chosen[selected.candidate.id] = selected.names
