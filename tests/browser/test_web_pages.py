"""Journeys through the web app: two widths, with and without scripts, by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
DESK, PHONE = 1280, 390
PAGES = ("/", "/doctor", "/doctor/card", "/analyst", "/analyst/marker?marker=TP53",
         "/analyst/quality", "/analyst/prognosis", "/analyst/treatment",
         "/analyst/treatment?marker=IKZF1_del", "/analyst/transplant", "/analyst/not-randomised",
         "/analyst/risk", "/analyst/deescalation", "/patients/en", "/patients/de",
         "/patients/de/summary")  # fmt: skip
WAIT = 60_000
OVER_THE_EDGE = """() => [...document.querySelectorAll("main *")].filter(one =>
    !one.closest(".scroll") && !one.closest(".hidden") && !one.closest("svg") &&
    one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 120))"""


def find_faults(page):
    """Return every finding of axe, from minor to critical."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [(one["id"], node["html"][:160]) for one in found["violations"] for node in one["nodes"]]


def fill_in(page):
    page.fill("#age_years", "30")
    page.locator("label", has_text=re.compile("^male$")).click()
    page.locator("fieldset", has_text="Lineage").locator("label", has_text="B").first.click()


def wait_for_answer(page):
    page.wait_for_selector("#answer table", timeout=WAIT)


def open_tab(page, selector, wanted):
    """Press what opens a tab of its own; return that."""
    with page.expect_popup() as tab:
        page.click(selector)
    tab.value.wait_for_selector(wanted, timeout=WAIT)
    return tab.value


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_accessible_and_fits(open_page, path, width):
    page = open_page(path, width=width)
    page.wait_for_selector("#waiting", state="detached", timeout=WAIT)
    assert find_faults(page) == []
    assert page.evaluate(OVER_THE_EDGE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_answer_comes_by_itself_and_is_accessible(open_page, width):
    page = open_page("/doctor", width=width)
    address = page.url
    fill_in(page)
    wait_for_answer(page)
    assert page.url == address, "values must not go into the address"
    assert page.input_value("#age_years") == "30"
    assert page.locator("#answer .icons svg").count() == 2
    page.locator("summary", has_text="Mutations").click()
    page.locator("fieldset", has_text="TP53").locator("label", has_text="absent").click()
    page.wait_for_selector("#answer:has-text('TP53')", timeout=WAIT)
    assert find_faults(page) == []
    assert page.evaluate(OVER_THE_EDGE) == []


def test_on_a_phone_no_difference_is_out_of_sight(open_page):
    page = open_page("/doctor", width=PHONE)
    fill_in(page)
    wait_for_answer(page)
    out = "one => one.scrollWidth > one.clientWidth"
    assert page.locator("#answer .scroll").evaluate_all(f"all => all.filter({out}).length") == 0


def test_a_message_comes_to_its_field_and_goes_again(open_page):
    page = open_page("/doctor")
    fill_in(page)
    page.fill("#age_years", "300")
    page.locator("#karyotype").focus()
    page.wait_for_selector("#message-age_years:has-text('cannot be')", timeout=WAIT)
    assert page.evaluate("document.activeElement.id") == "karyotype", "the focus must stay"
    assert find_faults(page) == []
    page.fill("#age_years", "30")
    page.locator("#karyotype").focus()
    wait_for_answer(page)
    assert page.inner_text("#message-age_years") == ""


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_main_way_needs_no_script(open_page, served, width):
    page = open_page("/doctor", width=width, script=False)
    fill_in(page)
    page.locator("summary", has_text="Mutations").click()
    page.locator("fieldset", has_text="TP53").locator("label", has_text="present").click()
    page.click("text=Show the answer")
    wait_for_answer(page)
    assert page.locator("input[name='m:TP53'][value='present']").is_checked()
    assert page.locator("#answer .verdict").count() == 1
    assert page.locator("#answer-heading").bounding_box()["y"] < 900, "the answer is in sight"
    assert page.locator("#answer-heading:focus").count() == 1
    assert not page.locator("button[data-summary]").first.is_visible(), "links need scripts"
    assert not page.locator("#share").is_visible()
    assert "print the summary instead" in page.inner_text("#answer")
    sheet = open_tab(page, "text=Page to print", ".sheet")
    assert "TP53" in sheet.inner_text(".sheet")
    assert sheet.url == f"{served[0]}/doctor/print", "values must not go into the address"
    assert page.input_value("#age_years") == "30", "the form stays as it was"


def count_sheets(page):
    return len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True)))


