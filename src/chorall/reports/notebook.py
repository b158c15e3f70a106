"""How a result shows itself in a notebook: its table, its warnings and one figure."""

from __future__ import annotations

from html import escape
from typing import Any, Final

from chorall.analyses.bank.answers import PatientAnswer, TableAnswers
from chorall.analyses.bank.learning.result import BankLearning
from chorall.analyses.bank.validate_result import BankValidation
from chorall.analyses.baseline.result import BaselineTable
from chorall.analyses.classify_result import ClassifyResult
from chorall.analyses.co_occurrence_result import CoOccurrenceResult
from chorall.analyses.deescalation.result import DeescalationResult
from chorall.analyses.endpoint_comparison import EndpointComparison
from chorall.analyses.endpoint_list import EndpointList
from chorall.analyses.imputing.result import ImputedPrognosis
from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.marker_sheet_result import MarkerSheet
from chorall.analyses.missingness.result import MissingnessResult
from chorall.analyses.oncoprint import Oncoprint
from chorall.analyses.overview_result import OverviewResult
from chorall.analyses.planning.result import StudyPlan
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.analyses.responses.result import ResponseResult
from chorall.analyses.result import AnalysisResult
from chorall.analyses.risk.result import RiskResult
from chorall.analyses.risk.rule_result import RiskRule
from chorall.analyses.scan.result import ScanResult
from chorall.analyses.subtype_counts import SubtypeCounts
from chorall.analyses.transplants.result import TransplantResult
from chorall.analyses.treatments.result import StrategyTable, TreatmentResult
from chorall.errors import InputError
from chorall.reports.bank_table import VALIDATION_COLUMNS
from chorall.reports.baseline_table import baseline_columns
from chorall.reports.classify_table import CLASSIFICATION_COLUMNS
from chorall.reports.co_occurrence_table import CO_OCCURRENCE_COLUMNS, ONCOPRINT_COLUMNS
from chorall.reports.deescalation_table import GROUP_COLUMNS
from chorall.reports.endpoint_tables import COMPARISON_COLUMNS, ENDPOINT_COLUMNS
from chorall.reports.figure import Figure
from chorall.reports.imputed_table import IMPUTED_COLUMNS, MISSINGNESS_COLUMNS
from chorall.reports.incidence_table import INCIDENCE_COLUMNS
from chorall.reports.learning_table import LEARNING_COLUMNS
from chorall.reports.overview_table import OVERVIEW_COLUMNS
from chorall.reports.plan_table import plan_columns
from chorall.reports.prediction_table import PREDICTION_COLUMNS, answer_columns
from chorall.reports.prognosis_table import PROGNOSIS_COLUMNS
from chorall.reports.response_table import RESPONSE_COLUMNS
from chorall.reports.risk_table import RISK_COLUMNS
from chorall.reports.rule_table import RULE_COLUMNS
from chorall.reports.scan_table import SCAN_COLUMNS
from chorall.reports.selection import select_lines
from chorall.reports.subtype_table import SUBTYPE_COLUMNS
from chorall.reports.table import TableColumn, render_html_table
from chorall.reports.transplant_table import TRANSPLANT_COLUMNS
from chorall.reports.treatment_table import STRATEGY_COLUMNS, TREATMENT_COLUMNS
from chorall.reports.wording import RESEARCH_USE, SYNTHETIC_BANNER

MOST_ROWS: Final = 60

COLUMNS: Final[dict[type[AnalysisResult], tuple[TableColumn, ...]]] = {
    OverviewResult: OVERVIEW_COLUMNS,
    IncidenceResult: INCIDENCE_COLUMNS,
    CoOccurrenceResult: CO_OCCURRENCE_COLUMNS,
    Oncoprint: ONCOPRINT_COLUMNS,
    PrognosisResult: PROGNOSIS_COLUMNS,
    MarkerSheet: PROGNOSIS_COLUMNS,
    ScanResult: SCAN_COLUMNS,
    ClassifyResult: CLASSIFICATION_COLUMNS,
    DeescalationResult: GROUP_COLUMNS,
    EndpointComparison: COMPARISON_COLUMNS,
    EndpointList: ENDPOINT_COLUMNS,
    SubtypeCounts: SUBTYPE_COLUMNS,
    ImputedPrognosis: IMPUTED_COLUMNS,
    MissingnessResult: MISSINGNESS_COLUMNS,
    TreatmentResult: TREATMENT_COLUMNS,
    StrategyTable: STRATEGY_COLUMNS,
    ResponseResult: RESPONSE_COLUMNS,
    TransplantResult: TRANSPLANT_COLUMNS,
    RiskResult: RISK_COLUMNS,
    RiskRule: RULE_COLUMNS,
    BankValidation: VALIDATION_COLUMNS,
    BankLearning: LEARNING_COLUMNS,
    PatientAnswer: PREDICTION_COLUMNS,
}


def columns_of(result: AnalysisResult) -> tuple[TableColumn, ...]:
    """Return the printed columns of `result`, the same everywhere.

    Raises
    ------
    InputError
        If nothing is known about this kind of result.
    """
    if isinstance(result, StudyPlan):
        return plan_columns(result)
    if isinstance(result, BaselineTable):
        return baseline_columns(result)
    if isinstance(result, TableAnswers):
        return answer_columns(result)
    for kind, columns in COLUMNS.items():
        if isinstance(result, kind):
            return columns
    raise InputError(f"there is no table for the analysis `{result.analysis}`.")


def plot_result(result: Any) -> Figure:
    """Return the main figure of `result`.

    Raises
    ------
    InputError
        If it has nothing that can be drawn.
    """
    from chorall.reports.figure_sets import draw_figures

    figures = draw_figures(result)
    if not figures:
        raise InputError(f"this result of `{result.analysis}` has nothing that can be drawn.")
    return figures[0]


def render_result(result: Any) -> str:
    """Return the first rows of `result` as an HTML table, with its status and warnings."""
    shown = select_lines(result) if isinstance(result, IncidenceResult) else result.printed
    rows = shown.head(MOST_ROWS)
    hidden = result.rows.height - rows.height
    more = f"; {hidden:,} more rows in .to_polars()" if hidden else ""
    caption = f"{result.analysis.capitalize()}{more}"
    table = render_html_table(rows, columns_of(result), caption=caption)
    status = f"{SYNTHETIC_BANNER}. {RESEARCH_USE}." if result.pool.synthetic else f"{RESEARCH_USE}."
    warnings = "".join(f"<li>{escape(line)}</li>" for line in result.warnings)
    return f"<p><strong>{escape(status)}</strong></p>{table}<ul>{warnings}</ul>"
