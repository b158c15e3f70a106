"""The report: one self-contained HTML page made from three results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl
from markupsafe import Markup

from chorall.analyses.deescalation.result import DeescalationResult
from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.marker_sheet_result import MarkerSheet
from chorall.analyses.overview_result import OverviewResult
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.analyses.result import AnalysisResult
from chorall.analyses.risk.result import RiskResult
from chorall.knowledge.endpoint_definitions import EndpointDefinition, endpoint_definitions
from chorall.knowledge.grading_rules import grading
from chorall.reports.checklist_table import render_checklists
from chorall.reports.deescalation_section import write_deescalation_part
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
from chorall.reports.page_parts import number_sections, place_figures, render_table
from chorall.reports.page_templates import render_template
from chorall.reports.prognosis_table import PROGNOSIS_COLUMNS
from chorall.reports.provenance import COMMANDS, DELIVERY_COLUMNS, list_deliveries, list_versions
from chorall.reports.risk_section import write_risk_part
from chorall.reports.selection import select_age_bands
from chorall.reports.sentences import write_summary
from chorall.reports.wording import (
    RESEARCH_USE,
    SYNTHETIC_BANNER,
    begin_sentence,
    name_endpoint,
    name_terms,
)

DEFAULT_TITLE: Final = "Acute lymphoblastic leukaemia: pooled trials"
SECTIONS: Final = {
    "trials": "The trials",
    "testing": "Who was tested",
    "frequency": "How frequent the markers are",
    "prognosis": "Prognosis",
    "sheets": "Marker sheets",
    "risk": "Risk groups: treated too much or too little",
    "deescalation": "Less treatment: whom a trial could ask",
    "methods": "Methods and limits",
    "checklists": "Checklists for a paper",
    "provenance": "Provenance",
}
"""Anchor to title, in order."""


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
    risk: RiskResult | str = "",
    deescalation: DeescalationResult | str = "",
    tripod: pl.DataFrame | None = None,
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
    risk, deescalation : result or str
        Risk groups, and groups of children for a trial of less treatment; or why there are none,
        which the section then says. Empty: no section.
    tripod : DataFrame, optional
        The TRIPOD+AI checklist: item, topic, known, to_fill.
    """
    numbers = iter(range(1, 1000))
    checklists = render_checklists({"REMARK": prognosis.remark, "TRIPOD+AI": tripod})
    there = {
        "sheets": bool(sheets), "risk": bool(risk), "deescalation": bool(deescalation),
        "checklists": bool(checklists),
    }  # fmt: skip
    return render_template(
        "report.html.j2",
        title=title,
        synthetic=overview.pool.synthetic,
        banner=SYNTHETIC_BANNER,
        research_use=RESEARCH_USE,
        pool=overview.pool,
        summary=write_summary(overview, incidence, prognosis),
        attrition_figures=place_figures(draw_attrition_figures(overview), numbers),
        coverage_figures=place_figures(draw_coverage_figures(overview), numbers),
        frequency_figures=place_figures(draw_frequency_figures(incidence), numbers),
        age_figures=place_figures(draw_age_figures(incidence), numbers),
        forest_figures=place_figures(draw_forest_figures(prognosis), numbers),
        trial_figures=place_figures(draw_trial_figures(prognosis), numbers),
        grades=grading().grades,
        methods_text=prognosis.methods_text,
        curve_figures=place_figures(draw_curve_figures(prognosis), numbers),
        sheet_figures=place_figures([draw_marker_sheet(sheet) for sheet in sheets], numbers),
        sheet_rule=sheet_rule,
        risk=risk if isinstance(risk, str) else write_risk_part(risk, numbers),
        deescalation=deescalation
        if isinstance(deescalation, str)
        else write_deescalation_part(deescalation, numbers),
        checklists=checklists,
        sections=number_sections(
            {name: title for name, title in SECTIONS.items() if there.get(name, True)}
        ),
        checks=count_checks(overview.quality),
        tables=_render_tables(overview, incidence, prognosis, manifest or {}),
        methods=_describe_methods(incidence, prognosis),
        warnings=_gather_warnings(overview, incidence, prognosis, risk, deescalation),
        versions=list_versions(manifest or {}),
        commands=commands,
    )


def _render_tables(
    overview: OverviewResult,
    incidence: IncidenceResult,
    prognosis: PrognosisResult,
    manifest: Mapping[str, Any],
) -> dict[str, Any]:
    frequency_caption = f"Frequency at {incidence.phase.replace('_', ' ')}, all and by age"
    return {
        "trials": render_table(overview.rows, OVERVIEW_COLUMNS, "The trials in the pool"),
        "quality": render_table(
            select_failed_checks(overview.quality), QUALITY_COLUMNS, "Quality checks that failed"
        ),
        "frequency": render_table(
            select_age_bands(incidence), GROUPED_INCIDENCE_COLUMNS, frequency_caption, _class_row
        ),
        "age_trend": render_table(
            incidence.age_trend, AGE_TREND_COLUMNS, "Trend of the frequency with age, within trials"
        ),
        "adults": render_table(
            incidence.adults, ADULTS_COLUMNS, "Adults against the younger, within trials"
        ),
        "prognosis": [_render_prognosis(prognosis, endpoint) for endpoint in prognosis.endpoints],
        "deliveries": render_table(
            list_deliveries(manifest), DELIVERY_COLUMNS, "Files delivered, with their hashes"
        ),
    }


def _render_prognosis(prognosis: PrognosisResult, endpoint: str) -> Markup:
    label = begin_sentence(name_endpoint(prognosis, endpoint))
    rows = prognosis.summary.filter(pl.col("endpoint") == endpoint)
    omitted = {("endpoint",)} if any(rows["note"]) else {("endpoint",), ("note",)}
    columns = [column for column in PROGNOSIS_COLUMNS if column.names not in omitted]
    return render_table(
        rows, columns, f"{label}: all markers, at {prognosis.horizon_years:g} years"
    )


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


def _gather_warnings(*results: AnalysisResult | str) -> list[str]:
    found = [result for result in results if isinstance(result, AnalysisResult)]
    return list(dict.fromkeys(line for result in found for line in result.warnings))
