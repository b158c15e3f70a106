"""A real server and a real browser for the journeys through the web app."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest

CHROMIUM = shutil.which("chromium")
STARTS_WITHIN_SECONDS = 30
LATE_SECONDS = 1.0
LOOPBACK = ("127.0.0.1", "localhost")


def find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small simulated pool and a bank made by hand: the folders POOL and BANK."""
    from unit.models.bank.made_bank import make_bank

    import chorall as ch
    from chorall.models.bank.bank import HardlyGiven

    folder = tmp_path_factory.mktemp("served")
    ch.simulate(folder / "sim", patients=300, trials=2, seed=5)
    ch.build_pool(folder / "sim" / "consortium.toml", folder / "POOL")
    hardly_given = (HardlyGiven("new", "IKZF1_del", "absent"),)
    ch.write_bank(replace(make_bank(), hardly_given=hardly_given), folder / "BANK")
    return folder


@pytest.fixture(scope="session")
def served(served_folder: Path) -> Iterator[tuple[str, Path]]:
    """Serve the pool and the bank; yield the address and the log."""
    with serve(served_folder, "POOL", "BANK") as found:
        yield found


@pytest.fixture(scope="session")
def fitted(served_folder: Path) -> Iterator[str]:
    """Serve a bank that was fitted to the pool, with many markers; yield the address."""
    import chorall as ch

    ch.write_bank(ch.fit_bank(ch.read_pool(served_folder / "POOL")), served_folder / "FITTED")
    with serve(served_folder, "FITTED") as found:
        yield found[0]


@contextmanager
def serve(folder: Path, *served: str) -> Iterator[tuple[str, Path]]:
    """Serve folders within a folder; give the address and the log."""
    pytest.importorskip("fastapi", reason="the extra `web` is not installed")
    port, log = find_port(), folder / f"{'-'.join(served)}.log"
    command = [sys.executable, "-m", "chorall", "serve", *(str(folder / one) for one in served),
               "--port", str(port)]  # fmt: skip
    with log.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=os.environ | own_path())
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}", log
    finally:
        process.terminate()
        process.wait(20)


def own_path() -> dict[str, str]:
    """Return the path by which these tests found chorall, for the server."""
    import chorall

    home = str(Path(chorall.__file__).parents[1])
    return {"PYTHONPATH": os.pathsep.join([home, os.environ.get("PYTHONPATH", "")])}


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("the program chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, served):
    """Return a function that opens a page of a width; at the end nothing may have gone wrong.

    Every request to another host is blocked and counted; violations of the policy and errors of
    scripts come through the console. Addresses that end as one of `late` are let through late.
    """
    contexts, said, elsewhere, late = [], [], [], []

    def guard(route):
        host = route.request.url.split("/")[2].split(":")[0]
        if host in LOOPBACK:
            if route.request.url.endswith(tuple(late)):
                time.sleep(LATE_SECONDS)
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    def make(path="/", *, width=1280, height=900, script=True, late_files=(), **options):
        late[:] = late_files
        context = chromium.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script, **options
        )
        contexts.append(context)
        context.route("**/*", guard)
        # of the context: pages that open in a tab of their own count too
        context.on("console", lambda one: said.append(one.text))
        context.on("weberror", lambda one: said.append(str(one.error)))
        page = context.new_page()
        page.goto(path if path.startswith("http") else served[0] + path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert elsewhere == []
    assert [one for one in said if not re.search(r"status of 4(04|09|22)", one)] == []
