"""Compare two runs file by file: which differ, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chorall.reports.runs.content import describe_difference
from chorall.reports.runs.folder import LOG, PROVENANCE, RUN, Run, describe_content

ABOUT: Final = (RUN, PROVENANCE, LOG)
"""They hold paths and versions, which are compared by themselves."""


@dataclass(frozen=True, slots=True)
class FileDifference:
    """One file that is not the same.

    Attributes
    ----------
    file : str
        In the folder.
    what : str
        Missing, not of the run, changed after it was written, or how far the numbers are apart.
    """

    file: str
    what: str


def compare_run(run: Run, again: Run) -> list[FileDifference]:
    """Return the files of a run that differ from those of its recomputation.

    Parameters
    ----------
    run : Run
        As it lies on disk.
    again : Run
        Computed again by the same command.

    Returns
    -------
    list of FileDifference
        Empty where every file has the same bytes.
    """
    written = run.about["files"]
    found = []
    for name in sorted(_list_files(run.path) | set(written)):
        if name == RUN:
            continue
        for what in _compare_file(run, again, name):
            found.append(FileDifference(name, what))
    made = _list_files(again.path) - _list_files(run.path) - set(written) - {RUN}
    return [
        *found,
        *(FileDifference(name, "is made now, and was not then") for name in sorted(made)),
    ]


def _list_files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def _compare_file(run: Run, again: Run, name: str) -> list[str]:
    file, other = run.path / name, again.path / name
    if not file.is_file():
        return ["is missing"]
    if name not in run.about["files"]:
        return ["does not belong to the run"]
    content = file.read_bytes()
    changed = describe_content(content) != run.about["files"][name]
    found = ["was changed after the run was written"] if changed else []
    if name in ABOUT:
        return found
    if not other.is_file():
        return [*found, "is not made any more"]
    if content != other.read_bytes():
        found.append(f"recomputed: {describe_difference(name, content, other.read_bytes())}")
    return found
