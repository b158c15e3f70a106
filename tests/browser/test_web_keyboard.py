"""The journeys of doctor, analyst and carer by keyboard alone, at a desk and on a phone."""

from __future__ import annotations

import pytest
from browser.test_web_pages import DESK, PHONE, WAIT, find_faults, wait_for_answer

MOST_STEPS = 120
LOOK = """() => { const held = document.activeElement;
    const one = (held.type === "radio" ? held.parentElement : held).getBoundingClientRect();
    const bar = document.querySelector(".banner").getBoundingClientRect().bottom;
    const seen = one.height > 2 && one.bottom > bar && one.top < innerHeight;
    const there = (one => %s)(held);
    return [seen || held.matches(".skip"), there, held.outerHTML.slice(0, 200)]; }"""


def go_to(page, wanted):
    """Press Tab until `wanted` holds of what has the focus, which may never be out of sight."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        is_seen, is_there, held = page.evaluate(LOOK % wanted)
        assert is_seen, held
        if is_there:
            return
    raise AssertionError(f"the keyboard does not come to: {wanted}")


def go_to_text(page, text):
    go_to(page, f"one.innerText.trim() === {text!r}")


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("script", [True, False])
def test_a_doctor_asks_corrects_and_prints(open_page, width, script):
    page = open_page("/", width=width, script=script)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    go_to_text(page, "Doctor")
    page.keyboard.press("Enter")
    page.wait_for_selector("#age_years")
    go_to(page, "one.id === 'age_years'")
    page.keyboard.type("300")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    go_to_text(page, "Mutations (1)")
    page.keyboard.press("Enter")
    go_to(page, "one.name === 'm:TP53'")
    page.keyboard.press("ArrowLeft")
    go_to_text(page, "Show the answer")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer-heading:focus:has-text('must be corrected')", timeout=WAIT)
    go_to_text(page, "Age at diagnosis (years)")
    page.keyboard.press("Enter")
    page.wait_for_selector("#age_years:focus")
    page.keyboard.press("Control+A")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    wait_for_answer(page)
    assert page.locator("input[name='lineage']:checked").get_attribute("value") == "B"
    assert page.locator("input[name='sex']:checked").get_attribute("value") == "male"
    assert page.locator("input[name='m:TP53']:checked").get_attribute("value") == "absent"
    go_to(page, "one.tagName === 'SUMMARY' && one.closest('#answer') !== null")
    page.keyboard.press("Enter")
    assert page.locator("#answer details[open]").count() == 1
    go_to_text(page, "Deutsch")
    with page.expect_popup() as tab:
        page.keyboard.press("Enter")
    tab.value.wait_for_selector(".summary", timeout=WAIT)
    go_to(tab.value, "one.tagName === 'SUMMARY'")
    tab.value.keyboard.press("Enter")
    assert tab.value.locator(".summary table").is_visible()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_an_analyst_finds_a_marker_and_its_data(open_page, width):
    page = open_page("/", width=width)
    go_to_text(page, "Analyst")
    page.keyboard.press("Enter")
    page.wait_for_selector("#marker")
    go_to(page, "one.id === 'marker'")
    page.keyboard.type("IKZF1")
    go_to_text(page, "Show")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('IKZF1 del')", timeout=WAIT)
    go_to_text(page, "Data (CSV)")
    with page.expect_download() as file:
        page.keyboard.press("Enter")
    assert file.value.suggested_filename.startswith("incidence-")
    go_to(page, "one.getAttribute('role') === 'region'")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')")


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_carer_reads_a_part_in_another_language(open_page, width):
    page = open_page("/", width=width)
    go_to_text(page, "Patient and carer")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1")
    go_to_text(page, "Auf Deutsch lesen")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Für Patienten und Angehörige')")
    go_to_text(page, "Was ist MRD?")
    page.keyboard.press("Enter")
    assert page.url.endswith("#mrd")
    assert find_faults(page) == []
