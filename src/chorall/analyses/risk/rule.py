"""Build a risk rule: cut-points from training trials, validation in trials that were not used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.arguments import check_conf_level, check_trials, check_years
from chorall.analyses.classify_items import read_items
from chorall.analyses.endpoint_choice import warn_of_unverified
from chorall.analyses.result import label_pool
from chorall.analyses.risk import decisions, rule_judge, rule_tests, waiting
from chorall.analyses.risk.causes import RELAPSE, choose_target, read_first_events, target_cause
from chorall.analyses.risk.groupings import NOT_ASSESSABLE_WORDS
from chorall.analyses.risk.members import find_rows
from chorall.analyses.risk.moments import choose_landmark, known_by, make_views
from chorall.analyses.risk.rule_build import build_rule, write_rule
from chorall.analyses.risk.rule_costs import read_tests
from chorall.analyses.risk.rule_design import check_items, choose_items
from chorall.analyses.risk.rule_fit import LEAST_EVENTS
from chorall.analyses.risk.rule_ground import (
    ALL_TESTS,
    Ground,
    compare_without_mrd,
    find_optimism,
    judge_rules,
    list_weights,
    make_frame,
)
from chorall.analyses.risk.rule_population import find_population, read_population
from chorall.analyses.risk.rule_result import RiskRule
from chorall.errors import DataError, InputError
from chorall.knowledge.item_moments import DIAGNOSIS, END_OF_INDUCTION
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats.task_runner import Progress
from chorall.tables.store import Pool

TARGETS: Final = (0.05, 0.3)
MOMENTS: Final = (DIAGNOSIS, END_OF_INDUCTION)
FEWEST: Final = "fewest tests"
MOST_UNTESTED: Final = 0.8
"""A test trial with more patients who are not assessable is warned of."""


def build_risk_rule(
    pool: Pool,
    *,
    items: Sequence[str] | None = None,
    targets: Sequence[float] = TARGETS,
    moment: str = END_OF_INDUCTION,
    train_trials: Sequence[str] | None = None,
    test_trials: Sequence[str] | None = None,
    population: str = "",
    costs: str | Path | None = None,
    target: str = RELAPSE,
    endpoint: str = "EFS",
    horizon_years: float = 5.0,
    landmark_day: float | None = None,
    conf_level: float = 0.95,
    n_resamples: int = 200,
    seed: int = 1,
    progress: Progress | None = None,
) -> RiskRule:
    """Build risk groups by stated targets and validate them in trials that were not used.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    items : sequence of str, optional
        Numbers, markers and `mrd_end_of_induction`; without it age, white cells, MRD and every
        marker that half of the training patients are tested for and 20 have.
    targets : sequence of float
        Risks at which a higher group begins: (0.05, 0.30) asks for groups below 5 % and from 30 %.
    moment : {"end_of_induction", "diagnosis"}
        When the rule is asked.
    train_trials, test_trials : sequence of str, optional
        Without them the trial that began last is the test, all others train. Only one given: the
        others are the other.
    population : str
        For whom, in the language of the classifiers, e.g. `lineage is B and age_years < 18`.
    costs : path, optional
        TOML with the costs of tests (docs/risk.md); without it each test costs 1.
    target, endpoint, horizon_years, landmark_day, conf_level, n_resamples, seed
        As in `risk`.
    progress : callable, optional
        Called with sets of tests judged, and the most that there can be.

    Returns
    -------
    RiskRule
        With the rule as a definition that `risk` and `classify` take. Weights, risk law,
        cut-points and the choice of tests see the training trials alone.

    Raises
    ------
    InputError
        If a name does not exist, an item is known too late, or a number is out of range.
    DefinitionError
        If the file of costs is not sound.
    DataError
        If the training trials have fewer than 30 events, or the items order nobody.

    See Also
    --------
    risk : Groups by rules that exist.
    chorall.stats.fit_random_effects_cox, chorall.stats.fit_fine_gray : Weights and risk.

    References
    ----------
    Steyerberg EW, Harrell FE (2016). doi:10.1016/j.jclinepi.2015.04.005 (internal-external)
    """
    _check(targets, moment, horizon_years, conf_level, n_resamples)
    wanted = choose_target(target)
    train, test = split_trials(pool, train_trials, test_trials)
    needs = read_population(population)
    cohort, missing = read_first_events(pool, endpoint, list(dict.fromkeys((*train, *test))))
    landmark = choose_landmark(pool, landmark_day)
    views = make_views(cohort, landmark.day)
    view = views[2] if moment == END_OF_INDUCTION else views[0]
    columns = read_items(known_by(pool, view.moment))
    ids = pool.table("patient")["patient_id"]
    row = find_rows(ids, view.cohort.patient_ids)
    inside = find_population(needs, columns, len(ids))[row]
    names = np.array(view.cohort.trial_ids)[view.cohort.trial]
    ground = Ground(
        view, columns, ids, row, inside & np.isin(names, list(train)), train, test, wanted,
        horizon_years * DAYS_PER_YEAR, conf_level, seed,
    )  # fmt: skip
    in_training = np.zeros(len(ids), bool)
    in_training[row[ground.is_training]] = True
    used = choose_items(columns, moment, in_training) if items is None else ()
    used = used or check_items(items or (), moment)
    _check_training(ground, used)
    training = ground.train_on(used)
    about = f"built from {', '.join(train)} (pool {pool.hash[:12]})"
    tests = read_tests(used, costs)
    best, tried = rule_tests.find_fewest(training, tests, targets, ground.days, seed, progress)
    rules = [build_rule(ALL_TESTS, training, targets, ground.days, needs, about, seed)]
    if best is not None and set(best.items) != set(used):
        kept = training.keep(best.items)
        rules.append(build_rule(FEWEST, kept, targets, ground.days, needs, about, seed))
    tables = judge_rules(ground, rules, targets)
    tables |= compare_without_mrd(ground, rules[0], training, targets, n_resamples)
    return RiskRule(
        analysis="risk-rule",
        pool=label_pool(pool),
        rows=make_frame(tables["rows"], rule_judge.ROWS),
        warnings=(
            *_warn_of_optimism(train, test), *missing,
            *(landmark.warnings if moment == END_OF_INDUCTION else ()),
            *_warn_of_tests(best, tried, len(used)), *_warn_of_untested(tables["rows"]),
            *warn_of_unverified([cohort.endpoint]),
            *ALWAYS,
        ),
        performance=make_frame(tables["performance"], rule_judge.MEASURES),
        optimism=find_optimism(tables["performance"]),
        weights=list_weights(rules, tests),
        tests=make_frame(tried, rule_tests.TESTS),
        waiting=make_frame(tables["waiting"], waiting.WAITING),
        reclassification=make_frame(tables["reclassification"], decisions.RECLASSIFICATION),
        decision=make_frame(tables["decision"], decisions.DECISION),
        definitions={rule.name: write_rule(rule) for rule in rules},
        cut_points={
            rule.name: rule.definition.score.cut_points if rule.definition.score else ()
            for rule in rules
        },
        shrinkage={rule.name: rule.law.slope for rule in rules},
        targets=tuple(targets),
        train_trials=train,
        test_trials=test,
        target=wanted,
        moment=moment,
        horizon_years=float(horizon_years),
        conf_level=conf_level,
    )  # fmt: skip


ALWAYS: Final = (
    "Cut-points, weights and the choice of tests come from the training trials alone; targets are "
    "judged by limits in trials that were not used.",
    "Research use only: a rule becomes a risk group by a trial, not by this table.",
)


def split_trials(
    pool: Pool, train: Sequence[str] | None, test: Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return training and test trials; the trial that began last is the test where none is named.

    Raises
    ------
    InputError
        If a trial is not known or nothing is left to train on.
    """
    if test is None:
        begins = pool.table("trial").select("trial_id", "accrual_from_year")
        free = begins.filter(~pl.col("trial_id").is_in(list(train or ())))
        last = free.sort("accrual_from_year", nulls_last=False, maintain_order=True)
        tested = tuple(last["trial_id"][-1:]) if train is None else tuple(free["trial_id"])
    else:
        tested = check_trials(pool, test)
    others = [trial for trial in pool.trials if trial not in tested]
    trained = check_trials(pool, train) if train is not None else tuple(others)
    if not trained or not tested:
        raise InputError(
            "a rule needs training trials and test trials; the pool holds "
            f"{', '.join(pool.trials)}. Name them, e.g. train_trials=[...], test_trials=[...]; "
            "naming one trial as both is possible and is called optimistic."
        )
    return trained, tested


