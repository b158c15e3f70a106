"""The command line: parse, call one function, show."""

from __future__ import annotations

import os
import sys

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> None:
    """Run one command; a deliberate error becomes one message and its exit code."""
    for name in THREADS:
        # Commands use several cores by processes. Threads of the linear algebra library beside
        # them wait for one another, and a prediction takes four times as long. Not loaded yet.
        os.environ.setdefault(name, "1")
    from chorall.cli.app import app
    from chorall.errors import ChorallError

    try:
        app(prog_name="chorall")
    except ChorallError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.exit(error.exit_code)
