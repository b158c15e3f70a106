"""What a login file says of programs: all that is wrong is said, and nothing starts."""

from __future__ import annotations

import json

import pytest
from unit.web.login.conftest import LOGIN
from unit.web.login.made_provider import CLIENT, ISSUER
from unit.web.login.programs.made_tokens import (
    AUDIENCE,
    PROGRAMS,
    RECORD,
    RECORD_KEY,
    SCRIPT,
)

from chorall.errors import DefinitionError, InputError
from chorall.web.login.definition import read_login
from chorall.web.login.porter import open_porter
from chorall.web.login.state import open_state


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f'audience = "{AUDIENCE}"', "", "audience"),
        (f'audience = "{AUDIENCE}"', f'audience = "{CLIENT}"', "ID token of a person"),
        (f'audience = "{AUDIENCE}"', f'audience = "{SCRIPT}"', "ID token of a person"),
        (f'clients = ["{SCRIPT}", "nightly"]', "clients = []", "clients"),
        (f'clients = ["{SCRIPT}", "nightly"]', 'clients = ["a b"]', "clients"),
        (f'clients = ["{SCRIPT}", "nightly"]', 'clients = ["a", "a"]', "two programs .* 'a'"),
        (f'clients = ["{SCRIPT}", "nightly"]', 'clients = ["ward-record"]', "two programs"),
        ("[programs.roles]", 'client_claim = "name"\n[programs.roles]', "client_claim"),
        ("[programs.roles]", 'token_types = ["none"]\n[programs.roles]', "token_types"),
        ('doctor = ["chorall.ask"]', 'health-record = ["chorall.ask"]', "health-record"),
        (f'issuer = "{RECORD}"', f'issuer = "{ISSUER}"', "belong to .programs."),
        (f'issuer = "{RECORD}"', 'issuer = "https://many.example"', "two programs .* issuer"),
        ('jwks_file = "record-keys.json"', "", "jwks_file"),
        ('jwks_file = "', 'jwks_url = "https://a.example"\njwks_file = "', "either"),
        ('jwks_url = "https', 'jwks_url = "http', "https"),
        ("longest_minutes = 30", "longest_minutes = 61", "longest_minutes"),
        ('name = "ward-record"', 'name = "ward\\nrecord"', "name"),
        ('name = "ward-record"', 'name = "ward-record"\nsecret = "a"', "secret"),
    ],
)
def test_what_is_wrong_about_programs_is_said(login_file, old, new, said):
    assert old in PROGRAMS
    login_file.write_text(LOGIN + PROGRAMS.replace(old, new))
    with pytest.raises(DefinitionError, match=said):
        read_login(login_file)


def test_all_that_is_wrong_is_said_at_once(login_file):
    text = LOGIN.replace('client_secret_env = "CHORALL_TEST_SECRET"', "") + PROGRAMS
    text = text.replace(f'"{AUDIENCE}"', f'"{CLIENT}"').replace('"shared-record"', '"ward-record"')
    login_file.write_text(text)
    with pytest.raises(DefinitionError) as said:
        read_login(login_file)
    for part in ("client_secret_env", "ID token of a person", "'ward-record'"):
        assert part in str(said.value)
    text = text.replace('"nightly"', '"a b"').replace("minutes = 30", "minutes = 0")
    login_file.write_text(text)
    with pytest.raises(DefinitionError, match="2 problems"):
        read_login(login_file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("no JSON", "a JWK set is expected"),
        ("{}", "a JWK set is expected"),
        (
            json.dumps(
                {"keys": [RECORD_KEY.as_dict(private=False), RECORD_KEY.as_dict(private=True)]}
            ),
            "private",
        ),
    ],
)
def test_a_file_of_keys_that_is_none_stops_the_start(login_file, key_file, provider, text, said):
    if text is None:
        key_file.unlink()
    else:
        key_file.write_text(text)
    with pytest.raises(InputError, match=f"the keys of health records(.|\n)*{said}"):
        open_porter(login_file, provider.transport)
    assert open_state(login_file, make=False)
