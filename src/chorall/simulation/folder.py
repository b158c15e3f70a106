"""Write a simulated consortium as a folder, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tomllib
from collections.abc import Mapping as MappingOf
from pathlib import Path

from chorall.errors import InputError

MARKER_FILE = "simulated.toml"
_MARKER_HEAD = (
    "# Written by `chorall simulate`; all that is named here is replaced by the next run.\n"
)


def check_folder(directory: Path) -> None:
    """Raise unless `directory` is missing, empty, or was written by the simulator.

    Raises
    ------
    InputError
        If writing there could destroy what somebody else put there.
    """
    if directory.exists() and not directory.is_dir():
        raise InputError(f"{directory} is a file: name a folder for the simulated consortium.")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / MARKER_FILE).is_file():
        raise InputError(
            f"{directory} is not empty and was not written by the simulator (it has no "
            f"{MARKER_FILE}).\n  Name a new or an empty folder."
        )


def write_folder(directory: Path, files: MappingOf[str, bytes]) -> None:
    """Write `files` beside `directory`, then move them there.

    An earlier simulation in `directory` goes; what somebody added beside it (a pool) stays.

    Parameters
    ----------
    directory : Path
        The folder; it has passed `check_folder`.
    files : mapping of str to bytes
        Path within the folder to content.
    """
    directory = directory.absolute()
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = directory.parent / f".{directory.name}.draft-{os.getpid()}"
    old = directory.parent / f".{directory.name}.old-{os.getpid()}"
    try:
        _write_files(draft, files)
        _set_aside(directory, old)
        directory.mkdir(exist_ok=True)
        for entry in sorted(draft.iterdir()):
            entry.rename(directory / entry.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _write_files(draft: Path, files: MappingOf[str, bytes]) -> None:
    for name, content in files.items():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (draft / MARKER_FILE).write_text(_describe(files), encoding="utf-8")


def _describe(files: MappingOf[str, bytes]) -> str:
    lines = [f'"{name}" = "{hashlib.sha256(files[name]).hexdigest()}"\n' for name in sorted(files)]
    return "".join([_MARKER_HEAD, "format = 1\n\n[sha256]\n", *lines])


def _set_aside(directory: Path, old: Path) -> None:
    marker = directory / MARKER_FILE
    if not marker.is_file():
        return
    named = tomllib.loads(marker.read_text("utf-8"))["sha256"]
    old.mkdir()
    for name in sorted({Path(name).parts[0] for name in named} | {MARKER_FILE}):
        if (directory / name).exists():
            (directory / name).rename(old / name)
