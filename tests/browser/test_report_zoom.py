"""Reports of a pool and of a run at 400 %: no sideways scroll, nothing serious for axe."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from unit.cli.small_pool import write_pool_of
from unit.reports.built_results import (
    MANIFEST,
    built_incidence,
    built_overview,
    built_prognosis,
    built_sheet,
)
from unit.reports.made_results import made_result, simulated_pool

import chorall as ch
from chorall.analyses.bank.tripod_known import fill_tripod_of_pool
from chorall.reports.page import render_report
from chorall.reports.run_page import render_run_report
from chorall.reports.runs import describe_input, write_run

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WAIT = 60_000
ZOOMED = {"width": 320, "height": 256}
DESK = {"width": 1280, "height": 900}
OVER_THE_EDGE = """() => [...document.querySelectorAll("body *")].filter(one =>
    !one.closest(".scroll") && one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write a report of a pool with every section, and one of a run."""
    folder = tmp_path_factory.mktemp("zoom")
    pool = ch.read_pool(write_pool_of(folder / "pool", 1))
    prognosis = ch.prognosis(pool, endpoints=("OS",), adjust=())
    run = write_run(
        folder / "run", [prognosis], command="prognosis",
        command_line=["prognosis", f"--title={'long' * 30}", str(pool.path)],
        arguments={"pool": str(pool.path), "endpoint": ["OS"]},
        inputs=[describe_input("pool", pool.path)],
    )  # fmt: skip
    whole = render_report(
        built_overview(), built_incidence(),
        dataclasses.replace(built_prognosis(), remark=prognosis.remark), manifest=MANIFEST,
        sheets=[built_sheet("IKZF1_deletion")], risk=made_result("risk"),
        deescalation=made_result("deescalation"), tripod=fill_tripod_of_pool(simulated_pool(3)),
    )  # fmt: skip
    files = {"pool": folder / "pool.html", "run": folder / "run.html"}
    files["pool"].write_text(whole, "utf-8")
    files["run"].write_text(render_run_report(run), "utf-8")
    return files


@pytest.fixture
def open_report(chromium, pages):
    contexts, asked = [], []

    def make(name, viewport):
        # axe is put into the page from outside, which its policy forbids to everybody else
        context = chromium.new_context(viewport=viewport, bypass_csp=True)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda one: asked.append(one.url))
        page.goto(pages[name].as_uri(), timeout=WAIT)
        assert asked == [pages[name].as_uri()], "nothing else is asked for"
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", ["pool", "run"])
def test_at_400_percent_the_page_does_not_move_sideways(open_report, name) -> None:
    page = open_report(name, ZOOMED)
    assert page.evaluate("document.documentElement.scrollWidth") == ZOOMED["width"]
    assert page.evaluate(OVER_THE_EDGE) == []
    banner = page.locator(".banner").bounding_box()
    assert banner is not None
    assert banner["height"] < ZOOMED["height"] / 5, "the status leaves room for the page"


@pytest.mark.parametrize("viewport", [ZOOMED, DESK], ids=["400 %", "desk"])
@pytest.mark.parametrize("name", ["pool", "run"])
def test_axe_finds_nothing_moderate_or_worse(open_report, name, viewport) -> None:
    page = open_report(name, viewport)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in found["violations"]] == []
