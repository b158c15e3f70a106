"""Age curves, the map of pairs and the oncoprint: what is drawn is what was found."""

import re

import numpy as np
import polars as pl
import pytest
from unit.reports.built_results import LABEL, built_incidence

from chorall.analyses.co_occurrence_result import CoOccurrenceResult
from chorall.analyses.oncoprint import STATES, Oncoprint
from chorall.errors import InputError
from chorall.reports.age_curve_figure import draw_age_curves
from chorall.reports.co_occurrence_drawing import shade
from chorall.reports.co_occurrence_figure import draw_co_occurrence
from chorall.reports.figure_sets import draw_figures
from chorall.reports.notebook import render_result
from chorall.reports.oncoprint_drawing import merge_columns
from chorall.reports.oncoprint_figure import MOST_COLUMNS, draw_oncoprint, share_columns


def built_pairs():
    rows = [
        ("A", "B", "all", 200, 30, 10, 20, 140, 3, 21.0, 8.0, 55.0, 1e-9, 3e-9, ""),
        ("A", "C", "all", 200, 0, 40, 30, 130, 3, 0.0, None, None, 0.001, 0.0015, ""),
        ("B", "C", "all", 200, 10, 40, 30, 120, 3, 1.1, 0.5, 2.5, 0.9, 0.9, ""),
        ("A", "D", "all", 200, 1, 40, 1, 158, 0, None, None, None, None, None, "few"),
        ("B", "D", "all", 200, 5, 45, 4, 146, 3, 3.9, 0.9, 16.0, 0.06, 0.08, ""),
    ]
    names = [
        "marker_a", "marker_b", "subtype", "n_tested", "n_both", "n_a_only", "n_b_only",
        "n_neither", "n_strata", "odds_ratio", "lower", "upper", "p_value", "q_value", "note",
    ]  # fmt: skip
    return CoOccurrenceResult(
        analysis="co-occurrence", pool=LABEL, rows=pl.DataFrame(rows, schema=names, orient="row"),
        warnings=(), phase="diagnosis", conf_level=0.95, markers=("A", "B", "C", "D"),
    )  # fmt: skip


def built_oncoprint(n=700):
    states = [STATES[min(i // (n // 7), 2)] for i in range(n)]
    cells = pl.DataFrame({
        "position": range(n), "patient_id": [f"P{i}" for i in range(n)], "trial": "A",
        "subtype": "open", "marker": "TP53", "state": pl.Series(states, dtype=pl.Enum(STATES)),
    })  # fmt: skip
    rows = pl.DataFrame({
        "marker": ["TP53"], "n_patients": [n],
        **{f"n_{word.replace(' ', '_')}": [states.count(word)] for word in STATES},
    })  # fmt: skip
    return Oncoprint(analysis="oncoprint", pool=LABEL, rows=rows, cells=cells, phase="diagnosis")


def texts(svg):
    return re.findall(r"<text[^>]*>([^<]*)<", svg)


def test_an_age_curve_says_trend_and_counts():
    figure = draw_age_curves(built_incidence(), ["BCR::ABL1", "IKZF1_deletion"])
    shown = texts(figure.svg())
    assert "BCR::ABL1" in shown
    assert any(line.startswith("OR 1.20 (1.10\N{EN DASH}1.30), p") for line in shown)
    assert set(figure.data["kind"]) == {"curve", "age band"}
    assert "3.3 % at 1 years, 24 % at 75 years" in figure.alt


def test_a_marker_without_a_curve_is_refused_with_those_that_have_one():
    with pytest.raises(InputError, match="IKZF1_deletion"):
        draw_age_curves(built_incidence(), ["TCF3::HLF"])


def test_the_map_shows_assessed_pairs_and_names_the_evident():
    figure = draw_co_occurrence(built_pairs())
    assert {"A", "B", "C", "D"} <= set(texts(figure.svg()))
    assert "4 pairs assessed, 2 with q < 0.05" in figure.alt
    assert "A and B: odds ratio 21.0" in figure.alt


def test_colours_tell_together_from_apart_at_equal_strength():
    assert shade(1.1) == shade(0.95)
    assert len({shade(ratio) for ratio in (0.0, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 5.0, np.inf)}) == 9


def test_an_oncoprint_shows_everybody_however_many():
    result = built_oncoprint()
    shares = share_columns(result.cells, ["TP53"])
    assert shares.shape == (1, MOST_COLUMNS, 3)
    np.testing.assert_allclose(shares.sum(axis=2), 1)
    # 700 patients over 300 columns: present, absent and not tested keep their sums
    sizes = np.bincount(np.arange(700) * MOST_COLUMNS // 700)
    np.testing.assert_allclose((shares[0] * sizes[:, None]).sum(axis=0), [100, 100, 500])
    assert {"TP53", "100 / 100 / 500", "not tested (blank)"} <= set(
        texts(draw_oncoprint(result).svg())
    )


def test_equal_neighbours_become_one_rectangle():
    stacks = np.array([[0, 1], [0, 1], [0, 0], [0, 0.5], [0, 0.5]], float)
    assert merge_columns(stacks) == [(0, 2, 0.0, 1.0), (3, 5, 0.0, 0.5)]


@pytest.mark.parametrize("result", [built_pairs(), built_oncoprint(12)])
def test_results_show_themselves(result):
    (figure,) = draw_figures(result)
    assert figure.svg() == figure.svg()
    assert "SYNTHETIC DATA" in render_result(result)


def test_nothing_assessed_is_nothing_drawn():
    pairs = built_pairs()
    rows = pairs.rows.with_columns(p_value=pl.lit(None, pl.Float64))
    empty = CoOccurrenceResult(
        analysis="co-occurrence", pool=LABEL, rows=rows, warnings=(), phase="diagnosis",
        conf_level=0.95, markers=pairs.markers,
    )  # fmt: skip
    assert draw_figures(empty) == []
