"""A page that waits for a long answer: with scripts it comes by itself, without by a link."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

pytest.importorskip("fastapi", reason="the extra `web` is not installed")

import uvicorn
from browser.test_web_pages import DESK, PHONE, WAIT, find_faults

from chorall.web.analyst import deescalation as analyst_deescalation
from chorall.web.app import create_app
from chorall.web.desk import Desk
from chorall.web.settings import open_settings

PATH = "/analyst/deescalation"


@pytest.fixture
def waiting(served_folder, monkeypatch):
    """Serve in this process with no patience; the answer is held back until `go` is set."""
    go, real = threading.Event(), analyst_deescalation.ask_candidates

    def held(settings):
        assert go.wait(120)
        return real(settings)

    monkeypatch.setattr(analyst_deescalation, "ask_candidates", held)
    app = create_app(open_settings((served_folder / "POOL",)))
    app.state.desk = Desk(patience=0.0)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield SimpleNamespace(address=f"http://127.0.0.1:{port}", go=go)
    go.set()
    server.should_exit = True
    thread.join(60)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_answer_comes_by_itself(open_page, waiting, width):
    page = open_page(waiting.address + PATH, width=width)
    page.wait_for_selector("#waiting:has-text('being worked out')", timeout=WAIT)
    assert find_faults(page) == []
    waiting.go.set()
    page.wait_for_selector("h2:has-text('The gates')", timeout=WAIT)
    assert page.locator("#waiting").count() == 0
    assert page.locator("main").count() == 1
    assert find_faults(page) == []


def test_without_scripts_there_is_a_link(open_page, waiting):
    page = open_page(waiting.address + PATH, script=False)
    page.wait_for_selector("#waiting", timeout=WAIT)
    waiting.go.set()
    while page.locator("#waiting").count():
        page.click("text=Look again")
    assert page.locator("h2:has-text('The gates')").count() == 1
