"""Write docs/images/web-*.png: pages of the web app on simulated trials (`make screenshots`)."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.request import urlopen

from PIL import Image, ImageOps
from playwright.sync_api import Browser, sync_playwright

import chorall as ch

PICTURES: Final = Path(__file__).parents[1] / "docs" / "images"
SIMULATE: Final = {"patients": 3000, "trials": 8, "seed": 7}
COLOURS: Final = 48
WAIT: Final = 120_000
MOST_WIDTH: Final = 1000
DESK, PHONE, SHEET = (1280, 1600), (390, 1500), (688, 1000)
MARGIN: Final = 53
"""Of a sheet of A4, all in dots of a screen."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture.

    Attributes
    ----------
    path : str
        Where the page is.
    size : tuple of int
        Width and height of the window; what lies below is cut off.
    act : callable or None
        What is done on the page first; returns the page that the picture is taken of.
    media : {"screen", "print"}
        As it looks there.
    """

    path: str
    size: tuple[int, int] = DESK
    act: Callable[[Any], Any] | None = None
    media: str = "screen"


def ask(page: Any) -> Any:
    """Fill in a made-up patient and wait for the answer."""
    page.fill("#age_years", "34")
    page.locator("label", has_text=re.compile("^male$")).click()
    page.locator("fieldset", has_text="Lineage").locator("label", has_text="B").first.click()
    page.fill("#wbc_10e9_per_l", "45")
    page.fill("#karyotype", "46,XY,t(9;22)(q34;q11)[15]/46,XY[5]")
    page.locator("#age_years").focus()
    page.wait_for_selector("#answer .said", timeout=WAIT)
    page.evaluate("document.activeElement.blur()")
    return page


def go_to_answer(page: Any) -> Any:
    """Do the same, and move to the answer."""
    ask(page)
    page.evaluate("document.querySelector('#answer').scrollIntoView()")
    return page


def open_tab(page: Any, selector: str, wanted: str) -> Any:
    """Press what opens a tab of its own; return that."""
    ask(page)
    with page.expect_popup() as tab:
        page.click(selector)
    tab.value.wait_for_selector(wanted, timeout=WAIT)
    return tab.value


def print_it(page: Any) -> Any:
    """Open the page to print."""
    return open_tab(page, "text=Page to print", ".sheet")


def summarise(language: str) -> Callable[[Any], Any]:
    """Return what opens the summary in a language, more numbers unfolded."""

    def act(page: Any) -> Any:
        tab = open_tab(page, f"button[name=summary][value={language}]", ".summary")
        tab.locator(".summary summary").click()
        return tab

    return act


SHOTS: Final = {
    "web-doctor": Shot("/doctor", DESK, ask),
    "web-doctor-phone": Shot("/doctor", PHONE, go_to_answer),
    "web-print": Shot("/doctor", SHEET, print_it, "print"),
    "web-summary-en": Shot("/doctor", (900, 2400), summarise("en")),
    "web-summary-de": Shot("/doctor", (900, 2400), summarise("de")),
    "web-marker": Shot("/analyst/marker?marker=TP53", DESK),
    "web-prognosis": Shot("/analyst/prognosis", DESK),
    "web-risk": Shot("/analyst/risk?grouping=ukallxii_clinical", DESK),
    "web-transplant": Shot("/analyst/transplant", DESK),
    "web-deescalation": Shot("/analyst/deescalation", (1280, 2000)),
    "web-patients-phone": Shot("/patients/en", PHONE),
}


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a simulated pool and the bank fitted to it; give the address."""
    ch.simulate(folder / "sim", **SIMULATE)
    pool = ch.build_pool(folder / "sim" / "consortium.toml", folder / "POOL")
    ch.write_bank(ch.fit_bank(pool), folder / "BANK")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "chorall", "serve", "POOL", "BANK", "--port", str(port)]
    own = {"PYTHONPATH": str(Path(ch.__file__).resolve().parents[1])}
    with subprocess.Popen(command, cwd=folder, env=os.environ | own, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as server:  # fmt: skip
        try:
            yield wait_for(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> str:
    """Return the address when it answers."""
    while server.poll() is None:
        try:
            with urlopen(f"{address}/health", timeout=2):
                return address
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def shoot(browser: Browser, address: str, name: str, shot: Shot) -> None:
    """Take one picture and write it small."""
    width, height = shot.size
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(address + shot.path)
    page.wait_for_selector("#waiting", state="detached", timeout=WAIT)
    if shot.act:
        page = shot.act(page)
    page.emulate_media(media=shot.media)
    with Image.open(BytesIO(page.screenshot())) as taken:
        picture = taken.convert("RGB")
    if shot.media == "print":
        picture = ImageOps.expand(picture, MARGIN, "white")
    picture.thumbnail((MOST_WIDTH, 10 * MOST_WIDTH), Image.Resampling.LANCZOS)
    picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(
        PICTURES / f"{name}.png", optimize=True
    )
    context.close()


def main() -> None:
    """Take every picture, or those that are named."""
    chosen = sys.argv[1:] or list(SHOTS)
    program = shutil.which("chromium")
    with TemporaryDirectory() as folder, serve(Path(folder)) as address, sync_playwright() as run:
        browser = run.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name in chosen:
            shoot(browser, address, name, SHOTS[name])
            print(f"{name}.png {(PICTURES / f'{name}.png').stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main()