def test_the_printed_answer_is_one_sheet(open_page):
    page = open_page("/doctor", script=False)
    fill_in(page)
    assert count_sheets(open_tab(page, "text=Page to print", ".sheet")) == 1


def open_summary(page, language):
    fill_in(page)
    page.click("text=Show the answer")
    wait_for_answer(page)
    tab = open_tab(page, f"button[name=summary][value={language}]", ".summary")
    assert tab.url.endswith("/doctor/summary"), "values must not go into the address"
    return tab


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_summary_for_the_patient_is_accessible(open_page, width, language):
    page = open_summary(open_page("/doctor", width=width), language)
    assert page.locator(".summary .icons svg").count() == 2
    assert not page.locator(".summary table").is_visible()
    page.locator(".summary summary").click()
    assert page.locator(".summary table").is_visible(), "the reader chose to see more"
    assert find_faults(page) == []
    assert page.evaluate(OVER_THE_EDGE) == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_summary_needs_no_script_and_is_one_sheet(open_page, language):
    page = open_summary(open_page("/doctor", script=False), language)
    assert count_sheets(page) == 1


@pytest.mark.parametrize("late", ["htmx.min.js", "share.js"])
def test_a_link_carries_the_inputs_after_the_hash_and_the_server_sees_none(open_page, served, late):
    page = open_page("/doctor")
    fill_in(page)
    page.fill("#age_years", "31.25")
    page.click("text=Copy a link")
    page.wait_for_selector("#share-said:has-text('sees the inputs')", timeout=WAIT)
    assert "age_years=31.25" in page.url.split("#")[1]
    assert "token" not in page.url
    other = open_page(page.url.removeprefix(served[0]), late_files=[late])
    wait_for_answer(other)
    assert other.input_value("#age_years") == "31.25"
    assert other.locator("input[name='sex']:checked").get_attribute("value") == "male"
    assert "31.25" not in served[1].read_text("utf-8")
    assert other.inner_text("#share-told") == ""


def test_a_link_of_another_bank_says_so_and_what_was_left_out(open_page):
    """Nothing is dropped in silence, and no treatment is put in the place of one not known."""
    bank = "bank=0123456789abcdef"
    page = open_page(
        f"/doctor#{bank}&age_years=30&lineage=B&sex=other&m:NOBODY=present&a_treatment=tki&"
        "m:TP53=absent"
    )
    wait_for_answer(page)
    told = page.inner_text("#share-told")
    assert told == (
        "This link was made with another bank: its numbers were others. Left out, for this bank "
        "does not ask it so: sex, NOBODY, a treatment."
    )
    assert page.input_value("#a_treatment") == "old"
    assert page.locator("input[name='sex']:checked").get_attribute("value") == ""
    assert page.locator("input[name='m:TP53']:checked").get_attribute("value") == "absent"
    assert find_faults(page) == []


def share_summary(page, language):
    """Return the link to the summary of the form as it is filled in."""
    fill_in(page)
    page.fill("#age_years", "31.25")
    page.locator("summary", has_text="Mutations").click()
    page.locator("fieldset", has_text="TP53").locator("label", has_text="absent").click()
    page.wait_for_selector("#answer:has-text('TP53')", timeout=WAIT)
    page.click(f"button[data-summary='/patients/{language}/summary']")
    page.wait_for_selector("#summary-said a", timeout=WAIT)
    return page.get_attribute("#summary-said a", "href")


@pytest.mark.parametrize(("language", "width"), [("en", DESK), ("de", PHONE)])
def test_a_link_opens_the_same_summary_and_no_address_holds_a_value(
    open_page, served, language, width
):
    page = open_page("/doctor")
    link = share_summary(page, language)
    assert "age_years=31.25" in link.split("#")[1]
    assert "token" not in link
    tab = open_tab(page, f"button[name=summary][value={language}]", ".summary")
    shown = tab.inner_text(".summary")

    other, asked = open_page("/patients/en", width=width), []
    other.on("request", lambda one: asked.append(one))
    other.goto(link)
    other.wait_for_selector(".summary", timeout=WAIT)
    assert other.inner_text(".summary") == shown
    assert other.get_attribute("html", "lang") == language
    assert find_faults(other) == []
    assert other.evaluate(OVER_THE_EDGE) == []
    assert [(one.method, one.url.removeprefix(served[0])) for one in asked
            if "/static/" not in one.url] == [
        ("GET", f"/patients/{language}/summary"), ("POST", f"/patients/{language}/summary"),
    ]  # fmt: skip
    (posted,) = (one for one in asked if one.method == "POST")
    assert "age_years=31.25" in posted.post_data
    for one in asked:
        told = one.url + "".join(one.all_headers().values())
        assert not re.search(r"31\.25|TP53|age_years|lineage|#", told)
    assert other.evaluate("document.referrer") == ""
    assert other.evaluate("localStorage.length + sessionStorage.length") == 0
    other.reload()
    other.wait_for_selector(".summary", timeout=WAIT)
    assert other.inner_text(".summary") == shown
    assert not re.search(r"31\.25|TP53|age_years", served[1].read_text("utf-8"))


