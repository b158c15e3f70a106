"""The command line: parse, call one function, show."""

from __future__ import annotations

import sys


def main() -> None:
    """Run one command; a deliberate error becomes one message and its exit code."""
    from chorall.cli.app import app
    from chorall.errors import ChorallError

    try:
        app(prog_name="chorall")
    except ChorallError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.exit(error.exit_code)
