"""Where the server listens, what a login file must say, whom it believes about TLS."""

from __future__ import annotations

import importlib.util
import logging
import os
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from unit.web.login.certificate import make_certificate
from unit.web.login.conftest import LOGIN
from unit.web.login.made_provider import ADDRESS, SECRET

from chorall.errors import DefinitionError, InputError
from chorall.web.app import create_app
from chorall.web.gate.doors import Doors
from chorall.web.login.definition import read_login
from chorall.web.login.porter import open_porter
from chorall.web.login.provider import check_installed
from chorall.web.login.sessions import Sessions, open_sessions
from chorall.web.login.state import open_state, read_secret
from chorall.web.serving import LOGGING, create_config
from chorall.web.settings import Settings


@pytest.fixture(autouse=True)
def keep_loggers():
    """Let what a server does to the loggers of this process end with the test."""
    loggers = [logging.getLogger(name) for name in LOGGING["loggers"]]
    kept = [(one.level, one.propagate, list(one.handlers)) for one in loggers]
    yield
    for one, (level, propagate, handlers) in zip(loggers, kept, strict=True):
        one.setLevel(level)
        one.propagate, one.handlers[:] = propagate, handlers


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return make_certificate(tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "chorall.example", ""])
def test_elsewhere_one_listens_with_login_and_tls_only(host, login_file, certificate):
    pair = {"certificate": certificate[0], "key": certificate[1]}
    for doors, wanted in [
        (Doors(host), "it needs a login"),
        (Doors(host, **pair), "it needs a login"),
        (Doors(host, behind_proxy=("10.0.0.7",)), "it needs a login"),
        (Doors(host, login=login_file), "a login needs TLS"),
        (Doors(host, login=login_file, certificate=certificate[0]), "belong together"),
        (Doors(host, login=login_file, behind_proxy=("10.0.0.7",), **pair), "or by a proxy"),
    ]:
        with pytest.raises(InputError, match=f"the door is closed(.|\n)*{wanted}"):
            doors.check()
    Doors(host, login=login_file, **pair).check()
    Doors(host, login=login_file, behind_proxy=("10.0.0.7", "10.1.0.0/28", "::1")).check()


def test_on_this_machine_too_a_login_needs_tls(login_file):
    Doors().check()
    with pytest.raises(InputError, match="a login needs TLS"):
        Doors(login=login_file).check()
    Doors(login=login_file, behind_proxy=("127.0.0.1",)).check()


@pytest.mark.parametrize(
    "proxy", ["*", "0.0.0.0/0", "::/0", "proxy", "", "10.0.0.1/8", "127.0.0.1,*"]
)
def test_not_everybody_is_a_proxy(login_file, proxy):
    with pytest.raises(InputError, match="--behind-proxy"):
        Doors(login=login_file, behind_proxy=(proxy,)).check()


def test_files_that_are_not_there_are_said_together(tmp_path):
    doors = Doors("0.0.0.0", 1, tmp_path / "a", tmp_path / "b", tmp_path / "c")
    with pytest.raises(InputError) as said:
        doors.check()
    assert [str(tmp_path / name) in str(said.value) for name in "abc"] == [True] * 3


def test_a_proxy_is_believed_and_nobody_else(settings, porter, login_file):
    doors = Doors(login=login_file, behind_proxy=("10.0.0.7", "10.1.0.0/28"))
    config = create_config(settings, doors, porter)
    config.load()
    said = {"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1"}
    for address, status in [("10.0.0.7", 303), ("10.1.0.9", 303), ("10.0.0.8", 400),
                            ("127.0.0.1", 400)]:  # fmt: skip
        browser = TestClient(config.loaded_app, base_url="http://chorall.example",
                             client=(address, 1234), follow_redirects=False)  # fmt: skip
        assert browser.get("/login", headers=said).status_code == status, address
        assert browser.get("/login").status_code == 400, "the proxy did not say that there is TLS"


