"""Every state of the pages: what is wrong, refused, folded, zoomed, printed, without colours."""

from __future__ import annotations

import pytest
from browser.test_web_pages import (
    DESK,
    OVER_THE_EDGE,
    PAGES,
    PHONE,
    WAIT,
    count_sheets,
    fill_in,
    find_faults,
    open_tab,
    wait_for_answer,
)

PROBLEMS = {
    "/nothing": "There is nothing here",
    "/analyst/marker?marker=NOBODY": "This cannot be answered",
    "/analyst?pool=0000deadbeef": "Another pool",
}
ZOOMED = {"width": 320, "height": 256}
"""A desk of 1280 x 1024 at 400 %."""


def press(page, words, wanted):
    page.click(f"text={words}")
    page.wait_for_selector(wanted, timeout=WAIT)


def be_wrong(page):
    fill_in(page)
    page.fill("#age_years", "300")
    page.fill("#karyotype", "nonsense")
    page.select_option("#b_treatment", page.input_value("#a_treatment"))
    press(page, "Show the answer", "#answer-heading:has-text('must be corrected')")
    assert page.locator("#answer .wrong a").count() == 3


def be_asked_about(page):
    fill_in(page)
    page.fill("#wbc_10e9_per_l", "1500")
    page.fill("#karyotype", "46,XX,t(9;22)(q34;q11)[20]")
    press(page, "Show the answer", "#answer .said")
    assert page.locator("form .doubt").count() >= 2


def be_refused(page):
    fill_in(page)
    page.fill("#age_years", "80")
    press(page, "Show the answer", "#answer:has-text('No answer')")
    assert page.locator("#answer table").count() == 0


def be_without_what_it_was_given_for(page):
    """Before the answer to it, the page said which test decides."""
    fill_in(page)
    press(page, "Show the answer", "#answer:has-text('should be tested first')")
    page.locator("summary", has_text="Deletions and gains").click()
    page.locator("fieldset", has_text="IKZF1 del").locator("label", has_text="absent").click()
    press(page, "Show the answer", "#answer:has-text('No answer on new')")
    assert "IKZF1 del was tested and absent were given new" in page.inner_text("#answer")
    assert page.locator("#answer .icons svg").count() == 1


def compare_nothing(page):
    fill_in(page)
    page.select_option("#b_treatment", "")
    press(page, "Show the answer", "#answer table")
    assert page.locator("#answer .icons svg").count() == 1


def print_it(page):
    fill_in(page)
    sheet = open_tab(page, "text=Page to print", ".sheet table")
    assert count_sheets(sheet) == 1
    return sheet


def print_a_refusal(page):
    fill_in(page)
    page.fill("#age_years", "80")
    sheet = open_tab(page, "text=Page to print", ".sheet:has-text('No answer')")
    assert "integrated over" not in sheet.inner_text(".sheet")
    assert count_sheets(sheet) == 1
    return sheet


STATES = (
    be_wrong,
    be_asked_about,
    be_refused,
    be_without_what_it_was_given_for,
    compare_nothing,
    print_it,
    print_a_refusal,
)


def check(page, width):
    assert find_faults(page) == []
    check_width(page, width)


def check_width(page, width):
    assert page.evaluate(OVER_THE_EDGE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("state", STATES, ids=lambda one: one.__name__)
def test_every_state_of_the_doctor_is_accessible_and_fits(open_page, state, width):
    page = open_page("/doctor", width=width)
    check(state(page) or page, width)


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("path", PROBLEMS)
def test_every_problem_is_accessible_and_fits(open_page, path, width):
    page = open_page(path, width=width)
    assert PROBLEMS[path] in page.inner_text("h1")
    check(page, width)


def test_a_server_without_a_pool_says_so_and_stays_accessible(open_page, fitted):
    page = open_page(f"{fitted}/analyst")
    assert "No pool is served" in page.inner_text("h1")
    check(page, DESK)


@pytest.mark.parametrize("path", PAGES)
def test_at_400_percent_no_page_moves_sideways(open_page, path):
    page = open_page(path, **ZOOMED)
    page.wait_for_selector("#waiting", state="detached", timeout=WAIT)
    check_width(page, ZOOMED["width"])
    banner = page.locator(".banner").bounding_box()
    assert banner["height"] < ZOOMED["height"] / 4, "the status leaves room for the page"


def test_at_400_percent_the_answer_does_not_move_sideways(open_page):
    page = open_page("/doctor", **ZOOMED)
    fill_in(page)
    wait_for_answer(page)
    check(page, ZOOMED["width"])


def test_in_a_dark_room_the_page_stays_light_and_accessible(open_page):
    page = open_page("/doctor", color_scheme="dark")
    fill_in(page)
    wait_for_answer(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    check(page, DESK)


def test_without_colours_of_its_own_the_page_still_shows_what_is_chosen(open_page):
    """Windows takes the colours away (forced colours): a choice must not be told by them alone."""
    page = open_page("/doctor", forced_colors="active")
    fill_in(page)
    paints = page.evaluate(
        """() => [...document.querySelectorAll("#sex input")].map(one =>
            [one.checked, getComputedStyle(one.nextElementSibling).backgroundColor])"""
    )
    (chosen,) = {paint for is_checked, paint in paints if is_checked}
    assert chosen not in {paint for is_checked, paint in paints if not is_checked}


def test_names_of_a_screen_reader_are_those_on_the_page(open_page):
    """Every field has a name; a choice has that of its group; icons say their numbers in words."""
    page = open_page("/doctor")
    fill_in(page)
    wait_for_answer(page)
    for name in ("Age at diagnosis (years)", "White cell count at diagnosis",
                 "Unit of the white cell count", "Karyotype, as the laboratory writes it",
                 "Subtype, if known", "Treatment A", "Transplantation under B"):  # fmt: skip
        assert page.get_by_label(name, exact=True).count() >= 1, name
    group = page.get_by_role("group", name="Lineage")
    assert group.get_by_role("radio").count() == 4
    said = [one.get_attribute("aria-label") or one.text_content()
            for one in page.locator("#answer .icons svg").all()]  # fmt: skip
    assert all("alive" in words and "died" in words for words in said)
    assert page.get_by_role("region", name="The answer").count() == 1
