"""The labels of the axis of ratios stand apart at every width that figures use."""

from itertools import pairwise

import polars as pl
import pytest
from unit.reports.text_boxes import find_overlaps, read_boxes

from chorall.reports.canvas import Sheet
from chorall.reports.figure import Figure
from chorall.reports.ratio_axis import prepare_ratio_axis

LIMITS = [(1 / 16, 16), (1 / 8, 16), (1 / 16, 4), (1 / 8, 8), (0.25, 4), (0.5, 2)]


def axis_of(width, limits):
    def draw():
        sheet = Sheet(2, synthetic=False)
        axes = sheet.place_axes(1, 0.3, width, 1)
        axes.set_yticks([])
        prepare_ratio_axis(axes, limits)
        return sheet.drawing

    return Figure("axis", "Axis", "An axis.", pl.DataFrame(), draw)


@pytest.mark.parametrize("width", [1.0, 1.2, 1.6, 2.2, 3.5])
@pytest.mark.parametrize("limits", LIMITS)
def test_no_label_touches_the_next_and_one_is_named(width, limits):
    figure = axis_of(width, limits)
    boxes, _ = read_boxes(figure)
    assert find_overlaps(figure) == []
    lefts = [box[0] for _, _, box, _ in boxes]
    assert lefts == sorted(lefts)
    gaps = [after[2][0] - before[2][2] for before, after in pairwise(boxes)]
    assert min(gaps) > 0.03
    words = [text for text, *_ in boxes]
    assert "1" in words
    assert len(words) >= 2


def test_where_there_is_room_every_power_of_two_has_its_number():
    words = [text for text, *_ in read_boxes(axis_of(5, (1 / 8, 8)))[0]]
    assert words == ["0.125", "0.25", "0.5", "1", "2", "4", "8"]