def test_without_a_proxy_nobody_is_believed(settings, porter, login_file, certificate):
    config = create_config(settings, Doors("0.0.0.0", 1, login_file, *certificate), porter)
    config.load()
    browser = TestClient(
        config.loaded_app, base_url="http://chorall.example", client=("127.0.0.1", 1)
    )
    assert browser.get("/login", headers={"x-forwarded-proto": "https"}).status_code == 400


def test_old_tls_is_not_spoken(settings, porter, login_file, certificate):
    config = create_config(settings, Doors("0.0.0.0", 1, login_file, *certificate), porter)
    config.load()
    assert config.ssl.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_through_tls_the_whole_way(settings, login_file, certificate, provider):
    """A real server with a certificate, a real client that checks it."""
    import uvicorn

    login_file.write_text(LOGIN.replace(ADDRESS, "https://localhost"))
    porter = open_porter(login_file, provider.transport)
    doors = Doors("127.0.0.1", 0, login_file, *certificate)
    server = uvicorn.Server(create_config(settings, doors, porter))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        trusted = ssl.create_default_context(cafile=certificate[0])
        with httpx2.Client(base_url=f"https://localhost:{port}", verify=trusted) as client:
            assert client.get("/").status_code == 401
            sent = client.get("/login")
            assert sent.status_code == 303
            assert sent.headers["strict-transport-security"]
            assert "server" not in sent.headers
        with pytest.raises(httpx2.HTTPError):
            httpx2.get(f"http://127.0.0.1:{port}/login")
        with pytest.raises(httpx2.HTTPError):
            httpx2.get(f"https://localhost:{port}/login")
    finally:
        server.should_exit = True
        thread.join()


# ---- the login file -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('address = "https://chorall.example"', 'address = "http://chorall.example"', "https://"),
        ('address = "https://chorall.example"', 'address = "https://chorall.example/"', "https://"),
        ('address = "https://chorall.example"', 'address = "https://a@chorall.example"', "user"),
        ('address = "https://chorall.example"', "", "address"),
        ('issuer = "https', 'issuer = "http', "https"),
        ('client_secret_env = "CHORALL_TEST_SECRET"', "", "client_secret_file"),
        ('client_secret_env = "', 'client_secret_file = "a"\nclient_secret_env = "', "either"),
        ('client_secret_env = "CHORALL_TEST_SECRET"', 'client_secret = "s3cret"', "client_secret"),
        ("[roles]", '[roles]\nnurse = ["a"]', "nurse"),
        ("[roles]", 'scopes = ["profile"]\n[roles]', "openid"),
        ("[roles]", "idle_minutes = 0\n[roles]", "idle_minutes"),
        ("[roles]", "longest_hours = 100\n[roles]", "longest_hours"),
        ("[roles]", "[sessions]", "roles"),
        ("[roles]", "[roles", "not valid TOML"),
    ],
)
def test_what_is_wrong_in_a_login_file_is_said(login_file, old, new, said):
    assert old in LOGIN
    login_file.write_text(LOGIN.replace(old, new))
    with pytest.raises(DefinitionError, match=said):
        read_login(login_file)


@pytest.mark.parametrize(
    ("claim", "claims", "roles"),
    [
        ('"groups"', {"groups": ["haematologists", "x"]}, {"doctor"}),
        ('"groups"', {"groups": "staff"}, {"reader"}),
        ('"groups"', {"groups": "haematologists staff"}, set()),
        ('"groups"', {"groups": ["Haematologists"]}, set()),
        ('["realm_access", "roles"]', {"realm_access": {"roles": ["staff"]}}, {"reader"}),
        ('["realm_access", "roles"]', {"realm_access": ["staff"]}, set()),
        ('"https://a.example/roles"', {"https://a.example/roles": ["statisticians"]}, {"analyst"}),
    ],
)
def test_which_claim_gives_which_role(login_file, claim, claims, roles):
    login_file.write_text(LOGIN.replace("[roles]", f"roles_claim = {claim}\n[roles]"))
    assert read_login(login_file).find_roles(claims) == roles


