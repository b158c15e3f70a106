"""Commands keep the linear algebra library to one thread, unless the user says otherwise."""

import os

import pytest

from chorall.cli import THREADS, main


def test_one_thread_unless_said_otherwise(monkeypatch, capsys):
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(THREADS[0], "3")
    monkeypatch.setattr("sys.argv", ["chorall", "--version"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    assert [os.environ[name] for name in THREADS] == ["3", "1", "1"]
    capsys.readouterr()
