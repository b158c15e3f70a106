"""Run command lines as a person does."""

from __future__ import annotations

import pytest
from unit.cli.command_runner import Run

from chorall.cli import main


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs one command line: exit code, standard output and error."""

    def run_command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["chorall", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return (int(ended.value.code or 0), printed.out, printed.err.strip())

    return run_command