def test_the_secret_comes_from_a_variable_or_a_file(login_file, monkeypatch, tmp_path):
    assert read_secret(login_file, read_login(login_file)) == SECRET
    monkeypatch.delenv("CHORALL_TEST_SECRET")
    with pytest.raises(InputError, match="CHORALL_TEST_SECRET, but the environment"):
        read_secret(login_file, read_login(login_file))
    login_file.write_text(LOGIN.replace('env = "CHORALL_TEST_SECRET"', 'file = "kept"'))
    with pytest.raises(InputError, match="kept"):
        read_secret(login_file, read_login(login_file))
    (tmp_path / "kept").write_text(f"{SECRET}\n")
    assert read_secret(login_file, read_login(login_file)) == SECRET


def test_nobody_else_may_enter_the_state_folder(login_file):
    state = open_state(login_file)
    Sessions(state.sessions, 60, 60).close()
    assert state.folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in state.folder.iterdir())
    assert {file.name for file in state.folder.iterdir()} == {"person.key", "sessions.sqlite"}
    assert open_state(login_file).key == state.key, "names of persons stay"
    state.folder.chmod(0o750)
    with pytest.raises(InputError, match="chmod 700"):
        open_state(login_file)


def test_a_key_that_was_cut_is_said(login_file):
    state = open_state(login_file)
    (state.folder / "person.key").write_bytes(b"short")
    with pytest.raises(InputError, match="bring the right one back"):
        open_state(login_file)


def test_before_the_first_start_there_is_nothing_to_end(login_file, run):
    code, _, said = run("sessions", "list", login_file)
    assert code == 10
    assert "has not been started yet" in said
    assert list(login_file.parent.iterdir()) == [login_file]


def test_a_state_that_cannot_be_used_is_said(login_file, tmp_path):
    (tmp_path / "chorall-state").write_text("a file, no folder")
    with pytest.raises(InputError, match="account of the server"):
        open_state(login_file)
    (tmp_path / "chorall-state").unlink()
    state = open_state(login_file)
    state.sessions.write_text("no table" * 1000)
    with pytest.raises(InputError, match="table of sessions"):
        open_sessions(state)


def test_sessions_outlive_the_server(login_file):
    state = open_state(login_file)
    table = Sessions(state.sessions, 60, 60)
    made = table.begin("a", frozenset({"doctor"}))
    table.close()
    again = Sessions(state.sessions, 60, 60)
    assert again.find(made).roles == {"doctor"}
    again.close()


# ---- what is not installed, and what is not loaded --------------------------------------------


def test_without_the_extra_one_clear_word(monkeypatch, login_file):
    known = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "authlib" else known(name)
    )
    with pytest.raises(InputError, match=r"needs authlib.*\n.*chorall\[web,login\]"):
        check_installed()
    with pytest.raises(InputError, match="needs authlib"):
        Doors(login=login_file, behind_proxy=("127.0.0.1",)).open_porter()


def test_without_a_login_nothing_of_it_is_loaded():
    code = (
        "import sys; from chorall.web.serving import create_config; "
        "from chorall.web.gate.doors import Doors; from chorall.web.settings import Settings; "
        "create_config(Settings(), Doors()); heavy = ('authlib', 'httpx2', 'joserfc', 'sqlite3', "
        "'chorall.web.login'); print([n for n in heavy if n in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                           env=os.environ)  # fmt: skip
    assert found.stdout.strip() == "[]"


def test_without_a_login_there_is_nothing_to_sign_in_to():
    client = TestClient(create_app(Settings()), base_url="http://127.0.0.1:8765")
    for path in ("/login", "/login/back"):
        assert client.get(path).status_code == 404
    page = client.get("/")
    assert "logout" not in page.text
    assert "strict-transport-security" not in page.headers


def test_what_the_packages_of_the_login_would_log_is_not_logged():
    for name in ("authlib", "httpx2", "httpcore2"):
        assert LOGGING["loggers"][name]["level"] == "WARNING"
