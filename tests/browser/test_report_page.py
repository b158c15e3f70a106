"""Open the report in headless Chromium at the width of a desk and of a phone."""

import re
import shutil
import struct
import subprocess

import pytest
from unit.reports.built_results import (
    MANIFEST,
    built_incidence,
    built_overview,
    built_prognosis,
    built_sheet,
)

from chorall.reports.documents import write_documents
from chorall.reports.page import render_report

CHROMIUM = shutil.which("chromium")
DESK, PHONE = 1280, 390
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="the program chromium is not installed")

MEASURE = """
<script>
document.addEventListener("DOMContentLoaded", () => {
  const wide = [...document.querySelectorAll("main *")].filter(element =>
    !element.closest(".scroll") && element.getBoundingClientRect().right > innerWidth + 1);
  const svg = [...document.querySelectorAll("svg")];
  const sizes = svg.flatMap(drawing => [...drawing.querySelectorAll("text")].map(text =>
    parseFloat(getComputedStyle(text).fontSize) * drawing.getBoundingClientRect().width
      / drawing.viewBox.baseVal.width));
  const outside = svg.flatMap(drawing => {
    const frame = drawing.getBoundingClientRect();
    return [...drawing.querySelectorAll("text")].filter(text => {
      const box = text.getBoundingClientRect();
      return box.right > frame.right + 1 || box.left < frame.left - 1
        || box.bottom > frame.bottom + 1;
    });
  });
  const overlaps = svg.flatMap(drawing => {
    const boxes = [...drawing.querySelectorAll("text")].map(text => text.getBoundingClientRect());
    return boxes.filter((a, i) => boxes.slice(i + 1).some(b =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4));
  });
  scrollTo(0, document.body.scrollHeight);
  const banner = document.querySelector(".banner").getBoundingClientRect();
  document.title = ["MEASURED", document.documentElement.scrollWidth, innerWidth, wide.length,
    Math.min(...sizes).toFixed(1), outside.length, overlaps.length, Math.round(banner.top)]
    .join(" ");
});
</script>
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    results = built_overview(), built_incidence(), built_prognosis()
    sheets = [built_sheet("IKZF1_deletion"), built_sheet("TCF3::HLF")]
    text = render_report(*results, manifest=MANIFEST, sheets=sheets, sheet_rule="Two.")
    return write_documents(text, folder / "report.html", ["html"])[0]


def run_chromium(folder, *arguments):
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode()


def measure(page, width):
    """Return what a script in a copy of the page measures; the report itself holds no script."""
    html = page.read_text("utf-8")
    free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    assert free != html
    # Headless Chromium makes no window narrower than 500: the copy is shown in a frame.
    copy = page.parent / f"measured-{width}.html"
    copy.write_text(free.replace("</body>", MEASURE + "</body>"), "utf-8")
    frame = page.parent / f"frame-{width}.html"
    frame.write_text(
        f'<iframe id="frame" src="{copy.name}" '
        f'style="width:{width}px;height:900px;border:0"></iframe>'
        '<script>document.getElementById("frame").onload = event =>'
        " document.title = event.target.contentDocument.title</script>",
        "utf-8",
    )
    dom = run_chromium(
        page.parent, "--allow-file-access-from-files", "--dump-dom", f"file://{frame}"
    )
    found = re.search(r"<title>MEASURED ([\d. -]+)</title>", dom)
    assert found, "the page was not measured"
    return [float(number) for number in found[1].split()]


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_nothing_runs_over_the_edge_and_figures_stay_legible(page, width):
    scroll_width, inner, n_wide, smallest, n_outside, n_overlaps, banner_top = measure(page, width)
    assert inner == width
    assert scroll_width <= width
    assert n_wide == 0
    assert smallest >= 9
    assert n_outside == 0
    assert n_overlaps == 0
    assert banner_top == 0, "the banner does not stay in view"


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_page_can_be_drawn(page, width, tmp_path):
    picture = tmp_path / "page.png"
    size = f"--window-size={width},1600"
    run_chromium(page.parent, size, f"--screenshot={picture}", f"file://{page}")
    assert struct.unpack(">II", picture.read_bytes()[16:24]) == (width, 1600)


def test_the_page_as_the_browser_sees_it_asks_for_nothing(page):
    dom = run_chromium(page.parent, "--dump-dom", f"file://{page}")
    assert "SYNTHETIC DATA" in dom
    assert not re.search(r"(src|href)=[\"']?(http|//|file)", dom)
    assert "<script" not in dom


def test_the_page_prints(page, tmp_path):
    printed = tmp_path / "report.pdf"
    run_chromium(
        page.parent, "--no-pdf-header-footer", f"--print-to-pdf={printed}", f"file://{page}"
    )
    assert printed.read_bytes().startswith(b"%PDF")
    assert printed.stat().st_size > 50_000
