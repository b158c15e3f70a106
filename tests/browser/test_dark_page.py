"""Figures on a dark page, at the width of a desk and of a phone: their own light paper."""

from __future__ import annotations

import io

import pytest
from unit.reports.built_results import LABEL, built_incidence, built_overview, built_prognosis

from chorall.reports.coverage_figure import draw_coverage
from chorall.reports.disclosure import hide_incidence
from chorall.reports.forest_figure import draw_forest
from chorall.reports.frequency_bars import draw_frequency_bars
from chorall.reports.icon_array import draw_icons
from chorall.reports.survival_figure import draw_survival

LIGHT, DARK = 200, (18, 18, 18)
SHARES = {"alive": 0.6, "alive_after": 0.1, "died_after": 0.2, "died_without": 0.1}


def shown():
    bars = hide_incidence(built_incidence().rows).filter(marker="BCR::ABL1")
    return [
        draw_survival(built_prognosis(), "IKZF1_deletion", "OS"),
        draw_forest(built_prognosis(), "OS"),
        draw_coverage(built_overview().coverage, LABEL),
        draw_icons(SHARES, "standard", 5),
        draw_frequency_bars(bars, "BCR::ABL1"),
    ]


def dark_page(figures):
    body = "".join(f"<div class='one'>{figure._repr_html_()}</div>" for figure in figures)
    style = ":root { color-scheme: dark } body { background: #121212; color: #eee; margin: 12px }"
    return f"<!doctype html><style>{style} .one {{ margin-bottom: 16px }}</style>{body}"


@pytest.mark.parametrize("width", [1280, 390])
def test_ink_is_on_light_paper_and_the_page_stays_dark(chromium, width):
    image = pytest.importorskip("PIL.Image", reason="the package Pillow is not installed")
    page = chromium.new_page(color_scheme="dark", viewport={"width": width, "height": 800})
    try:
        page.set_content(dark_page(shown()))
        assert read_pixel(image, page.screenshot(), 3, 3) == DARK
        for drawing in page.locator("svg").all():
            picture = image.open(io.BytesIO(drawing.screenshot())).convert("RGB")
            # what has moved out of a phone's screen is not there
            picture = picture.crop((0, 0, min(picture.width, width - 40), picture.height))
            right, bottom = picture.width - 4, picture.height - 20
            corners = [picture.getpixel(place) for place in ((3, 3), (right, 3), (3, bottom))]
            assert [corner for corner in corners if min(corner) < LIGHT] == []
            colours = picture.getcolors(picture.width * picture.height)
            light = sum(n for n, colour in colours if min(colour) > LIGHT)
            assert light > 0.4 * picture.width * picture.height
    finally:
        page.close()


def read_pixel(image, shot, left, top):
    return image.open(io.BytesIO(shot)).convert("RGB").getpixel((left, top))
