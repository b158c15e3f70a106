"""Results to tables, figures and pages; no statistics here."""

from __future__ import annotations

from chorall.analyses.result import AnalysisResult, Renderers
from chorall.models.bank.prediction import BankPrediction
from chorall.reports.notebook import plot_result, render_result
from chorall.reports.prediction_table import render_prediction

for _analysis in (
    "overview",
    "incidence",
    "marker",
    "co-occurrence",
    "oncoprint",
    "prognosis",
    "scan",
    "classify",
    "deescalation",
    "plan-study",
    "compare-endpoints",
    "endpoints",
    "predict",
    "impute",
    "missingness",
    "subtypes",
    "treatment",
    "strategies",
    "target-trial",
    "donor",
    "cut-off",
    "transplant",
    "response",
    "risk",
    "risk-rule",
    "bank-validate",
    "table1",
    "bank-learning",
):
    AnalysisResult.renderers[_analysis] = Renderers(plot=plot_result, html=render_result)

BankPrediction.render = staticmethod(render_prediction)
