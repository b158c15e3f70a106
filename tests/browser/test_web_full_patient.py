"""A patient of whom all is known, or half, or nothing: one sheet to print, long lists folded."""

from __future__ import annotations

import pytest
from browser.test_web_pages import (
    DESK,
    OVER_THE_EDGE,
    PHONE,
    count_sheets,
    find_faults,
    open_tab,
    wait_for_answer,
)

FILL = """known => {
    const set = (name, value) => { document.getElementsByName(name)[0].value = value; };
    const tick = (name, value) =>
        { document.querySelector(`input[name="${name}"][value="${value}"]`).checked = true; };
    document.querySelectorAll("details").forEach(one => { one.open = true; });
    const markers = [...document.querySelectorAll("input[value=absent]")];
    markers.forEach((one, place) => {
        if (place < known * markers.length) tick(one.name, place % 3 ? "absent" : "present");
    });
    set("a_transplant", "no_transplant"); set("b_transplant", "");
    set("age_years", "32.75"); set("wbc_10e9_per_l", "123.25");
    tick("sex", "male"); tick("lineage", "B"); tick("state", "remission");
    set("day", "45"); set("since_day", "33"); if (known) set("mrd_end_of_induction", "0.0125");
}"""


def fill_in_all(page, known):
    page.evaluate(FILL, known)


@pytest.mark.parametrize("known", [0, 0.5, 1])
def test_the_printed_answer_is_one_sheet_whatever_is_known(open_page, fitted, known):
    page = open_page(f"{fitted}/doctor")
    fill_in_all(page, known)
    sheet = open_tab(page, "text=Page to print", ".sheet .icons svg")
    assert count_sheets(sheet) == 1
    assert find_faults(sheet) == []


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_long_answer_is_folded_and_opens(open_page, fitted, width):
    page = open_page(f"{fitted}/doctor", width=width)
    fill_in_all(page, 0.6)
    page.click("text=Show the answer")
    wait_for_answer(page)
    folded = page.locator("#answer details").all()
    assert len(folded) >= 2
    for one in folded:
        assert one.locator("li, p").first.is_hidden()
        one.locator("summary").click()
        assert one.locator("li, p").first.is_visible()
    assert find_faults(page) == []
    assert page.evaluate(OVER_THE_EDGE) == []
