"""Options that every analysis has: --run (run folder), --to (tables), --figure-width."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chorall.cli.keeping import draw_for, keep_results

if TYPE_CHECKING:
    from chorall.analyses.result import AnalysisResult

OUTPUTS: Final = ("json_file", "out", "run", "to", "figure_width")
SECRETS: Final = ("key",)
"""Files whose hash would help to guess them: a run names them and says nothing else of them."""
RunFolder = Annotated[
    Path | None,
    typer.Option(
        "--run",
        metavar="DIR",
        help="Write a run folder: numbers, figures, hashes, how it was made.",
    ),
]
Formats = Annotated[
    str | None,
    typer.Option("--to", help="With --out: printed tables too, e.g. html,csv,tex,md,docx."),
]
Width = Annotated[
    str | None,
    typer.Option(
        "--figure-width",
        metavar="WIDTH",
        help="With --out: figures for one_column (89 mm) or two_column (183 mm) of a journal.",
    ),
]
_LAST: Final = inspect.Parameter.KEYWORD_ONLY


def offer_runs(app: typer.Typer) -> None:
    """Give --run, and the others where --out is a folder, to commands with --json and --out."""
    for info in app.registered_commands:
        if info.callback is not None and _is_analysis(info.callback):
            info.callback = _add_options(info.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            offer_runs(group.typer_instance)


def _is_analysis(command: Callable[..., Any]) -> bool:
    names = inspect.signature(command).parameters
    return {"json_file", "out"} <= set(names) and "run" not in names


def _add_options(command: Callable[..., None]) -> Callable[..., None]:
    signature = inspect.signature(command, eval_str=True)

    @wraps(command)
    def run_command(
        context: typer.Context,
        run: Path | None,
        to: str | None = None,
        figure_width: str | None = None,
        **arguments: Any,
    ) -> None:
        with draw_for(_read_width(figure_width, arguments["out"])):
            if run is None and to is None:
                command(**arguments)
            else:
                _run_and_write(command, context, run, to, arguments)

    further = [
        inspect.Parameter("context", _LAST, annotation=typer.Context),
        inspect.Parameter("run", _LAST, default=None, annotation=RunFolder),
    ]
    if not _is_file(signature.parameters["out"]):
        further += [
            inspect.Parameter("to", _LAST, default=None, annotation=Formats),
            inspect.Parameter("figure_width", _LAST, default=None, annotation=Width),
        ]
    parameters = [*signature.parameters.values(), *further]
    run_command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run_command.__annotations__ = {one.name: one.annotation for one in parameters}
    return run_command


def _is_file(parameter: inspect.Parameter) -> bool:
    """Return True for an --out that is a file, beside which no tables can be written."""
    options = getattr(parameter.annotation, "__metadata__", ())
    return any(getattr(one, "metavar", None) == "FILE" for one in options)


def _run_and_write(
    command: Callable[..., None],
    context: typer.Context,
    run: Path | None,
    to: str | None,
    arguments: dict[str, Any],
) -> None:
    from chorall.reports.runs.folder import check_run_folder

    formats, out = _read_formats(to), arguments["out"]
    if formats and out is None:
        _refuse("--to needs --out DIR: there is no folder to write to.")
    if run is not None:
        check_run_folder(run)
    with keep_results() as kept:
        command(**arguments)
    if not kept:
        _refuse("this call has no result of its own that could be written by --run or --to.")
    if formats:
        _write_tables(kept, out, formats)
    if run is not None:
        _write_run(context, run, kept)


def _read_width(width: str | None, out: Path | None) -> str:
    """Return the width of figures; it is checked before anything is computed."""
    if width is None:
        return "two_column"
    from chorall.reports.figure import check_width

    if out is None:
        _refuse("--figure-width needs --out DIR: there is no folder to write figures to.")
    return check_width(width)


def _refuse(words: str) -> None:
    from chorall.errors import InputError

    raise InputError(words)


def _read_formats(to: str | None) -> tuple[str, ...]:
    """Return the formats; each is checked before anything is computed."""
    if to is None:
        return ()
    from chorall.analyses.choices import check_choices
    from chorall.reports.extras import import_extra
    from chorall.reports.table_files import FORMATS

    words = [word.strip() for word in to.split(",") if word.strip()]
    formats = check_choices(words, list(FORMATS), what="format of a table")
    if "docx" in formats:
        import_extra("docx", "python-docx", "Word documents")
    return formats


def _write_tables(kept: Sequence[AnalysisResult], out: Path, formats: Sequence[str]) -> None:
    from chorall.cli.showing import open_console
    from chorall.reports.table_files import write_tables

    console = open_console()
    for result in kept:
        for file in write_tables(result, out, formats):
            console.print(f"Written: {file}", markup=False)


def _write_run(context: typer.Context, run: Path, kept: Sequence[AnalysisResult]) -> None:
    from chorall.cli.showing import open_console
    from chorall.reports.runs import describe_input, write_run

    given = {name: value for name, value in context.params.items() if name not in OUTPUTS}
    paths = {
        name: value
        for name, value in given.items()
        if isinstance(value, Path) and name not in SECRETS
    }
    write_run(
        run,
        kept,
        command=name_command(context),
        command_line=rebuild_command_line(context),
        arguments={name: _plain(value) for name, value in given.items()},
        inputs=[describe_input(name, path) for name, path in paths.items() if path.exists()],
    )
    open_console().print(f"Written: {run}", markup=False)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Path) else value


def name_command(context: typer.Context) -> str:
    """Return the words of a command without the program, e.g. `plan-study marker`."""
    return context.command_path.partition(" ")[2]


def rebuild_command_line(context: typer.Context) -> list[str]:
    """Return what to type after `chorall`: what was typed without outputs, the options first."""
    options: list[str] = []
    arguments: list[str] = []
    for parameter in context.command.params:
        name = str(parameter.name)
        source = context.get_parameter_source(name)
        if name in OUTPUTS or source is None or source.name != "COMMANDLINE":
            continue
        value = context.params[name]
        values = list(value) if isinstance(value, list | tuple) else [value]
        if parameter.param_type_name == "argument":
            arguments += map(str, values)
        elif isinstance(value, bool):
            flags = parameter.opts if value else parameter.secondary_opts
            options.append(flags[-1])
        else:
            options += [f"{parameter.opts[-1]}={one}" for one in values]
    return [*name_command(context).split(), *options, *arguments]
