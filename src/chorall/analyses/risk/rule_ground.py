"""What the rules of one call stand on, and how they are judged: training, left out, test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.risk import decisions, rule_judge, waiting
from chorall.analyses.risk.causes import target_cause
from chorall.analyses.risk.members import Members
from chorall.analyses.risk.moments import View
from chorall.analyses.risk.performance import LEAST_EVENTS as LEAST_JUDGED
from chorall.analyses.risk.rule_build import BuiltRule, build_rule
from chorall.analyses.risk.rule_costs import Test
from chorall.analyses.risk.rule_design import RuleDesign, read_design
from chorall.analyses.risk.rule_fit import Training
from chorall.errors import DataError
from chorall.knowledge.item_moments import DIAGNOSIS, find_moment
from chorall.markers.classifiers.columns import Column

ALL_TESTS: Final = "all tests"


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What every rule of one call stands on."""

    view: View
    columns: Mapping[str, Column]
    ids: pl.Series
    row: NDArray[np.int64]
    is_training: NDArray[np.bool_]
    train: tuple[str, ...]
    test: tuple[str, ...]
    target: str
    days: float
    conf_level: float
    seed: int

    def train_on(self, items: Sequence[str]) -> Training:
        """Return the training patients with these items; nothing of the test trials."""
        cohort = self.view.cohort
        design = read_design(self.columns, items, len(self.ids))
        own = RuleDesign(design.items, design.values[self.row])
        cause = target_cause(cohort, self.target)
        everybody = Training(own, cohort.time, cause, cohort.entry_time, cohort.trial)
        return everybody.take(self.is_training)


def judge_rules(
    ground: Ground, rules: Sequence[BuiltRule], targets: Sequence[float]
) -> dict[str, list[dict[str, Any]]]:
    """Return `rows` and `performance` of every rule, by role."""
    tables: dict[str, list[dict[str, Any]]] = {"rows": [], "performance": []}
    for rule in rules:
        members = _place(ground, rule)
        left_out = np.full(members.n, np.nan)
        left_out[ground.is_training] = rule.law.predict(rule.left_out)
        roles = (ground.train, ground.test, ground.days, ground.conf_level)
        tables["rows"] += rule_judge.describe_rule(members, targets, *roles)
        tables["performance"] += rule_judge.measure_rule(members, left_out, *roles)
    return tables


def _place(ground: Ground, rule: BuiltRule) -> Members:
    design = read_design(ground.columns, rule.index.items, len(ground.ids))
    return rule_judge.place_by_rule(
        rule, ground.view, ground.columns, design, ground.ids, ground.target
    )


def compare_without_mrd(
    ground: Ground,
    rule: BuiltRule,
    training: Training,
    targets: Sequence[float],
    n_resamples: int,
) -> dict[str, list[dict[str, Any]]]:
    """Judge the rule against one without what only induction shows, in the test trials."""
    early = [name for name in rule.index.items if find_moment([name]) == DIAGNOSIS]
    empty: dict[str, list[dict[str, Any]]] = {"waiting": [], "reclassification": [], "decision": []}
    if not early or len(early) == len(rule.index.items):
        return empty
    try:
        other = build_rule(
            ALL_TESTS, training.keep(early), targets, ground.days, (), "without MRD", ground.seed
        )
    except DataError:
        return empty
    with_mrd, without = _place(ground, rule), _place(ground, other)
    names = np.array(with_mrd.trial_ids)[with_mrd.trial]
    late = [name for name in rule.index.items if name not in early]
    values = read_design(ground.columns, late, len(ground.ids)).values
    tested = np.logical_and.reduce([np.isfinite(column) for column in values.T])
    rows = np.isin(names, list(ground.test)) & tested[ground.row]
    risks = with_mrd.placement.risk, without.placement.risk
    if risks[0] is None or risks[1] is None:
        return empty
    rows &= np.isfinite(risks[0])
    same = set(ground.train) & set(ground.test)
    is_own = np.isin(names[rows], sorted(same))
    pair = waiting.Pair(with_mrd.take(rows), risks[1][rows], risks[0][rows], is_own)
    if pair.n_events < LEAST_JUDGED:
        return empty
    settings = {"conf_level": ground.conf_level, "n_resamples": n_resamples, "seed": ground.seed}
    return {
        "waiting": waiting.describe_waiting(pair, ground.days, **settings),  # type: ignore[arg-type]
        "reclassification": decisions.tabulate_moves(pair, ground.days, targets, ground.conf_level),
        "decision": decisions.draw_decision_curves(pair, ground.days),
    }


def find_optimism(lines: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return the apparent less the left-out figure of every measure in training."""
    frame = make_frame(list(lines), rule_judge.MEASURES)
    keys = ["rule", "measure"]
    parts = [
        frame.filter(role=role).select(*keys, pl.col("estimate").alias(name))
        for role, name in ((rule_judge.APPARENT, "apparent"), (rule_judge.LEFT_OUT, "left_out"))
    ]
    return (
        parts[0]
        .join(parts[1], on=keys, how="left", maintain_order="left")
        .with_columns(optimism=pl.col("apparent") - pl.col("left_out"))
    )


def list_weights(rules: Sequence[BuiltRule], tests: Sequence[Test]) -> pl.DataFrame:
    """Return a line per rule and item: weight, mean, test and cost."""
    of = {item: one for one in tests for item in one.items}
    lines = [
        {
            "rule": rule.name, "item": item, "test": of[item].name, "cost": of[item].cost,
            "weight": float(rule.index.weight[place]), "mean": float(rule.index.mean[place]),
            "log_hazard_ratio_shrunken": float(rule.index.weight[place] * rule.law.shrinkage),
        }
        for rule in rules
        for place, item in enumerate(rule.index.items)
    ]  # fmt: skip
    return pl.DataFrame(lines)


def make_frame(lines: list[dict[str, Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return lines as a frame; a number that is not known is null."""
    return pl.DataFrame(lines, schema=dict(schema)).with_columns(pl.col(pl.Float64).fill_nan(None))
