"""One server for all tests: a bank made by hand, and a small simulated pool."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra `web` is not installed")

from fastapi.testclient import TestClient
from unit.cli.conftest import run
from unit.models.bank.made_bank import make_bank

import chorall as ch
from chorall.web.app import create_app
from chorall.web.desk import Desk
from chorall.web.settings import Settings, open_settings

__all__ = ["run"]

BASE = "http://127.0.0.1:8765"


@pytest.fixture(scope="session")
def served_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("served")
    ch.simulate(folder / "sim", patients=300, trials=2, seed=5)
    ch.build_pool(folder / "sim" / "consortium.toml", folder / "POOL")
    return folder / "POOL", ch.write_bank(make_bank(), folder / "BANK")


@pytest.fixture(scope="session")
def settings(served_folders: tuple[Path, Path]) -> Settings:
    return open_settings(served_folders)


@pytest.fixture(scope="session")
def desk() -> Desk:
    """Keep the answers to long questions for all tests, and wait for them."""
    return Desk(patience=300.0)


@pytest.fixture
def client(settings: Settings, desk: Desk) -> TestClient:
    app = create_app(settings)
    app.state.desk = desk
    return TestClient(app, base_url=BASE)


@pytest.fixture
def ask(client: TestClient):
    """Fill in the form and post it, as a browser does."""

    def post(path: str = "/doctor", **given: str):
        token = re.search(r'name="token" value="(\w+)"', client.get("/doctor").text)
        assert token
        filled = {"token": token[1], "a_treatment": "new", "b_treatment": "old", **given}
        return client.post(path, data=filled)

    return post
