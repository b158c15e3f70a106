"""The figures of each result, chosen by the rules of `selection`: for the report and for --out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl

from chorall.analyses.bank.answers import PatientAnswer, TableAnswers
from chorall.analyses.bank.learning.result import BankLearning
from chorall.analyses.bank.validate_result import BankValidation
from chorall.analyses.baseline.result import BaselineTable
from chorall.analyses.classify_result import ClassifyResult
from chorall.analyses.co_occurrence_result import CoOccurrenceResult
from chorall.analyses.cut_offs.result import CutOffResult
from chorall.analyses.deescalation.result import DeescalationResult
from chorall.analyses.donors.result import DonorResult
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
from chorall.analyses.target_trials.result import TargetTrialResult
from chorall.analyses.transplants.result import TransplantResult
from chorall.analyses.treatments.result import StrategyTable, TreatmentResult
from chorall.errors import InputError
from chorall.reports.age_curve_figure import draw_age_curves
from chorall.reports.answers_figure import draw_side_by_side
from chorall.reports.attrition_figure import draw_attrition
from chorall.reports.balance_figure import draw_balance
from chorall.reports.bank_figure import draw_validation_figures
from chorall.reports.co_occurrence_figure import draw_co_occurrence
from chorall.reports.coverage_figure import draw_coverage
from chorall.reports.cut_off_figure import draw_cut_off
from chorall.reports.deescalation_figure import draw_deescalation
from chorall.reports.donor_figure import draw_donor
from chorall.reports.figure import Figure
from chorall.reports.forest_figure import draw_forest
from chorall.reports.frequency_figure import draw_frequency
from chorall.reports.icon_figure import draw_icon_arrays
from chorall.reports.imputed_figure import draw_answers
from chorall.reports.learning_figure import draw_learning_figures
from chorall.reports.marker_sheet_figure import draw_marker_sheet
from chorall.reports.oncoprint_figure import draw_oncoprint
from chorall.reports.plan_figure import draw_plan
from chorall.reports.ranked_figure import draw_ranked_figures
from chorall.reports.risk_figure import draw_risk_figures
from chorall.reports.rule_figure import draw_rule_figures
from chorall.reports.selection import (
    select_age_markers,
    select_curve_endpoints,
    select_curve_markers,
    select_frequency_markers,
)
from chorall.reports.survival_figure import draw_survival
from chorall.reports.target_trial_figure import draw_target_trial
from chorall.reports.transplant_figure import draw_transplant
from chorall.reports.treatment_figure import draw_treatment
from chorall.reports.trial_forest_figure import draw_trial_forest
from chorall.reports.volcano_figure import draw_volcano

MARKERS_PER_FIGURE = 3
"""More would not fit on one printed page."""
TREATMENT_FIGURES = 12
"""A scan has thousands of lines; the figures show those with the strongest evidence."""


def draw_figures(result: AnalysisResult) -> list[Figure]:
    """Return the figures that the report shows of `result`; none where its table says it all.

    Raises
    ------
    InputError
        If nothing is known about this kind of result.
    """
    for kind, draw in FIGURES.items():
        if isinstance(result, kind):
            return draw(result)
    raise InputError(f"there are no figures for the analysis `{result.analysis}`.")


def draw_coverage_figures(result: OverviewResult) -> list[Figure]:
    """Return the matrix of the share tested, or nothing where no marker is in the pool."""
    return [draw_coverage(result.coverage, result.pool)] if result.coverage.height else []


def draw_overview_figures(result: OverviewResult) -> list[Figure]:
    """Return the matrix of the share tested, then the way from rows to tested patients."""
    return [*draw_coverage_figures(result), *draw_attrition_figures(result)]


def draw_attrition_figures(result: OverviewResult) -> list[Figure]:
    """Return the way from delivered rows to tested patients."""
    return [draw_attrition(result.attrition, result.pool)]


def draw_frequency_figures(result: IncidenceResult) -> list[Figure]:
    """Return the frequencies by age band of the most informative markers, three to a figure."""
    if "age_band" not in result.rows["by"]:
        return []
    markers = select_frequency_markers(result)
    starts = range(0, len(markers), MARKERS_PER_FIGURE)
    return [draw_frequency(result, markers[at : at + MARKERS_PER_FIGURE]) for at in starts]


def draw_age_figures(result: IncidenceResult) -> list[Figure]:
    """Return the curves over age of the six markers with the strongest trend."""
    markers = select_age_markers(result)
    return [draw_age_curves(result, markers)] if markers else []


def draw_forest_figures(result: PrognosisResult) -> list[Figure]:
    """Return one forest per endpoint."""
    return [draw_forest(result, name) for name in result.endpoints if _has(result, name)]


def draw_trial_figures(result: PrognosisResult) -> list[Figure]:
    """Return the forests over trials of the markers with the strongest evidence."""
    endpoints = [name for name in select_curve_endpoints(result) if _has(result, name)]
    markers = select_curve_markers(result, endpoints)
    return [draw_trial_forest(result, marker, name) for marker in markers for name in endpoints]


def draw_curve_figures(result: PrognosisResult) -> list[Figure]:
    """Return survival and relapse curves of the markers with the strongest evidence."""
    if not result.curves.height:
        return []
    endpoints = [name for name in select_curve_endpoints(result) if _has(result, name)]
    markers = select_curve_markers(result, endpoints)
    return [draw_survival(result, marker, name) for marker in markers for name in endpoints]


def draw_treatment_figures(result: TreatmentResult) -> list[Figure]:
    """Return a figure for each of the first markers and endpoints, best q-values first."""
    pooled = result.rows.filter(pl.col("trial").is_null()).sort(
        "q_value", nulls_last=True, maintain_order=True
    )
    pairs = list(dict.fromkeys(pooled.select("marker", "endpoint").iter_rows()))
    return [draw_treatment(result, *pair) for pair in pairs[:TREATMENT_FIGURES]]


def draw_transplant_figures(result: TransplantResult) -> list[Figure]:
    """Return the answers side by side, then curves and balance of each endpoint."""
    drawn = result.curves["endpoint"].unique(maintain_order=True)
    balanced = result.balance["endpoint"].unique(maintain_order=True)
    return [
        *(draw_side_by_side(result, endpoint) for endpoint in drawn),
        *(draw_transplant(result, endpoint) for endpoint in drawn),
        *(draw_balance(result, endpoint) for endpoint in balanced),
    ]


def draw_donor_figures(result: DonorResult) -> list[Figure]:
    """Return one forest per endpoint."""
    names = result.rows["endpoint"].unique(maintain_order=True)
    return [draw_donor(result, name) for name in names]


def _has(result: PrognosisResult, endpoint: str) -> bool:
    return endpoint in result.summary["endpoint"]


def draw_incidence_figures(result: IncidenceResult) -> list[Figure]:
    """Return frequencies by age band, then age as a curve."""
    return [*draw_frequency_figures(result), *draw_age_figures(result)]


def draw_pair_figures(result: CoOccurrenceResult) -> list[Figure]:
    """Return the map of pairs, or nothing where no pair could be tested."""
    return [draw_co_occurrence(result)] if result.rows["p_value"].count() else []


def draw_patient_figures(result: Oncoprint) -> list[Figure]:
    """Return the oncoprint, or nothing where there is no patient."""
    return [draw_oncoprint(result)] if result.cells.height else []


def draw_scan_figures(result: ScanResult) -> list[Figure]:
    """Return one volcano per model and the ranked effects."""
    models = result.rows["model"].unique(maintain_order=True)
    return [*(draw_volcano(result, model) for model in models), *draw_ranked_figures(result)]


def draw_prognosis_figures(result: PrognosisResult) -> list[Figure]:
    """Return forests over markers, forests over trials, and curves."""
    forests = [*draw_forest_figures(result), *draw_trial_figures(result)]
    return [*forests, *draw_curve_figures(result)]


def draw_imputed_figures(result: ImputedPrognosis) -> list[Figure]:
    """Return both answers side by side, one figure per endpoint."""
    there = result.rows["endpoint"].unique().to_list()
    return [draw_answers(result, name) for name in result.endpoints if name in there]


def draw_patient_answer(result: PatientAnswer) -> list[Figure]:
    """Return 100 icons for each strategy, or nothing where all were refused."""
    found = result.found
    return [draw_icon_arrays(found, synthetic=result.pool.synthetic)] if found.strategies else []


def draw_nothing(_: AnalysisResult) -> list[Figure]:
    """Return no figure: the table says it all."""
    return []


FIGURES: Final[dict[type[AnalysisResult], Callable[[Any], list[Figure]]]] = {
    StudyPlan: lambda plan: [draw_plan(plan)],
    OverviewResult: draw_overview_figures,
    IncidenceResult: draw_incidence_figures,
    MarkerSheet: lambda sheet: [draw_marker_sheet(sheet)],
    CoOccurrenceResult: draw_pair_figures,
    Oncoprint: draw_patient_figures,
    ScanResult: draw_scan_figures,
    PrognosisResult: draw_prognosis_figures,
    ImputedPrognosis: draw_imputed_figures,
    ClassifyResult: draw_nothing,
    DeescalationResult: draw_deescalation,
    EndpointComparison: draw_nothing,
    EndpointList: draw_nothing,
    PatientAnswer: draw_patient_answer,
    TableAnswers: draw_nothing,
    SubtypeCounts: draw_nothing,
    MissingnessResult: draw_nothing,
    TreatmentResult: draw_treatment_figures,
    TransplantResult: draw_transplant_figures,
    TargetTrialResult: draw_target_trial,
    DonorResult: draw_donor_figures,
    RiskResult: draw_risk_figures,
    RiskRule: draw_rule_figures,
    CutOffResult: draw_cut_off,
    StrategyTable: draw_nothing,
    BaselineTable: draw_nothing,
    ResponseResult: draw_nothing,
    BankValidation: draw_validation_figures,
    BankLearning: draw_learning_figures,
}
"""How each kind of result is drawn."""
