"""An app that knows programs: clients of the provider, and two health records."""

from __future__ import annotations

import json

import pytest
from starlette.responses import JSONResponse
from starlette.routing import Route
from unit.web.login.conftest import LOGIN
from unit.web.login.programs.made_tokens import (
    MANY_KEY,
    PROGRAMS,
    RECORD_KEY,
)


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "record-keys.json"
    file.write_text(json.dumps({"keys": [RECORD_KEY.as_dict(private=False)]}))
    return file


@pytest.fixture
def login_file(login_file, key_file):
    login_file.write_text(LOGIN + PROGRAMS)
    return login_file


@pytest.fixture
def provider(provider):
    """Let the keys of a health record be found beside those of the provider."""
    provider.many_keys = [MANY_KEY.as_dict(private=False)]

    async def show_keys(_):
        return JSONResponse({"keys": provider.many_keys})

    provider.app.router.routes.append(Route("/many/jwks", show_keys))
    return provider
