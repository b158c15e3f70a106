"""An app with a login, a provider, and browsers that sign in."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("authlib", reason="the extra `login` is not installed")

from fastapi.testclient import TestClient
from unit.web.login.made_provider import ADDRESS, CLIENT, ISSUER, ROLES, SECRET, MadeProvider

from chorall.web.app import create_app
from chorall.web.gate.audit import open_audit
from chorall.web.login.porter import Porter
from chorall.web.login.provider import Provider
from chorall.web.login.state import open_state

LOGIN = f"""
address = "{ADDRESS}"
issuer = "{ISSUER}"
client_id = "{CLIENT}"
client_secret_env = "CHORALL_TEST_SECRET"

[roles]
""" + "\n".join(f'{role} = ["{group}"]' for role, group in ROLES.items())


@pytest.fixture
def login_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHORALL_TEST_SECRET", SECRET)
    file = tmp_path / "login.toml"
    file.write_text(LOGIN)
    return file


@pytest.fixture
def provider() -> MadeProvider:
    return MadeProvider()


@pytest.fixture
def clock() -> list[float]:
    import time

    return [time.time()]


@pytest.fixture
def porter(login_file: Path, provider: MadeProvider, clock: list[float]):
    state = open_state(login_file)
    made = Porter(
        state, Provider(state.definition, SECRET, provider.transport), clock=lambda: clock[0]
    )
    yield made
    made.sessions.close()


@pytest.fixture
def audit(porter: Porter, settings):
    opened = open_audit(porter.state.audit, settings.hashes)
    yield opened
    opened.close()


@pytest.fixture
def open_browser(settings, porter, audit):
    """Return a function that opens a browser of its own on the same server."""
    app = create_app(settings, porter=porter, audit=audit)

    def make(**options) -> TestClient:
        return TestClient(app, base_url=ADDRESS, follow_redirects=False, **options)

    return make


@pytest.fixture
def browser(open_browser) -> TestClient:
    return open_browser()


@pytest.fixture
def sign_in(provider):
    """Return a function that takes a browser through the provider and back."""

    def go(browser: TestClient, to: str = "/", **claims):
        begun = browser.get("/login", params={"to": to})
        assert begun.status_code == 303
        return browser.get(provider.approve(begun.headers["location"], **claims))

    return go
