"""Read a run's tables, figures and texts back from its folder."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import polars as pl

from chorall.errors import DataError, raise_gathered
from chorall.reports.documents.blocks import Grid, Paragraph
from chorall.reports.documents.grid_table import print_grid
from chorall.reports.documents.page_reader import read_page
from chorall.reports.printed_table import PrintedTable
from chorall.reports.runs.folder import PROVENANCE, Run
from chorall.reports.runs.stand import find_damage
from chorall.reports.svg import SVG, XLINK

CHECKLISTS: Final = {"remark": "REMARK", "tripod": "TRIPOD+AI"}
"""Ending of a frame's name to the checklist it holds."""
_FOREIGN: Final = ("script", "style", "foreignObject", "image", "a", "iframe")


def check_whole(run: Run) -> None:
    """Raise DataError where a file of the run is missing or was changed after it was written."""
    raise_gathered(
        DataError,
        f"{run.path}: the run is not as it was written, so that nothing is reported of it",
        find_damage(run),
        "Run the command again; `chorall verify RUN` says by how much the numbers differ.",
    )


def read_result(run: Run, analysis: str) -> dict[str, Any]:
    """Return a result as its JSON holds it."""
    found: dict[str, Any] = json.loads((run.path / f"{analysis}.json").read_text("utf-8"))
    return found


def read_provenance_file(run: Run) -> dict[str, Any]:
    """Return what is said of the pools, by argument."""
    found = json.loads((run.path / PROVENANCE).read_text("utf-8"))
    return dict(found.get("pools", {}))


def list_names(run: Run, folder: str, analysis: str, ending: str) -> list[str]:
    """Return the names of the run's files of one analysis, in the order of their numbers."""
    start = re.compile(rf"{folder}/{re.escape(analysis)}(-.*)?\.{ending}")
    others = [name for name in run.about["analyses"] if name.startswith(f"{analysis}-")]
    return sorted(
        (
            name
            for name in run.about["files"]
            if start.fullmatch(name)
            and not any(name.startswith(f"{folder}/{other}") for other in others)
        ),
        key=lambda name: (int((re.findall(r"\d+", Path(name).stem) or ["0"])[-1]), name),
    )


def read_tables(run: Run, analysis: str, most_rows: int) -> list[PrintedTable]:
    """Return the printed tables, the main one first; of long ones the first rows.

    Parameters
    ----------
    run : Run
        The run.
    analysis : str
        One of its analyses.
    most_rows : int
        More are left out, which the caption says.
    """
    names = list_names(run, "tables", analysis, "html")
    main = f"tables/{analysis}-table.html"
    return [
        _read_table(run, name, most_rows) for name in sorted(names, key=lambda one: one != main)
    ]


def _read_table(run: Run, name: str, most_rows: int) -> PrintedTable:
    page = read_page((run.path / name).read_text("utf-8"))
    (grid,) = (block for block in page.blocks if isinstance(block, Grid))
    notes = [one for one in page.blocks if isinstance(one, Paragraph) and one.small]
    table = print_grid(grid, notes[0].words if notes else ())
    caption, n_rows = page.title, len(table.rows)
    if n_rows > most_rows:
        caption += f" (the first {most_rows:,} of {n_rows:,} rows; all are in {name} of the run)"
    rows, kinds = table.rows[:most_rows], table.kinds[:most_rows]
    return replace(table, caption=caption, rows=rows, kinds=kinds)


def read_drawings(run: Run, analysis: str) -> list[tuple[str, str]]:
    """Return title and SVG of every figure.

    Raises
    ------
    DataError
        If a figure holds what no figure of ours does: a script, a link, something from elsewhere.
    """
    found = []
    for name in list_names(run, "figures", analysis, "svg"):
        svg = (run.path / name).read_text("utf-8")
        root = ElementTree.fromstring(svg)
        if any(_is_foreign(element) for element in root.iter()):
            raise DataError(f"{run.path / name} holds a script or a link: it is no figure of ours.")
        title = root.find(f"{{{SVG}}}title")
        found.append((str(title.text) if title is not None else name, svg))
    return found


def _is_foreign(element: ElementTree.Element) -> bool:
    named = str(element.tag).rpartition("}")[2] in _FOREIGN
    links = [value for key, value in element.attrib.items() if key in ("href", f"{{{XLINK}}}href")]
    handlers = any(key.lower().startswith("on") for key in element.attrib)
    outside = any("url(" in value and "url(#" not in value for value in element.attrib.values())
    return named or handlers or outside or any(not link.startswith("#") for link in links)


def read_texts(run: Run, analysis: str) -> dict[str, str]:
    """Return the texts the analysis wrote, by name: `methods` is a paragraph for a paper."""
    return {
        Path(name).stem.removeprefix(f"{analysis}-"): (run.path / name).read_text("utf-8").strip()
        for name in list_names(run, "texts", analysis, "txt")
    }


def read_checklists(run: Run, analysis: str) -> dict[str, pl.DataFrame]:
    """Return the checklists the analysis filled, by their names."""
    files = {label: f"tables/{analysis}-{ending}.parquet" for ending, label in CHECKLISTS.items()}
    there = {label: name for label, name in files.items() if name in run.about["files"]}
    return {label: pl.read_parquet(run.path / name) for label, name in there.items()}
