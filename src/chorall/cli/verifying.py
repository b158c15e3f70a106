"""The command that checks: a pool against its hashes, a run against its recomputation."""

from __future__ import annotations

import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from chorall.cli.showing import open_console

if TYPE_CHECKING:
    from chorall.reports.runs import Run


def verify(
    folder: Annotated[Path, typer.Argument(metavar="POOL|RUN", help="A pool, or a run folder.")],
    pool: Annotated[
        Path | None, typer.Option("--pool", help="Where the pool of the run lies now.")
    ] = None,
) -> None:
    """Check a pool byte by byte, or compute a run again and say which file differs, by how much.

    Ends with 11 where something differs. Example: chorall verify runs/incidence
    """
    from chorall.reports.runs import is_run

    if is_run(folder):
        _verify_run(folder, pool)
    else:
        _verify_pool(folder)


def _verify_pool(folder: Path) -> None:
    from chorall.tables.store import read_pool

    opened = read_pool(folder)
    n_rows = sum(entry["rows"] for entry in opened.manifest["tables"].values())
    open_console().print(
        f"Pool {opened.hash[:12]} is as it was written: {len(opened.manifest['tables'])} tables, "
        f"{n_rows:,} rows, every byte.",
        markup=False,
    )


def _verify_run(folder: Path, pool: Path | None) -> None:
    from chorall.errors import DataError
    from chorall.reports.runs import compare_run, read_run
    from chorall.reports.runs.inputs import list_run_versions

    run = read_run(folder)
    command_line = _replace_pool(run, pool)
    _check_inputs(run, pool)
    console = open_console()
    console.print(f"Again:  chorall {shlex.join(command_line)}", markup=False, soft_wrap=True)
    own = list_run_versions()
    for name, version in run.about["versions"].items():
        if own.get(name) != version:
            console.print(f"Note: {name} was {version} and is {own.get(name)}.", markup=False)
    with TemporaryDirectory() as scratch:
        again = _compute(command_line, Path(scratch) / "run")
        differences = compare_run(run, again)
    if differences:
        lines = "\n".join(f"  {one.file}: {one.what}" for one in differences)
        raise DataError(
            f"{folder}: the run is not what is computed now.\n{lines}\n"
            "  Look for a changed file or other versions of the packages, or run the command again."
        )
    console.print(f"The run is the same, byte for byte: {len(run.about['files'])} files.")


def _replace_pool(run: Run, pool: Path | None) -> list[str]:
    line = [str(word) for word in run.about["command_line"]]
    if pool is None:
        return line
    old = {one.path for one in run.inputs if one.kind == "pool"}
    return [str(pool) if word in old else word for word in line]


def _check_inputs(run: Run, pool: Path | None) -> None:
    from chorall.errors import DataError, raise_gathered
    from chorall.reports.runs.stand import find_inputs

    words = {
        "gone": "{0.argument}: there is no {0.kind} at {1}",
        "changed": "{0.argument}: {1} is not the {0.kind} the run was made from",
    }
    problems = [
        words[one.state].format(one.input, one.path)
        for one in find_inputs(run, pool)
        if one.state != "unchanged"
    ]
    advice = "Bring the inputs back; --pool POOL says where the pool lies now."
    raise_gathered(DataError, f"{run.path}: inputs of the run", problems, advice)


def _compute(command_line: list[str], folder: Path) -> Run:
    """Run the command in this process; what it prints was printed the first time."""
    import io
    from contextlib import redirect_stdout

    from chorall.cli.app import app
    from chorall.reports.runs import read_run

    with redirect_stdout(io.StringIO()):
        app([*command_line, "--run", str(folder)], prog_name="chorall", standalone_mode=False)
    return read_run(folder)
