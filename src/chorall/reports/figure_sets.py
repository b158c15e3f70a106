"""The figures of each result, chosen by the rules of `selection`: for the report and for --out."""

from __future__ import annotations

from chorall.analyses.classify_result import ClassifyResult
from chorall.analyses.co_occurrence_result import CoOccurrenceResult
from chorall.analyses.endpoint_comparison import EndpointComparison
from chorall.analyses.imputing.result import ImputedPrognosis
from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.missingness.result import MissingnessResult
from chorall.analyses.oncoprint import Oncoprint
from chorall.analyses.overview_result import OverviewResult
from chorall.analyses.planning.result import StudyPlan
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.analyses.result import AnalysisResult
from chorall.analyses.scan.result import ScanResult
from chorall.errors import InputError
from chorall.reports.age_curve_figure import draw_age_curves
from chorall.reports.co_occurrence_figure import draw_co_occurrence
from chorall.reports.coverage_figure import draw_coverage
from chorall.reports.figure import Figure
from chorall.reports.forest_figure import draw_forest
from chorall.reports.frequency_figure import draw_frequency
from chorall.reports.imputed_figure import draw_answers
from chorall.reports.oncoprint_figure import draw_oncoprint
from chorall.reports.plan_figure import draw_plan
from chorall.reports.ranked_figure import draw_ranked_figures
from chorall.reports.selection import (
    select_age_markers,
    select_curve_endpoints,
    select_curve_markers,
    select_frequency_markers,
)
from chorall.reports.survival_figure import draw_survival
from chorall.reports.trial_forest_figure import draw_trial_forest
from chorall.reports.volcano_figure import draw_volcano

MARKERS_PER_FIGURE = 3
"""More would not fit on one printed page."""


def draw_figures(result: AnalysisResult) -> list[Figure]:
    """Return the figures that the report shows of `result`.

    Raises
    ------
    InputError
        If there are no figures for this kind of result.
    """
    if isinstance(result, StudyPlan):
        return [draw_plan(result)]
    if isinstance(result, OverviewResult):
        return draw_coverage_figures(result)
    if isinstance(result, IncidenceResult):
        return [*draw_frequency_figures(result), *draw_age_figures(result)]
    if isinstance(result, CoOccurrenceResult):
        return [draw_co_occurrence(result)] if result.rows["p_value"].count() else []
    if isinstance(result, Oncoprint):
        return [draw_oncoprint(result)] if result.cells.height else []
    if isinstance(result, ScanResult):
        models = result.rows["model"].unique(maintain_order=True)
        return [*(draw_volcano(result, model) for model in models), *draw_ranked_figures(result)]
    if isinstance(result, PrognosisResult):
        return [
            *draw_forest_figures(result), *draw_trial_figures(result), *draw_curve_figures(result)
        ]  # fmt: skip
    if isinstance(result, ClassifyResult):
        return []  # its table says it all
    if isinstance(result, ImputedPrognosis):
        there = result.rows["endpoint"].unique().to_list()
        return [draw_answers(result, name) for name in result.endpoints if name in there]
    if isinstance(result, EndpointComparison | MissingnessResult):
        return []  # a table says it all
    raise InputError(f"there are no figures for the analysis `{result.analysis}`.")


def draw_coverage_figures(result: OverviewResult) -> list[Figure]:
    """Return the matrix of the share tested, or nothing where no marker is in the pool."""
    return [draw_coverage(result.coverage, result.pool)] if result.coverage.height else []


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


def _has(result: PrognosisResult, endpoint: str) -> bool:
    return endpoint in result.summary["endpoint"]
