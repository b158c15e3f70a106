"""Sign in, ask, sign out in a real browser: TLS, a provider on another site, cookies, policy."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("authlib", reason="the extra `login` is not installed")

import uvicorn
from browser.conftest import find_port, own_path
from browser.test_web_pages import OVER_THE_EDGE, WAIT, fill_in, find_faults, wait_for_answer
from unit.models.bank.made_bank import make_bank
from unit.web.login.certificate import make_certificate
from unit.web.login.made_provider import CLIENT, ROLES, SECRET, MadeProvider

import chorall as ch

STARTS_WITHIN_SECONDS = 60


@pytest.fixture(scope="module")
def provider_and_address() -> Iterator[tuple[MadeProvider, str]]:
    """Run a provider on this machine: another site than the app, which is `localhost`."""
    address = f"https://localhost:{find_port()}"
    provider = MadeProvider("http://127.0.0.1:0/realm", address)
    server = uvicorn.Server(uvicorn.Config(provider.app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/realm"
    provider.move(issuer)
    yield provider, address
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def ward(tmp_path_factory, provider_and_address) -> Iterator[tuple[str, Path, Path]]:
    """Serve a bank to those who sign in; yield address, login file and the log of the server."""
    provider, address = provider_and_address
    folder = tmp_path_factory.mktemp("ward")
    certificate, key = make_certificate(folder)
    login, log = folder / "login.toml", folder / "server.log"
    roles = "\n".join(f'{role} = ["{group}"]' for role, group in ROLES.items())
    login.write_text(
        f'address = "{address}"\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\n'
        f'client_secret_env = "CHORALL_TEST_SECRET"\n[roles]\n{roles}\n'
    )
    bank = ch.write_bank(make_bank(), folder / "BANK")
    command = [sys.executable, "-m", "chorall", "serve", str(bank), "--login", str(login),
               "--certificate", str(certificate), "--key", str(key), "--host", "127.0.0.1",
               "--port", address.rsplit(":", 1)[1]]  # fmt: skip
    environment = os.environ | own_path() | {"CHORALL_TEST_SECRET": SECRET}
    with log.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
    try:
        wait_for_port(int(address.rsplit(":", 1)[1]), process, log)
        yield address, login, log
    finally:
        process.terminate()
        process.wait(20)


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


@pytest.fixture
def open_ward(chromium, ward):
    """Return a function that opens a page; nothing but this machine is asked, no policy broken."""
    contexts, said, elsewhere = [], [], []

    def guard(route):
        host = route.request.url.split("/")[2].split(":")[0]
        if host in ("127.0.0.1", "localhost"):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    def make(path="/", *, width=1280, script=True):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            ignore_https_errors=True,
        )
        contexts.append(context)
        context.route("**/*", guard)
        page = context.new_page()
        page.on("console", lambda one: said.append(one.text))
        page.on("pageerror", lambda one: said.append(str(one)))
        page.goto(ward[0] + path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert elsewhere == []
    assert [one for one in said if not re.search("40[13]|favicon", one)] == []


def sign_in(page):
    page.click("main a[href^='/login']")
    page.wait_for_selector("text=Agree", timeout=WAIT)
    page.click("text=Agree")
    page.wait_for_selector("text=Signed in as", timeout=WAIT)


@pytest.mark.parametrize("script", [True, False])
def test_sign_in_ask_and_sign_out(open_ward, ward, script):
    page = open_ward("/doctor", script=script)
    assert "Please sign in" in page.text_content("h1")
    sign_in(page)
    assert page.url == ward[0] + "/doctor"
    kept = {one["name"]: one for one in page.context.cookies() if "localhost" in one["domain"]}
    assert kept["__Host-chorall_session"]["httpOnly"]
    assert kept["__Host-chorall_session"]["secure"]
    assert "__Host-chorall_login" not in kept
    fill_in(page)
    if not script:
        page.click("button:has-text('Show the answer')")
    wait_for_answer(page)
    page.locator(".visitor button", has_text=re.compile("^Sign out$")).click()
    page.wait_for_selector("text=You are signed out", timeout=WAIT)
    page.click("text=Sign out at the sign-in service")
    page.click("text=Back")
    page.wait_for_selector("text=Here, and at the sign-in service", timeout=WAIT)
    page.goto(ward[0] + "/doctor")
    assert "Please sign in" in page.text_content("h1")


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_of_the_login_are_accessible_and_fit(open_ward, width):
    page = open_ward("/doctor", width=width)
    assert find_faults(page) == []
    sign_in(page)
    assert find_faults(page) == []
    assert page.evaluate(OVER_THE_EDGE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("text=Sign out everywhere")
    page.wait_for_selector("text=You are signed out", timeout=WAIT)
    assert find_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_session_that_was_ended_is_said_beside_the_form(open_ward, ward):
    page = open_ward("/doctor")
    sign_in(page)
    subprocess.run(
        [sys.executable, "-m", "chorall", "sessions", "end", str(ward[1]), "--all"],
        check=True, env=os.environ | own_path(), capture_output=True,
    )  # fmt: skip
    fill_in(page)
    page.wait_for_selector("text=Please sign in", timeout=WAIT)
    assert page.input_value("#age_years") == "30", "what was filled in is still there"
