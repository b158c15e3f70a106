"""Every kind of figure: no words over others or cut, a sentence, data; strained too."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree

import polars as pl
import pytest
from unit.reports.built_results import LABEL, built_attrition
from unit.reports.made_results import MAKERS, MARKERS, bleak_pool, lengthen, made_result
from unit.reports.text_boxes import find_faults, find_outside, find_overlaps

import chorall as ch
from chorall.analyses.bank.learning.result import BankLearning
from chorall.analyses.bank.validate_result import BankValidation
from chorall.analyses.cut_offs.result import CutOffResult
from chorall.analyses.risk.rule_result import RiskRule
from chorall.analyses.target_trials.result import TargetTrialResult
from chorall.reports.attrition_figure import draw_attrition
from chorall.reports.canvas import Sheet
from chorall.reports.coverage_figure import draw_coverage
from chorall.reports.figure import FIGURE_WIDTHS, Figure
from chorall.reports.figure_sets import FIGURES, draw_figures, draw_nothing

NO_FAULTS: dict[str, list[object]] = {width: [] for width in FIGURE_WIDTHS}
MOST = 4
"""Figures looked at of one result: one of each drawing."""
ELSEWHERE = {BankValidation, BankLearning, CutOffResult, RiskRule, TargetTrialResult}
"""Slow to make, or nothing of it is simulated: looked at beside their own tests, or not at all."""


def check(figure: Figure) -> None:
    assert {width: find_faults(figure, width) for width in FIGURE_WIDTHS} == NO_FAULTS
    assert figure.alt.endswith(".")
    assert len(figure.alt.split()) > 5
    assert figure.data.height > 0
    assert ElementTree.fromstring(figure.svg()).tag.endswith("svg")


def one_of_each(figures: list[Figure]) -> list[Figure]:
    kinds = {figure.name.split("-")[0]: figure for figure in reversed(figures)}
    return list(kinds.values())[:MOST]


@pytest.mark.parametrize("name", MAKERS)
def test_long_names_of_trials_and_markers_leave_every_figure_legible(name):
    figures = one_of_each(draw_figures(lengthen(made_result(name))))
    assert figures
    for figure in figures:
        check(figure)


def test_every_kind_that_draws_is_looked_at():
    drawing = {kind for kind, draw in FIGURES.items() if draw is not draw_nothing}
    made = {type(made_result(name)) for name in MAKERS}
    assert made | ELSEWHERE == drawing
    assert not made & ELSEWHERE


@pytest.mark.parametrize(
    "make", [ch.overview, ch.incidence, ch.oncoprint, ch.prognosis], ids=lambda make: make.__name__
)
def test_no_event_among_carriers_and_nobody_tested_can_be_drawn(make):
    for figure in one_of_each(draw_figures(make(bleak_pool()))):
        check(figure)


@pytest.mark.parametrize("n_trials", [1, 12])
def test_one_and_twelve_trials_can_be_drawn(n_trials):
    result = made_result("overview", n_trials)
    assert len(result.pool.trials) == n_trials
    few = result.coverage.filter(pl.col("marker").is_in(MARKERS))
    check(draw_coverage(few, result.pool))
    check(draw_attrition(result.attrition, result.pool))
    for figure in one_of_each(draw_figures(made_result("prognosis", n_trials))):
        check(figure)


def test_twelve_trials_without_accounts_and_with_reasons_without_end():
    trials = tuple(f"TRIAL-WITH-A-LONG-NAME-{place}" for place in range(12))
    label = dataclasses.replace(LABEL, trials=trials)
    check(draw_attrition(built_attrition(trials, "a_long_reason_" * 9), label))
    check(draw_attrition(built_attrition(trials).filter(unit="patient"), label))


def test_the_look_sees_words_over_words_and_words_that_are_cut():
    def draw():
        sheet = Sheet(1, synthetic=False)
        for left, words in (
            (1, "one word"),
            (1.1, "another"),
            (3, "apart"),
            (7, "cut by the edge"),
        ):
            sheet.write(left, 0.5, words)
        sheet.write(4, 0.5, "slanted", rotation=45)
        sheet.write(4.3, 0.5, "parallel", rotation=45)
        return sheet.drawing

    figure = Figure("words", "Words", "Words.", pl.DataFrame(), draw)
    assert find_overlaps(figure) == [("one word", "another")]
    assert find_outside(figure) == ["cut by the edge"]
