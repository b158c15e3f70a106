"""Whether a run is as it was written, and whether its inputs are still where they were."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chorall.reports.runs.folder import Run, describe_content
from chorall.reports.runs.inputs import RunInput, describe_input


@dataclass(frozen=True, slots=True)
class InputState:
    """One input as it is found now.

    Attributes
    ----------
    input : RunInput
        As it was.
    path : Path
        Where it was looked for.
    state : {"unchanged", "changed", "gone"}
        Whether it is what the run was made from.
    """

    input: RunInput
    path: Path
    state: Literal["unchanged", "changed", "gone"]


def find_inputs(run: Run, pool: Path | None = None) -> list[InputState]:
    """Look for each input of a run.

    Parameters
    ----------
    run : Run
        As `read_run` returns it.
    pool : Path, optional
        Where the pool lies now; the other inputs are looked for where they were, a path that is
        not absolute from the present folder.
    """
    found = []
    for one in run.inputs:
        path = pool if pool is not None and one.kind == "pool" else Path(one.path)
        if not path.exists():
            found.append(InputState(one, path, "gone"))
            continue
        same = describe_input(one.argument, path).sha256 == one.sha256
        found.append(InputState(one, path, "unchanged" if same else "changed"))
    return found


def find_damage(run: Run) -> list[str]:
    """Return the files of a run that are missing or were changed after it was written."""
    problems = []
    for name, written in run.about["files"].items():
        file = run.path / name
        if not file.is_file():
            problems.append(f"{name}: is missing")
        elif describe_content(file.read_bytes()) != written:
            problems.append(f"{name}: was changed after the run was written")
    return problems
