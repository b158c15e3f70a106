"""A built rule against its targets, and what MRD adds to it in trials that were not used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chorall.analyses.risk.rule_result import RiskRule
from chorall.reports.figure import Figure
from chorall.reports.numbers import format_percent_interval
from chorall.reports.risk_figure import NOTHING
from chorall.reports.risk_table import format_small

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

NOTE: Final = (
    "Dashed: the stated targets. Met and missed are said by the limits. Lines of training are "
    "optimistic; a rule is worth what it shows in trials that were not used. Not assessable: a "
    "test that would decide was not done. Research use only."
)


def draw_rule_figures(result: RiskRule) -> list[Figure]:
    """Return each rule against its targets, and the decision curve of the rule with MRD."""
    rules = result.rows["rule"].unique(maintain_order=True).to_list()
    figures = [draw_rule(result, name) for name in rules]
    return [*figures, *([draw_rule_decision(result)] if result.decision.height else [])]


def draw_rule(result: RiskRule, name: str) -> Figure:
    """Return predicted and observed risks of one rule."""
    data = result.rows.filter(rule=name)
    years = f"{result.horizon_years:g}"
    title = f"Does the rule meet its targets? {years}-year {result.target}, {name}"
    synthetic, targets = result.pool.synthetic, result.targets

    def draw() -> Drawing:
        from chorall.reports.rule_drawing import draw_rule_groups

        return draw_rule_groups(data, targets, title, NOTE, synthetic=synthetic)

    words = [
        f"{role}, {trial}, {group}: {format_percent_interval(*limits)}, target {verdict}."
        for role, trial, group, verdict, *limits in data.drop_nulls("observed")
        .select("role", "trial_id", "group", "verdict", "observed", "lower", "upper")
        .iter_rows()
    ]
    stem = f"risk-rule-{name.replace(' ', '-')}"
    return Figure(stem, title, f"{title}. {' '.join(words) or NOTHING}", data, draw)


def draw_rule_decision(result: RiskRule) -> Figure:
    """Return the decision curves of the rule with MRD and of one without."""
    data = result.decision
    title = "Is waiting for MRD worth it? Net benefit of the rule in test trials"
    note = (
        f"The same patients of {', '.join(result.test_trials)}, by a rule with MRD and by one "
        "built without; both in the training trials. Higher is better; acting in nobody is 0."
    )
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.risk_drawing import draw_decision

        return draw_decision(data, title, note, synthetic=synthetic)

    words = [
        f"At {100 * threshold:g} %: without MRD {format_small(day_0)}, "
        f"with MRD {format_small(landmark)}."
        for threshold, day_0, landmark in result.waiting.filter(
            measure="net_benefit", trial_id="all"
        )
        .select("threshold", "day_0", "landmark")
        .iter_rows()
    ]
    return Figure("risk-rule-decision", title, f"{title}. {' '.join(words) or NOTHING}", data, draw)
