"""One hundred icons per strategy: counts by hand, shapes as well as colours, any number of them."""

from __future__ import annotations

import numpy as np
import pytest
from unit.reports.text_boxes import find_faults, read_boxes

from chorall.errors import InputError
from chorall.models.bank.prediction import BankPrediction, Estimate
from chorall.reports.figure import FIGURE_WIDTHS
from chorall.reports.icon_drawing import MARKS
from chorall.reports.icon_figure import draw_icon_arrays

# after 12 months: 43.4 + 13.3 + 33.3 + 10.0; the largest remainder makes 44 of 43.4
LATER = {"induction": 0.1, "remission": 0.334, "relapse": 0.133,
         "death_from_remission": 0.1, "death_from_relapse": 0.333}  # fmt: skip


def answer(*names: str) -> BankPrediction:
    start = {"induction": 1.0}
    course = {
        state: np.linspace(start.get(state, 0.0), share, 13) for state, share in LATER.items()
    }
    alive = {1.0: Estimate(0.567, 0.4, 0.7, 0.45, 0.65)}
    return BankPrediction(
        today={"state": "induction", "day": 0}, strategies=names, refused={},
        comparable={}, comparable_by_trial={},
        outcomes={name: {"overall_survival": alive} for name in names},
        occupancy=dict.fromkeys(names, course), contrasts=(), interval_split={}, split_of="",
        next_tests=(), factors=(), published={}, notes=(),
    )  # fmt: skip


def test_counts_by_hand_and_the_widest_range_of_survival():
    figure = draw_icon_arrays(answer("standard"))
    assert figure.data.rows() == [
        ("standard", "alive", 44),
        ("standard", "alive_after", 13),
        ("standard", "died_after", 33),
        ("standard", "died_without", 10),
    ]
    assert "57 of 100 alive (40\N{EN DASH}70); 44 alive, no failure or relapse" in figure.alt


def test_every_icon_is_drawn_and_shapes_differ():
    figure = draw_icon_arrays(answer("standard"))
    drawing = figure.draw()
    (axes,) = drawing.axes
    places = [tuple(point) for line in axes.lines for point in line.get_xydata()]
    assert len(places) == len(set(places)) == 100
    assert len({(one["marker"], one.get("fillstyle")) for one in MARKS.values()}) == 4


@pytest.mark.parametrize("width", FIGURE_WIDTHS)
@pytest.mark.parametrize("n", [1, 12])
def test_one_strategy_and_twelve_with_long_names_stay_legible(width, n):
    names = [f"a_strategy_{place}+with_a_name_that_goes_on_and_on" for place in range(n)]
    figure = draw_icon_arrays(answer(*names))
    assert find_faults(figure, width) == []
    shown = [text for text, *_ in read_boxes(figure, width)[0]]
    assert shown.count("57 of 100 alive (40\N{EN DASH}70)") == n


def test_a_time_that_was_not_asked_and_no_answer_are_told():
    with pytest.raises(InputError, match="no time `3`"):
        draw_icon_arrays(answer("standard"), 3.0)
    with pytest.raises(InputError, match="no time"):
        draw_icon_arrays(answer())
