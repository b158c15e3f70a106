"""The bars of frequencies: every tick says the share at which it stands."""

from __future__ import annotations

import re

import polars as pl
import pytest

from chorall.reports.frequency_bars import draw_frequency_bars


@pytest.mark.parametrize(
    ("upper", "end"), [(0.07, 10), (0.1, 10), (0.15, 20), (0.45, 50), (0.9, 100)]
)
def test_every_tick_says_where_it_stands(upper, end):
    line = {"by": "overall", "group": "", "trial": None, "n_present": 6, "n_tested": 100,
            "proportion": 0.06, "lower": 0.03, "upper": upper, "hidden": False}  # fmt: skip
    svg = draw_frequency_bars(pl.DataFrame([line]), "TP53").svg()
    ticks = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="middle"[^>]*>([\d.]+) %<', svg)
    places, shares = zip(*((float(x), float(said)) for x, said in ticks), strict=True)
    first, last = places[0], places[-1]
    assert shares[-1] == end
    for place, share in zip(places, shares, strict=True):
        assert share == pytest.approx(end * (place - first) / (last - first), abs=0.01)
