"""Every kind of figure: no words over others or cut, a sentence, data; strained too."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import polars as pl
import pytest
from unit.reports.built_results import LABEL, built_attrition
from unit.reports.made_results import MAKERS, bleak_pool, lengthen, made_result, starve
from unit.reports.text_boxes import find_faults, find_outside, find_overlaps, read_boxes

import chorall as ch
from chorall.errors import UserError
from chorall.reports.attrition_figure import draw_attrition
from chorall.reports.canvas import Sheet
from chorall.reports.figure import FIGURE_WIDTHS, Figure
from chorall.reports.figure_sets import FIGURES, draw_figures, draw_nothing


def check(figure: Figure, widths: Sequence[str] = FIGURE_WIDTHS) -> None:
    assert [fault for width in widths for fault in find_faults(figure, width)] == []
    assert figure.alt.endswith(".")
    assert len(figure.alt.split()) > 5


def one_of_each(figures: list[Figure]) -> list[Figure]:
    """Return the first figure of each kind of drawing."""
    kinds = {figure.draw.__qualname__: figure for figure in reversed(figures)}
    return list(kinds.values())


@pytest.mark.parametrize("name", MAKERS)
def test_long_names_of_trials_and_markers_leave_every_figure_legible(name):
    figures = one_of_each(draw_figures(lengthen(made_result(name))))
    assert figures
    for figure in figures:
        check(figure)
        assert figure.data.height > 0


def test_every_kind_that_draws_is_looked_at():
    drawing = {kind for kind, draw in FIGURES.items() if draw is not draw_nothing}
    made = {type(made_result(name)) for name in MAKERS}
    assert made == drawing


@pytest.mark.parametrize(
    "make", [ch.overview, ch.incidence, ch.oncoprint, ch.prognosis], ids=lambda make: make.__name__
)
def test_no_event_among_carriers_and_nobody_tested_can_be_drawn(make):
    for figure in one_of_each(draw_figures(make(bleak_pool()))):
        check(figure)


NARROW = ("one_column",)
"""Where what strains a drawing strains it most."""
TOLD = {"not estimated", "not assessable", "not tested", "nobody tested", "none could be assessed"}
NEEDS_NO_EVENT = {
    "plan-study",
    "predict",
    "attrition",
    "oncoprint",
    "bank-decisions-OS",
    "risk-rule-decision",
}
"""Drawings of numbers that are known without an estimate from the pool."""
REFUSED = {("donor", 1), ("transplant", 12)}
"""Patients of either kind are lacking within trials; the message says so."""


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "marker"])
@pytest.mark.parametrize("n_trials", [1, 12])
def test_one_and_twelve_trials_can_be_drawn(n_trials, name):
    if (name, n_trials) in REFUSED:
        with pytest.raises(UserError, match=r"patients of either kind|nobody there"):
            made_result(name, n_trials)
        return
    for figure in one_of_each(draw_figures(made_result(name, n_trials))):
        check(figure, NARROW)


def test_a_marker_sheet_of_twelve_trials_can_be_drawn():
    parts = {part: made_result(part, 12) for part in ("incidence", "prognosis")}
    sheet = dataclasses.replace(made_result("marker"), **parts)
    (figure,) = draw_figures(sheet)
    check(figure)
    shown = [text for text, *_ in read_boxes(figure)[0]]
    assert sum(shown.count(trial) for trial in sheet.incidence.pool.trials) >= 24


@pytest.mark.parametrize("name", MAKERS)
def test_without_any_event_every_figure_says_so_in_words(name):
    for figure in one_of_each(draw_figures(starve(made_result(name)))):
        check(figure, NARROW)
        if name not in NEEDS_NO_EVENT and figure.name not in NEEDS_NO_EVENT:
            shown = {text.strip() for text, *_ in read_boxes(figure, *NARROW)[0]}
            assert shown & TOLD, figure.name


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
