"""The folder of a run: written beside its place and moved there, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chorall.analyses.result import AnalysisResult
from chorall.errors import DataError, InputError
from chorall.reports.numbers import count_of
from chorall.reports.runs.files import encode_json, render_files
from chorall.reports.runs.inputs import RunInput, list_run_versions, read_provenance
from chorall.tables.manifest import content_hash
from chorall.tables.pool_folder import (
    follow_link,
    move_into_place,
    remove_leftovers,
    restore_interrupted,
)

RUN: Final = "run.json"
RUN_FORMAT: Final = 1
PROVENANCE: Final = "provenance.json"
LOG: Final = "log.txt"


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was written.

    Attributes
    ----------
    path : Path
        Its folder.
    about : dict
        `format`, `command`, `command_line`, `arguments`, `seed`, `inputs`, `versions`, `analyses`,
        `files` (SHA-256 and bytes of each).
    """

    path: Path
    about: dict[str, Any]

    @property
    def inputs(self) -> tuple[RunInput, ...]:
        """What it was made from."""
        return tuple(RunInput(**one) for one in self.about["inputs"])


def is_run(path: Path) -> bool:
    """Return True where a folder holds a run."""
    return (path / RUN).is_file()


def write_run(
    path: str | Path,
    results: Sequence[AnalysisResult],
    *,
    command: str,
    command_line: Sequence[str],
    arguments: Mapping[str, Any],
    inputs: Sequence[RunInput],
) -> Run:
    """Write everything that one command found.

    Parameters
    ----------
    path : path
        A new or empty folder, or that of an older run, which is replaced in one step.
    results : sequence of AnalysisResult
        At least one.
    command : str
        Its name, e.g. `plan-study marker`.
    command_line : sequence of str
        What to type after `chorall` to compute the same again.
    arguments : mapping
        All arguments with those not typed, as values that JSON can hold.
    inputs : sequence of RunInput
        Pools, banks and files.

    Raises
    ------
    InputError
        If the folder holds something that is not a run, or cannot be written.
    """
    folder = follow_link(Path(path))
    check_run_folder(folder)
    files = render_files(results)
    about = {
        "format": RUN_FORMAT,
        "command": command,
        "command_line": list(command_line),
        "arguments": dict(arguments),
        "seed": arguments.get("seed"),
        "inputs": [one.to_dict() for one in inputs],
        "versions": list_run_versions(),
        "analyses": [result.analysis for result in results],
    }
    pools = {one.argument: read_provenance(Path(one.path)) for one in inputs if one.kind == "pool"}
    files[PROVENANCE] = encode_json(about | {"pools": pools})
    files[LOG] = _write_log(about, results).encode()
    about["files"] = {name: describe_content(files[name]) for name in sorted(files)}
    about["content_hash"] = content_hash(about)
    files[RUN] = encode_json(about)
    try:
        _move_files(files, folder)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror or error}).") from None
    return Run(folder, about)


def read_run(path: str | Path) -> Run:
    """Open a run; whether its files are as written is told by `compare_run`.

    Raises
    ------
    InputError
        If there is no run.
    DataError
        If its description cannot be read or was changed.
    """
    folder = Path(path)
    if not is_run(folder):
        raise InputError(
            f"there is no run at {folder}: {RUN} was not found.\n"
            "  A run is a folder made by any analysis with --run FOLDER."
        )
    try:
        about = json.loads((folder / RUN).read_text("utf-8"))
        usable = about["format"] == RUN_FORMAT and {"command_line", "inputs", "files"} <= set(about)
    except (ValueError, KeyError, TypeError):
        usable = False
    if not usable:
        raise DataError(f"{folder / RUN} is not that of a run of format {RUN_FORMAT}.")
    if about.get("content_hash") != content_hash(about):
        raise DataError(
            f"{folder / RUN} was changed after the run was written: what it was made from is not "
            "known any more.\n  Run the command again."
        )
    return Run(folder, about)


def check_run_folder(folder: Path) -> None:
    """Raise InputError where a folder holds something that is not a run."""
    if not folder.exists() or is_run(folder):
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise InputError(
            f"{folder} exists and is not a run: it is not replaced.\n"
            "  Give the name of a new folder, or of an older run."
        )


def describe_content(content: bytes) -> dict[str, Any]:
    """Return the hash and the length of a file."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _write_log(about: Mapping[str, Any], results: Sequence[AnalysisResult]) -> str:
    """Say what happened, without a time of day: the same run has the same log."""
    lines = [f"command: chorall {shlex.join(about['command_line'])}"]
    lines += [f"version: {name} {value}" for name, value in about["versions"].items()]
    lines += [f"seed: {about['seed']}"] if about["seed"] is not None else []
    lines += [f"input: {i['argument']} {i['kind']} {i['sha256']}" for i in about["inputs"]]
    for result in results:
        simulated = ", simulated" if result.pool.synthetic else ""
        who = f"{count_of(result.pool.n_patients, 'patient')} in the pool{simulated}"
        lines.append(f"result: {result.analysis}, {count_of(result.rows.height, 'line')}; {who}")
        lines += [f"warning: {result.analysis}: {text}" for text in result.warnings]
    return "\n".join([*lines, "done"]) + "\n"


def _move_files(files: Mapping[str, bytes], folder: Path) -> None:
    restore_interrupted(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    draft = folder.parent / f".{folder.name}.draft-{os.getpid()}"
    try:
        for name, content in files.items():
            file = draft / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        move_into_place(draft, folder)
    finally:
        restore_interrupted(folder)
        shutil.rmtree(draft, ignore_errors=True)
