"""Volcanoes and ranked forests: everything drawn is in the data, in words and numbers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from unit.analyses.scan_pool import build_scan_pool, draw_scan_tables

from chorall.analyses.scan import scan_prognosis
from chorall.errors import InputError
from chorall.reports.figure_sets import draw_figures
from chorall.reports.ranked_figure import MOST_LINES, draw_ranked
from chorall.reports.scan_table import SCAN_COLUMNS, select_strongest
from chorall.reports.table import format_cells
from chorall.reports.volcano_drawing import Box, find_limits, find_room
from chorall.reports.volcano_figure import draw_volcano

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    pool = build_scan_pool(tmp_path_factory.mktemp("scan"), draw_scan_tables())
    return scan_prognosis(pool, endpoints=["OS", "CIR"], pairs=True)


def texts(figure):
    return [element.text for element in ElementTree.fromstring(figure.svg()).iter(f"{SVG}text")]


def test_there_is_a_volcano_for_each_model_and_a_forest_for_each_endpoint(result):
    names = [figure.name for figure in draw_figures(result)]
    assert names[:3] == ["volcano-marker", "volcano-pair", "volcano-interaction"]
    assert {"ranked-marker-OS", "ranked-marker-CIR"} <= set(names)


def test_figures_speak_in_numbers_and_no_machine_words(result):
    for figure in (draw_volcano(result, "marker"), draw_ranked(result, "marker", "OS")):
        shown = " ".join([figure.alt, *texts(figure)])
        assert "SYNTHETIC" in shown
        assert not re.search(r"\b(nan|None|null|inf)\b", shown)
        assert figure.svg() == figure.svg()
        assert figure.alt.endswith(".")


def test_a_volcano_names_what_is_found_and_counts_what_is_not_given(result):
    figure = draw_volcano(result, "marker")
    shown = " ".join(texts(figure))
    assert "M0" in shown
    assert "Not assessable: 2." in shown
    assert figure.data.height == 28


def test_a_ranked_forest_is_in_order_and_shows_both_figures(result):
    figure = draw_ranked(result, "pair", "CIR")
    assert figure.data["p_value"].is_sorted()
    assert figure.data.height == MOST_LINES
    assert {"Estimated", "Shrunken"} <= set(texts(figure))
    assert "Shown: 30 of 78" in " ".join(texts(figure))


def test_what_is_not_in_the_result_is_refused(result):
    with pytest.raises(InputError, match="no model `subtype`"):
        draw_volcano(result, "subtype")
    with pytest.raises(InputError, match="no endpoint `EFS`"):
        draw_ranked(result, "marker", "EFS")


def test_names_stand_inside_the_panel_and_over_no_other():
    taken: list[Box] = []
    for x in (0.1, 0.12, 0.5, 0.9, 0.92):
        box = find_room(x, 0.7, 0.3, taken)
        assert box is not None
        assert 0 <= box.left < box.right <= 1.04
        for other in taken:
            beside = box.right <= other.left or other.right <= box.left
            assert beside or abs(box.middle - other.middle) > 0.07
        taken.append(box)
    assert find_room(0.5, 0.5, 0.9, taken) is None


def test_limits_of_the_axis_are_round_and_even():
    assert find_limits(np.array([0.4, 1.0, 3.0])) == (0.25, 4.0)
    assert find_limits(np.array([])) == (0.5, 2.0)
    assert find_limits(np.array([1e-9, 1e9])) == (1 / 16, 16.0)


def test_the_table_says_a_dash_where_nothing_is_pooled(result):
    cells = format_cells(result.rows.filter(model="pair").head(1), SCAN_COLUMNS)[0]
    pooled = [column.header for column in SCAN_COLUMNS].index("Trials pooled")
    assert cells[pooled] == "\N{EN DASH}"
    strongest = select_strongest(result.rows, most=2)
    assert strongest.group_by("model").len()["len"].to_list() == [2, 2, 2]
    first = strongest.filter(model="marker").row(0, named=True)
    assert first["p_value"] == result.rows.filter(model="marker")["p_value"].min()
    assert pl.DataFrame(strongest).columns == result.rows.columns
