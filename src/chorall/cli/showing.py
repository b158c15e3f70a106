"""How the commands show things: console, progress, tables, files of results."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chorall.cli.keeping import figure_width, keep_result

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from chorall.analyses.result import AnalysisResult
    from chorall.reports.table import TableColumn


def open_console() -> Console:
    """Return the console of standard output; wide enough for tables where it is not a terminal."""
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160)


def name_program() -> str:
    """Return what to type for `chorall`: the bare name where the shell finds it, else its path."""
    found = shutil.which("chorall")
    beside = Path(sys.executable).parent / "chorall"
    if found or not beside.is_file():
        return "chorall"
    here = Path.cwd()
    return str(beside.relative_to(here) if beside.is_relative_to(here) else beside)


@contextmanager
def show_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on standard error while a long step runs."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("starting", total=None)

        def report(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield report


def print_label(console: Console, name: str, *, synthetic: bool) -> None:
    """Print what the figures are about, and that they are no advice."""
    if synthetic:
        console.print("[bold]SYNTHETIC DATA: simulated patients, no clinical meaning[/bold]")
    console.print(f"{name}. Research use only.", markup=False)


def print_frame(console: Console, frame: pl.DataFrame, title: str) -> None:
    """Print a small frame as it is, every cell as text."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left")
    for name, dtype in frame.schema.items():
        table.add_column(Text(name), justify="right" if dtype.is_numeric() else "left")
    for row in frame.iter_rows():
        table.add_row(*(Text(_write_cell(cell)) for cell in row))
    console.print(table)


def _write_cell(cell: Any) -> str:
    if cell is None:
        return "-"
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def show_result(
    result: AnalysisResult,
    columns: Sequence[TableColumn],
    title: str,
    *,
    json_file: Path | None,
    out: Path | None,
    shown: pl.DataFrame | None = None,
) -> None:
    """Print a result as a table and write the same numbers where they are asked for.

    `shown` is printed in place of the rows, where these are too many to read.
    """
    from chorall.reports.table import render_terminal_table

    console = open_console()
    print_label(console, f"Pool {result.pool.hash[:12]}", synthetic=result.pool.synthetic)
    lines = result.printed if shown is None else shown
    console.print(render_terminal_table(lines, columns, title))
    for warning in result.warnings:
        console.print(f"Note: {warning}", markup=False)
    write_files(console, result, json_file=json_file, out=out)


def write_files(
    console: Console, result: AnalysisResult, *, json_file: Path | None, out: Path | None
) -> None:
    """Write a result where it is asked for, and print the name of each file."""
    keep_result(result)
    if json_file is not None:
        write_json(result, json_file)
        console.print(f"Written: {json_file}", markup=False)
    if out is not None:
        for file in write_result(result, out):
            console.print(f"Written: {file}", markup=False)


def write_json(
    result: AnalysisResult, file: Path, further: Mapping[str, Any] | None = None
) -> None:
    """Write `analysis`, `pool`, `rows`, `warnings` and further keys, whole or not at all."""
    from chorall.reports.atomic import write_atomically

    found = result.to_dict() | dict(further or {})
    text = json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(file, (text + "\n").encode())


def write_result(result: AnalysisResult, folder: Path) -> list[Path]:
    """Write rows as CSV and JSON and every figure as SVG, PNG and its data; return the files.

    The picture is that of the SVG at print size: 300 dpi, as wide as `--figure-width` says.
    """
    from chorall.reports.atomic import write_atomically
    from chorall.reports.figure_sets import draw_figures

    files = [folder / f"{result.analysis}.json", folder / f"{result.analysis}.csv"]
    write_json(result, files[0])
    write_atomically(files[1], result.rows.write_csv().encode())
    for name, frame in result.further_frames.items():
        files.append(folder / f"{result.analysis}-{name}.csv")
        write_atomically(files[-1], frame.write_csv().encode())
    for name, text in result.further_texts.items():
        files.append(folder / f"{result.analysis}-{name}.txt")
        write_atomically(files[-1], f"{text}\n".encode())
    for number, figure in enumerate(draw_figures(result), start=1):
        stem = f"{result.analysis}-figure-{number}"
        endings, width = (".svg", ".png"), figure_width()
        files += [figure.save(folder / f"{stem}{ending}", width) for ending in endings]
        files.append(folder / f"{stem}.csv")
        write_atomically(files[-1], figure.data.write_csv().encode())
    return files
