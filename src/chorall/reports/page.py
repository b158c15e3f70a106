"""The report: one self-contained HTML page made from three results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from markupsafe import Markup

from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.marker_sheet_result import MarkerSheet
from chorall.analyses.overview_result import OverviewResult
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.knowledge.endpoint_definitions import EndpointDefinition, endpoint_definitions
from chorall.knowledge.grading_rules import grading
from chorall.reports.figure import Figure
from chorall.reports.figure_sets import (
    draw_age_figures,
    draw_attrition_figures,
    draw_coverage_figures,
    draw_curve_figures,
    draw_forest_figures,
    draw_frequency_figures,
    draw_trial_figures,
)
from chorall.reports.incidence_table import (
    ADULTS_COLUMNS,
    AGE_TREND_COLUMNS,
    GROUPED_INCIDENCE_COLUMNS,
)
from chorall.reports.marker_sheet_figure import draw_marker_sheet
from chorall.reports.overview_table import (
    OVERVIEW_COLUMNS,
    QUALITY_COLUMNS,
    count_checks,
    select_failed_checks,
)
from chorall.reports.page_templates import render_template
from chorall.reports.prognosis_table import PROGNOSIS_COLUMNS
from chorall.reports.provenance import COMMANDS, DELIVERY_COLUMNS, list_deliveries, list_versions
from chorall.reports.selection import select_age_bands
from chorall.reports.sentences import write_summary
from chorall.reports.table import TableColumn, render_html_table
from chorall.reports.wording import (
    RESEARCH_USE,
    SYNTHETIC_BANNER,
    begin_sentence,
    name_endpoint,
    name_terms,
)

DEFAULT_TITLE: Final = "Acute lymphoblastic leukaemia: pooled trials"


@dataclass(frozen=True, slots=True)
class PlacedFigure:
    """A figure with its number in the page.

    Attributes
    ----------
    number : int
        Counted through the page.
    identifier : str
        Anchor.
    title : str
        What it shows.
    svg : Markup
        The drawing.
    """

    number: int
    identifier: str
    title: str
    svg: Markup


def render_report(
    overview: OverviewResult,
    incidence: IncidenceResult,
    prognosis: PrognosisResult,
    *,
    title: str = DEFAULT_TITLE,
    manifest: Mapping[str, Any] | None = None,
    commands: Mapping[str, str] = COMMANDS,
    sheets: Sequence[MarkerSheet] = (),
    sheet_rule: str = "",
) -> str:
    """Return the whole page: no script, nothing loaded from elsewhere.

    Parameters
    ----------
    overview, incidence, prognosis : results
        Of one pool.
    title : str
        Heading of the page.
    manifest : mapping, optional
        The pool's manifest: adds the files delivered and the versions.
    commands : mapping of str to str
        What, and the command line that makes it again.
    sheets : sequence of MarkerSheet
        One page each, after the prognosis of all.
    sheet_rule : str
        Why these markers.
    """
    numbers = iter(range(1, 1000))
    return render_template(
        "report.html.j2",
        title=title,
        synthetic=overview.pool.synthetic,
        banner=SYNTHETIC_BANNER,
        research_use=RESEARCH_USE,
        pool=overview.pool,
        summary=write_summary(overview, incidence, prognosis),
        attrition_figures=_place(draw_attrition_figures(overview), numbers),
        coverage_figures=_place(draw_coverage_figures(overview), numbers),
        frequency_figures=_place(draw_frequency_figures(incidence), numbers),
        age_figures=_place(draw_age_figures(incidence), numbers),
        forest_figures=_place(draw_forest_figures(prognosis), numbers),
        trial_figures=_place(draw_trial_figures(prognosis), numbers),
        grades=grading().grades,
        methods_text=prognosis.methods_text,
        curve_figures=_place(draw_curve_figures(prognosis), numbers),
        sheet_figures=_place([draw_marker_sheet(sheet) for sheet in sheets], numbers),
        sheet_rule=sheet_rule,
        checks=count_checks(overview.quality),
        tables=_render_tables(overview, incidence, prognosis, manifest or {}),
        methods=_describe_methods(incidence, prognosis),
        warnings=_gather_warnings(overview, incidence, prognosis),
        versions=list_versions(manifest or {}),
        commands=commands,
    )


def _place(figures: list[Figure], numbers: Iterator[int]) -> list[PlacedFigure]:
    return [
        PlacedFigure(
            next(numbers),
            f"figure-{figure.identifier}",
            figure.title,
            # The SVG is our own: every text in it was escaped when the element was written.
            Markup(figure.svg()),
        )
        for figure in figures
    ]


def _render_tables(
    overview: OverviewResult,
    incidence: IncidenceResult,
    prognosis: PrognosisResult,
    manifest: Mapping[str, Any],
) -> dict[str, Any]:
    frequency_caption = f"Frequency at {incidence.phase.replace('_', ' ')}, all and by age"
    return {
        "trials": _render(overview.rows, OVERVIEW_COLUMNS, "The trials in the pool"),
        "quality": _render(
            select_failed_checks(overview.quality), QUALITY_COLUMNS, "Quality checks that failed"
        ),
        "frequency": _render(
            select_age_bands(incidence), GROUPED_INCIDENCE_COLUMNS, frequency_caption
        ),
        "age_trend": _render(
            incidence.age_trend, AGE_TREND_COLUMNS, "Trend of the frequency with age, within trials"
        ),
        "adults": _render(
            incidence.adults, ADULTS_COLUMNS, "Adults against the younger, within trials"
        ),
        "prognosis": [_render_prognosis(prognosis, endpoint) for endpoint in prognosis.endpoints],
        "deliveries": _render(
            list_deliveries(manifest), DELIVERY_COLUMNS, "Files delivered, with their hashes"
        ),
    }


def _render_prognosis(prognosis: PrognosisResult, endpoint: str) -> Markup:
    label = begin_sentence(name_endpoint(prognosis, endpoint))
    rows = prognosis.summary.filter(pl.col("endpoint") == endpoint)
    omitted = {("endpoint",)} if any(rows["note"]) else {("endpoint",), ("note",)}
    columns = [column for column in PROGNOSIS_COLUMNS if column.names not in omitted]
    return _render(rows, columns, f"{label}: all markers, at {prognosis.horizon_years:g} years")


def _render(
    frame: pl.DataFrame,
    columns: tuple[TableColumn, ...] | list[TableColumn],
    caption: str,
) -> Markup:
    table = render_html_table(frame, columns, caption=caption, row_class=_class_row)
    return Markup(table)


def _class_row(row: dict[str, Any]) -> str:
    return {"overall": "all", "age_band": "part"}.get(str(row.get("by")), "")


def _describe_methods(incidence: IncidenceResult, prognosis: PrognosisResult) -> dict[str, Any]:
    definitions = endpoint_definitions()
    return {
        "limits": incidence.method.title(),
        "conf_level": f"{prognosis.conf_level * 100:g} %",
        "horizon": f"{prognosis.horizon_years:g}",
        "terms": name_terms(prognosis.adjusted_for),
        "endpoints": {
            begin_sentence(name_endpoint(prognosis, name)): _describe_endpoint(definitions[name])
            for name in prognosis.endpoints
            if name in definitions
        },
    }


def _describe_endpoint(definition: EndpointDefinition) -> str:
    doubt = " (definition unverified)" if definition.source.confidence == "unverified" else ""
    return definition.label + doubt


def _gather_warnings(*results: OverviewResult | IncidenceResult | PrognosisResult) -> list[str]:
    return list(dict.fromkeys(line for result in results for line in result.warnings))
