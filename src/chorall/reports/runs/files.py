"""The files of a run: each result as JSON, Parquet, CSV, printed tables and figures with data."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

import polars as pl

from chorall.analyses.result import AnalysisResult
from chorall.reports.figure_sets import draw_figures
from chorall.reports.result_tables import print_tables
from chorall.reports.table_files import render_table

PRINTED: Final = ("html", "md", "tex")
"""Those that need no further package, so that every installation makes the same folder."""


def render_files(results: Sequence[AnalysisResult]) -> dict[str, bytes]:
    """Return path in the folder to content; the same results give the same bytes.

    Parameters
    ----------
    results : sequence of AnalysisResult
        What one command found; their names differ.
    """
    files: dict[str, bytes] = {}
    for result in results:
        files[f"{result.analysis}.json"] = encode_json(result.to_dict())
        for name, frame in _list_frames(result).items():
            files |= _render_frame(f"tables/{_join(result.analysis, name)}", frame)
        for table in print_tables(result):
            for ending in PRINTED:
                files[f"tables/{table.name}-table.{ending}"] = render_table(table, ending)
        for name, text in result.further_texts.items():
            files[f"texts/{result.analysis}-{name}.txt"] = f"{text}\n".encode()
        files |= _render_figures(result)
    return files


def _list_frames(result: AnalysisResult) -> dict[str, pl.DataFrame]:
    """Return every frame of a result by name: the rows have none, no frame comes twice."""
    named = {"": result.rows} | result.further_frames
    held = {field.name.replace("_", "-"): getattr(result, field.name) for field in fields(result)}
    further = {
        name: value
        for name, value in held.items()
        if isinstance(value, pl.DataFrame) and not any(value is known for known in named.values())
    }
    return named | {name: frame for name, frame in further.items() if frame.width}


def encode_json(found: dict[str, Any]) -> bytes:
    """Return JSON for people and machines, with a last line end."""
    return (json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _join(analysis: str, name: str) -> str:
    return f"{analysis}-{name}" if name else analysis


def _render_frame(stem: str, frame: pl.DataFrame) -> dict[str, bytes]:
    stream = io.BytesIO()
    frame.write_parquet(stream, compression="zstd", compression_level=1, statistics=False)
    return {
        f"{stem}.parquet": stream.getvalue(),
        f"{stem}.csv": _flatten(frame).write_csv().encode(),
    }


def _flatten(frame: pl.DataFrame) -> pl.DataFrame:
    """Return lists and structures, which CSV cannot hold, as JSON."""
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    written = [
        pl.Series(name, [json.dumps(row[0], default=str) for row in frame.select(name).rows()])
        for name in nested
    ]
    return frame.with_columns(written)


def _render_figures(result: AnalysisResult) -> dict[str, bytes]:
    files = {}
    for number, figure in enumerate(draw_figures(result), start=1):
        stem = f"figures/{result.analysis}-figure-{number}"
        files[f"{stem}.svg"] = figure.svg().encode()
        files[f"{stem}.csv"] = figure.data.write_csv().encode()
    return files
