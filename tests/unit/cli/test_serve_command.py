"""`chorall serve`: only on this machine, only what a folder holds, and a clear word otherwise."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from chorall.cli.app import app
from chorall.errors import InputError
from chorall.web.gate.doors import Doors
from chorall.web.serving import check_installed, serve
from chorall.web.settings import Settings, open_settings


def run(*arguments):
    found = CliRunner().invoke(app, ["serve", *arguments])
    return found


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", ""])
def test_the_door_to_others_is_closed(host):
    found = run("--host", host)
    assert isinstance(found.exception, InputError)
    assert found.exception.exit_code == 10
    assert "the door is closed" in str(found.exception)
    with pytest.raises(InputError, match="needs a login"):
        serve(Settings(), Doors(host))


def test_without_the_extra_one_clear_word(monkeypatch):
    known = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "fastapi" else known(name)
    )
    with pytest.raises(InputError, match=r"needs fastapi.*\n.*chorall\[web\]"):
        check_installed()


def test_a_folder_that_is_neither_pool_nor_bank_is_refused(tmp_path):
    with pytest.raises(InputError, match="Give the folder of a pool"):
        open_settings((tmp_path,))
    with pytest.raises(InputError, match="1 or more"):
        open_settings((), 0)


def test_a_port_that_is_taken_is_said():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="taken, or not allowed"):
            serve(Settings(), Doors(port=taken.getsockname()[1]))


def test_help_shows_an_example_and_loads_no_server():
    code = (
        "import sys; from typer.testing import CliRunner; from chorall.cli.app import app; "
        "out = CliRunner().invoke(app, ['serve', '--help']).output; "
        "assert 'chorall serve POOL BANK' in out, out; "
        "heavy = ('fastapi', 'uvicorn', 'starlette', 'polars', 'authlib'); "
        "print([n for n in heavy if n in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_small_counts_are_hidden_below_the_number_that_is_written_once():
    import inspect

    from chorall.cli.serving import serve as command
    from chorall.knowledge.small_counts import FEWEST_SHOWN

    assert inspect.signature(command).parameters["fewest"].default == FEWEST_SHOWN