def _check(
    targets: Sequence[float], moment: str, horizon_years: float, conf_level: float, n_resamples: int
) -> None:
    check_years(horizon_years=horizon_years)
    check_conf_level(conf_level)
    if (
        not targets
        or not all(0 < one < 1 for one in targets)
        or list(targets) != sorted(set(targets))
    ):
        raise InputError(
            f"`targets` is {tuple(targets)!r}; expected risks, ascending, e.g. 0.05, 0.3."
        )
    if moment not in MOMENTS:
        raise InputError(f"`moment` is {moment!r}; expected one of: {', '.join(MOMENTS)}.")
    if n_resamples < 20:
        raise InputError(f"`n_resamples` is {n_resamples!r}; expected 20 or more.")


def _check_training(ground: Ground, items: Sequence[str]) -> None:
    cause = target_cause(ground.view.cohort, ground.target)[ground.is_training]
    n_events = int((cause == 1).sum())
    if n_events < LEAST_EVENTS or not items:
        raise DataError(
            f"no rule can be built: {n_events} patients with {ground.target} in the training "
            f"trials ({LEAST_EVENTS} are needed) and {len(items)} items that are tested often "
            "enough. Pool more trials, widen the population, or name items."
        )


def _warn_of_optimism(train: Sequence[str], test: Sequence[str]) -> list[str]:
    both = sorted(set(train) & set(test))
    if not both:
        return []
    return [
        f"OPTIMISM: {', '.join(both)} was used to build the rule and to judge it. What stands in "
        "these lines is too good; only trials that were not used say what the rule is worth."
    ]


def _warn_of_untested(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Say in which test trial hardly anybody can be judged, because tests were not done."""
    return [
        f"{line['trial_id']}: {100 * line['share']:.0f} % of the patients are not assessable by "
        f"the rule of {line['rule']}, for lack of its tests: this trial cannot say what the rule "
        "is worth. Name another with `test_trials` (--test), or build of items that it has."
        for line in rows
        if line["group"] == NOT_ASSESSABLE_WORDS
        and line["role"] != rule_judge.APPARENT
        and line["share"] > MOST_UNTESTED
    ]


def _warn_of_tests(
    best: rule_tests.Judged | None, tried: Sequence[dict[str, Any]], n_items: int
) -> list[str]:
    if best is None:
        return [
            "No set of tests, all of them included, meets the targets in training trials left "
            "out; so there is no rule of fewest tests."
        ]
    if len(best.items) == n_items:
        return ["No cheaper set of tests keeps the targets: all are needed."]
    return [
        f"The cheapest of {len(tried)} sets of tests that keeps the targets in training trials "
        "left out was chosen for that: its own figures there are optimistic. Read the test trials."
    ]
