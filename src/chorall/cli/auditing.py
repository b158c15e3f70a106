"""The command that checks the audit log of the web app."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from chorall.cli.showing import open_console


def verify_audit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An audit log.")],
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="N:HASH", help="A line as it was noted elsewhere; may be repeated."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write what was found to a file.")
    ] = None,
) -> None:
    """Check that no line of an audit log was changed, removed, moved or cut off.

    Ends with 11 at the first line that is wrong. Note the line that it prints somewhere else: who
    can write the file and its head can also write both anew, and only that note shows it.

    Example: chorall verify-audit chorall-state/audit.jsonl --expect 1200:5f70…
    """
    from chorall.errors import DataError, InputError
    from chorall.reports.atomic import write_atomically
    from chorall.web.gate.audit_line import check_chain, locate_head, parse_head, read_head

    noted = tuple(parse_head(one) for one in expect or ())
    if not file.is_file():
        raise InputError(f"there is no file {file}.")
    head = read_head(file)
    with file.open("rb") as opened:
        found = check_chain(opened, (*noted, *([head] if head else [])))
    problem = found.problem
    if head is None and not problem:
        problem = f"there is no {locate_head(file).name}: lines may have been cut off the end"
    if json_file is not None:
        about = {
            "file": str(file),
            "whole": not problem,
            "problem": problem,
            "n": found.last.n,
            "hash": found.last.hash,
            "from": found.first_time,
            "to": found.last_time,
        }
        write_atomically(json_file, (json.dumps(about, indent=1) + "\n").encode())
    if problem:
        raise DataError(
            f"{file}: the audit log is not whole: {problem}.\n"
            f"  Up to line {found.last.n} the chain holds. Keep the files as they are, and compare "
            "with a copy."
        )
    _tell(file, found.last.n, str(found.last), found.first_time, found.last_time)


def _tell(file: Path, n_lines: int, last: str, first_time: str, last_time: str) -> None:
    console = open_console()
    between = f", from {first_time} to {last_time}" if n_lines else ""
    console.print(f"{file} is whole: {n_lines:,} lines{between}.", markup=False)
    console.print(f"Note this elsewhere for the next check: --expect {last}", markup=False)
