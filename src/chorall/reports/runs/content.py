"""Say how two contents of a file differ: numbers by how much, texts by their lines."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Iterator
from typing import Any, Final

import polars as pl

from chorall.reports.numbers import count_of


def describe_difference(name: str, before: bytes, after: bytes) -> str:
    """Return in words how far two contents of one file are apart; never a value itself.

    Parameters
    ----------
    name : str
        Its ending decides how it is read.
    before, after : bytes
        Different from one another.
    """
    read = _READERS.get(name.rpartition(".")[2])
    if read is not None:
        try:
            return _compare_values(read(before), read(after)) or "other bytes, the same values"
        except (ValueError, pl.exceptions.PolarsError):
            return "one of both cannot be read"
    return _compare_lines(before, after)


def _read_frame(frame: pl.DataFrame) -> dict[str, Any]:
    return {
        f"column {name}, row {row}": value
        for name in frame.columns
        for row, value in enumerate(frame[name].to_list(), start=1)
    }


def _read_json(content: bytes) -> dict[str, Any]:
    return dict(_flatten(json.loads(content), ""))


def _flatten(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flatten(part, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _flatten(part, f"{where}[{place}]")
    else:
        yield where, value


_READERS: Final[dict[str, Callable[[bytes], dict[str, Any]]]] = {
    "parquet": lambda content: _read_frame(pl.read_parquet(io.BytesIO(content))),
    "csv": lambda content: _read_frame(pl.read_csv(io.BytesIO(content), infer_schema_length=None)),
    "json": _read_json,
}


def _compare_values(before: dict[str, Any], after: dict[str, Any]) -> str:
    only = len(before.keys() ^ after.keys())
    changed = [key for key in before.keys() & after.keys() if not _is_same(before[key], after[key])]
    parts = [f"{count_of(only, 'value')} in one of both only"] if only else []
    if changed:
        parts.append(f"{count_of(len(changed), 'value')} of {len(before):,} differ")
        apart = {key: _measure(before[key], after[key]) for key in changed}
        worst = max(sorted(apart), key=apart.__getitem__)
        parts.append(f"most at {worst}{_say_how_far(before[worst], after[worst])}")
    return "; ".join(parts)


def _is_same(one: Any, other: Any) -> bool:
    both = isinstance(one, float) and isinstance(other, float)
    return bool(one == other) or (both and math.isnan(one) and math.isnan(other))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _measure(one: Any, other: Any) -> float:
    """Return the relative distance; infinite where one of both is no number."""
    if not (_is_number(one) and _is_number(other)):
        return math.inf
    scale = max(abs(one), abs(other))
    return abs(one - other) / scale if math.isfinite(scale) and scale else math.inf


def _say_how_far(one: Any, other: Any) -> str:
    if not (_is_number(one) and _is_number(other)):
        return ""
    return f", apart by {abs(one - other):.3g} (relative {_measure(one, other):.1e})"


def _compare_lines(before: bytes, after: bytes) -> str:
    lines = [content.decode("utf-8", "replace").splitlines() for content in (before, after)]
    length = max(map(len, lines))
    padded = [[*part, *[None] * (length - len(part))] for part in lines]
    places = [at for at, (a, b) in enumerate(zip(*padded, strict=True), start=1) if a != b]
    if not places:
        return "other line ends"
    return f"{count_of(len(places), 'line')} differ, the first is line {places[0]:,}"
