"""Risk groups at a glance, what happens in each, what waiting adds, and who was treated how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.analyses.risk.result import RiskResult
from chorall.reports.figure import Figure
from chorall.reports.flow_figure import draw_flow
from chorall.reports.numbers import format_percent_interval
from chorall.reports.risk_table import format_small

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

NOTHING: Final = "Nothing could be estimated."
MOST_GROUPINGS: Final = 4
MOST_PANELS: Final = 2
MOST_FLOWS: Final = 3
MOST_LINES: Final = 24
LEAST_SHOWN: Final = 20


def draw_risk_figures(result: RiskResult) -> list[Figure]:
    """Return the figures of a result: groups, causes, flows, decisions, treatment."""
    shown = result.groupings[:MOST_GROUPINGS]
    decided = result.decision["grouping"].unique(maintain_order=True).to_list()
    mapped = [name for name in shown if map_rows(result, name).height]
    return [
        draw_risk_groups(result, shown),
        *(draw_risk_causes(result, name) for name in shown[:MOST_PANELS]),
        *(draw_flow(result, *pair) for pair in _list_pairs(result, shown)[:MOST_FLOWS]),
        *(draw_risk_decision(result, name) for name in decided[:MOST_PANELS]),
        *(draw_risk_intensity(result, name) for name in mapped[:MOST_PANELS]),
    ]


def draw_risk_groups(result: RiskResult, names: tuple[str, ...]) -> Figure:
    """Return the risks of all groups of some groupings, on day 0 and at the landmark."""
    data = result.printed.filter(pl.col("grouping").is_in(list(names)))
    years, end = f"{result.horizon_years:g}", f"day {result.landmark_day:.0f}"
    title = f"{years}-year risk of {result.target} by risk group, known on day 0 and on {end}"
    note = (
        f"Cumulative incidence, all other first events compete. Known on {end}: of patients free "
        f"of every event then, counted from then. Not assessable: a test that would decide was "
        f"not done; nobody is low because of that. Limits: {100 * result.conf_level:g} %."
    )
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.risk_drawing import draw_groups

        return draw_groups(data, title, note, synthetic=synthetic)

    words = [
        f"{grouping} {group} ({view}): {format_percent_interval(*limits)}."
        for grouping, group, view, *limits in data.drop_nulls("risk")
        .select("grouping", "group", "view", "risk", "lower", "upper")
        .iter_rows()
    ]
    return Figure("risk-groups", title, f"{title}. {' '.join(words) or NOTHING}", data, draw)


def draw_risk_causes(result: RiskResult, name: str) -> Figure:
    """Return the first events of each group of one grouping, stacked by cause."""
    view = f"day {result.landmark_day:.0f}"
    data = result.curves.filter(grouping=name, view=view)
    title = f"What happens first, by risk group: {name}, known on {view}"
    note = f"Cumulative incidence of each cause, stacked, from {view} on; all trials together."
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.risk_causes_drawing import draw_causes

        return draw_causes(data, title, note, synthetic=synthetic)

    rows = result.rows.filter(
        pl.col("trial_id") == "all", pl.col("grouping") == name, pl.col("view") == view
    ).drop_nulls("risk")
    words = [
        f"{group}, {cause}: {format_percent_interval(*limits)}."
        for group, cause, *limits in rows.select(
            "group", "cause", "risk", "lower", "upper"
        ).iter_rows()
    ]
    return Figure(
        f"risk-causes-{name}", title, f"{title}. {' '.join(words) or NOTHING}", data, draw
    )


def draw_risk_decision(result: RiskResult, name: str) -> Figure:
    """Return the decision curves of one grouping, day 0 against the landmark."""
    data = result.decision.filter(grouping=name)
    waited = result.waiting.filter(grouping=name, trial_id="all")
    source = waited["risk_from"][0] if waited.height else ""
    title = f"Is waiting for MRD worth it? Net benefit of acting by {name}"
    note = (
        f"Both lines: the same patients, free of every event on day {result.landmark_day:.0f}. "
        f"Higher is better; acting in nobody is 0. Risks estimated in: {source}."
    )
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.risk_drawing import draw_decision

        return draw_decision(data, title, note, synthetic=synthetic)

    words = [
        f"At {100 * threshold:g} %: day 0 {format_small(day_0)}, with MRD {format_small(landmark)}."
        for threshold, day_0, landmark in waited.filter(measure="net_benefit")
        .select("threshold", "day_0", "landmark")
        .iter_rows()
    ]
    return Figure(
        f"risk-decision-{name}", title, f"{title}. {' '.join(words) or NOTHING}", data, draw
    )


def _list_pairs(result: RiskResult, shown: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the crossed classifiers among those shown, in their order."""
    crossed = result.agreement.filter(
        pl.col("view") == f"day {result.landmark_day:.0f}",
        pl.col("first").is_in(list(shown)),
        pl.col("second").is_in(list(shown)),
    )
    return list(dict.fromkeys(crossed.select("first", "second").iter_rows()))


def map_rows(result: RiskResult, name: str) -> pl.DataFrame:
    """Return the lines that the map of treatment of one grouping shows."""
    return result.intensity.filter(
        pl.col("grouping") == name, pl.col("era") == "all", pl.col("n_patients") >= LEAST_SHOWN
    ).head(MOST_LINES)


def draw_risk_intensity(result: RiskResult, name: str) -> Figure:
    """Return the map of over- and under-treatment of one grouping."""
    data = map_rows(result, name)
    title = f"Relapse and death of treatment, by risk group and arm: {name}"
    note = (
        "Lines of one trial compare treatments; trials and periods differ in much else. From "
        f"allocation on, at {result.horizon_years:g} years. Lines with fewer than {LEAST_SHOWN} "
        "patients are in the file only. Hypotheses, no advice."
    )
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.intensity_drawing import draw_intensity

        return draw_intensity(data, title, note, synthetic=synthetic)

    words = [
        f"{group}, {trial}, {level}: relapse {format_percent_interval(*limits)}."
        for group, trial, level, *limits in data.select(
            "group", "trial_id", "level", "relapse", "lower_relapse", "upper_relapse"
        ).iter_rows()
    ]
    return Figure(
        f"risk-treatment-{name}", title, f"{title}. {' '.join(words) or NOTHING}", data, draw
    )
