"""Every route has its line in the table of access, and every line its route."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chorall.web.app import create_app
from chorall.web.gate import visit
from chorall.web.gate.access import ACCESS, NOBODY, OPEN, ROLES, find_entry, find_roles
from chorall.web.login import leaving, routes
from chorall.web.settings import Settings

BASE = "http://127.0.0.1:8765"


def list_paths(routes: list[Any]) -> Iterator[str]:
    """Walk through the routes of an app and of the routers that it includes."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from list_paths(inner.routes)
        else:
            yield route.path


def test_every_route_has_a_line_and_every_line_a_route():
    of_the_login = [*routes.router.routes, *leaving.router.routes]
    paths = set(list_paths([*create_app(Settings()).routes, *of_the_login]))
    missing, dead = sorted(paths - set(ACCESS)), sorted(set(ACCESS) - paths)
    assert not missing, (
        f"these routes have no line in ACCESS (web/gate/access.py): {missing}. Say there "
        "who may ask for them; until then they are refused wherever one signs in."
    )
    assert not dead, f"these lines of ACCESS (web/gate/access.py) have no route: {dead}"


def test_only_what_holds_nothing_is_open():
    assert {path for path, roles in ACCESS.items() if NOBODY in roles} == {
        "/health", "/static/{digest}/{name}", "/login", "/login/back", "/logout/back",
        "/logout/back-channel",
    }  # fmt: skip
    assert all(roles and roles <= OPEN for roles in ACCESS.values())


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/doctor", "/doctor"),
        ("/patients/en", "/patients/{language}"),
        ("/static/0/a.css", "/static/{digest}/{name}"),
        ("/patients/{language}", "/patients/{language}"),
        ("/patients/", None), ("/patients/en/x", None), ("/doctor/", None), ("//doctor", None),
        ("/Doctor", None), ("", None), ("doctor", None), ("/doctor/print/../card", None),
    ],
)  # fmt: skip
def test_which_line_speaks_of_a_path(path, entry):
    assert find_entry(path) == entry


def test_a_role_opens_its_own_routes_alone():
    assert find_roles("/doctor", frozenset({"reader", "doctor"})) == {"doctor"}
    assert not find_roles("/doctor", frozenset({"reader", "analyst"}))
    assert not find_roles("/analyst", frozenset({"doctor", "reader"}))
    assert not find_roles("/", frozenset({NOBODY}))
    assert all(find_roles("/patients/{language}", frozenset({role})) for role in ROLES)


def test_a_route_that_is_not_the_line_that_was_judged_is_refused(monkeypatch):
    """A new route `/patients/rows` would be judged as a page for everybody."""
    app = create_app(Settings())
    inner = next(
        one.original_router for one in app.routes
        if hasattr(one, "original_router") and one.original_router.prefix == "/patients"
    )  # fmt: skip
    kept = list(inner.routes)
    try:
        inner.add_api_route("/rows", lambda: {"rows": 1})
        inner.routes.insert(0, inner.routes.pop())
        client = TestClient(create_app(Settings()), base_url=BASE)
        assert visit.VISIT.get() is None
        assert client.get("/patients/rows").status_code == 403
        assert client.get("/patients/en").status_code == 200
    finally:
        inner.routes[:] = kept