def test_the_page_that_is_opened_from_the_doctors_own_knows_no_value_of_where_it_came_from(
    open_page, served
):
    page = open_page("/doctor")
    share_summary(page, "en")
    page.click("text=Copy a link")  # the inputs stand in the address bar too
    page.wait_for_selector("#share-said:has-text('sees the inputs')", timeout=WAIT)
    page.click("#summary-said a")
    page.wait_for_selector(".summary", timeout=WAIT)
    assert page.evaluate("document.referrer") == f"{served[0]}/doctor"


@pytest.mark.parametrize("script", [True, False])
def test_a_link_that_makes_no_summary_says_what_to_do(open_page, script):
    """Without inputs, with what cannot be, and without scripts: ask for the printed page."""
    page = open_page("/patients/de/summary", script=script, width=PHONE)
    page.wait_for_selector("main:has-text('die gedruckte Übersicht')", timeout=WAIT)
    assert find_faults(page) == [] if script else "JavaScript" in page.inner_text("main")
    page = open_page("/patients/en/summary#age_years=300&a_treatment=new", script=script)
    page.wait_for_selector("main:has-text('the printed summary')", timeout=WAIT)
    page.wait_for_selector("text=Please wait", state="hidden", timeout=WAIT)
    page.click("text=What the words mean")
    page.wait_for_selector("h1:has-text('For patients and carers')", timeout=WAIT)


def test_an_analyst_finds_a_marker_and_its_data(open_page):
    page = open_page("/analyst", width=PHONE)
    page.select_option("#marker", "IKZF1_del")
    page.click("text=Show")
    page.wait_for_selector("h1:has-text('IKZF1 del')", timeout=WAIT)
    assert page.locator("figure svg").count() >= 2
    with page.expect_download() as file:
        page.locator("text=Data (CSV)").first.click()
    assert file.value.suggested_filename.startswith("incidence-")


def test_an_analyst_goes_from_the_pool_to_a_risk_group_and_its_data(open_page):
    page = open_page("/analyst", width=PHONE, script=False)
    page.click("text=Risk groups")
    while page.locator("#waiting").count():
        page.click("text=Look again")
    page.select_option("#grouping", "nci")
    page.click("text=Show")
    page.wait_for_selector("caption:has-text('Groups by NCI/Rome risk groups (nci)')", timeout=WAIT)
    assert "grouping=nci&pool=" in page.url
    with page.expect_download() as file:
        page.locator("text=(CSV)").first.click()
    assert file.value.suggested_filename.startswith("risk-groups-")
    page.click("text=De-escalation")
    while page.locator("#waiting").count():
        page.click("text=Look again")
    assert page.locator("caption:has-text('Verdicts')").count() == 1


def test_a_reader_changes_the_language(open_page):
    page = open_page("/patients/en", width=PHONE)
    page.click("text=Auf Deutsch lesen")
    page.wait_for_selector("h1:has-text('Für Patienten und Angehörige')")
    page.click("text=Was ist MRD?")
    assert page.url.endswith("#mrd")


def test_the_log_of_it_all_holds_no_value(open_page, served):
    page = open_page("/doctor", script=False)
    fill_in(page)
    page.fill("#age_years", "31.4159")
    page.fill("#karyotype", "46,XX,t(9;22)(q34;q11)[20]")
    page.click("text=Show the answer")
    wait_for_answer(page)
    open_tab(page, "button[name=summary][value=de]", ".summary")
    log = served[1].read_text("utf-8")
    assert "POST /doctor 200" in log
    assert "POST /doctor/summary 200" in log
    assert not re.search(r"31\.4159|t\(9;22\)|IKZF1|TP53|age_years|Traceback", log)
