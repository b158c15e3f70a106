"""The folder of a pool: what may be replaced, and how it is exchanged by renames only."""

from __future__ import annotations

import shutil
from pathlib import Path

from chorall.errors import InputError
from chorall.tables.manifest import MANIFEST
from chorall.tables.schema import TABLES


def check_replaceable(path: Path) -> None:
    """Raise InputError where `path` exists and is neither an empty folder nor a pool."""
    folder = follow_link(path)
    if not folder.name or folder.name == "..":
        raise InputError(
            f"{path} has no name of its own: a pool is moved into its place when it is complete.\n"
            "  Give the name of a new folder, or of an old pool."
        )
    if not folder.exists():
        return
    names = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    strange = sorted(names - {MANIFEST, *(f"{name}.parquet" for name in TABLES)})
    if strange or not folder.is_dir() or (names and MANIFEST not in names):
        found = f" (it holds {', '.join(strange[:5])})" if strange else ""
        raise InputError(
            f"{path} exists and is not a pool{found}: it is not replaced.\n"
            "  Give the name of a new folder, or of an old pool with nothing else in it."
        )


def follow_link(path: Path) -> Path:
    """Return where a link points to, and any other path as it is."""
    return path.resolve() if path.is_symlink() else path


def previous_folder(folder: Path) -> Path:
    """Return where the old pool waits while the new one moves into its place."""
    return folder.parent / f".{folder.name}.previous"


def move_into_place(draft: Path, folder: Path) -> None:
    """Exchange the folders by renames only; `restore_interrupted` mends a stop in between."""
    if folder.exists():
        folder.rename(previous_folder(folder))
    draft.rename(folder)
    shutil.rmtree(previous_folder(folder), ignore_errors=True)


def restore_interrupted(folder: Path) -> None:
    """Put the old pool back where a stop between two renames left its place empty."""
    if previous_folder(folder).is_dir() and not folder.exists():
        previous_folder(folder).rename(folder)


def remove_leftovers(folder: Path) -> None:
    """Remove what interrupted writers left beside a pool."""
    for leftover in folder.parent.glob(f".{folder.name}.draft-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.rmtree(previous_folder(folder), ignore_errors=True)
