"""Read a table of patients as the numbers of a bank, row by row as a patient file is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.bank.predict import check_fields
from chorall.errors import InputError
from chorall.models.bank.asking import find_mrd_problem, read_course
from chorall.models.bank.bank import Bank, name_cell
from chorall.models.bank.features import Feature, encode_value, find_problem, say_unsupported
from chorall.models.bank.simulate_course import Now

Floats = NDArray[np.float64]

COURSE: Final = {
    "course_state": "state", "course_day": "day", "course_since_day": "since_day",
}  # fmt: skip
TEXTS: Final = ("patient_id", "trial", "course_state")
FLAGS: Final = {"true": True, "false": False}
SUFFIXES: Final = (".csv", ".parquet")


@dataclass(frozen=True, slots=True, eq=False)
class PatientRows:
    """A table of n patients.

    Attributes
    ----------
    patient_id : list of str or None
    known : ndarray of shape (n, f)
        Numbers of the features, NaN where not known or not readable.
    nows : list of Now
        Where each patient is.
    cells : list of str
        Where comparable patients are counted.
    outside : list of tuple of str
        What lies outside of the data.
    problems : list of list of str
        What cannot be read.
    """

    patient_id: list[str | None]
    known: Floats
    nows: list[Now]
    cells: list[str]
    outside: list[tuple[str, ...]]
    problems: list[list[str]]


def read_patient_table(file: Path) -> pl.DataFrame:
    """Read a CSV file, every cell as text, or a Parquet file.

    Raises
    ------
    InputError
        If it does not exist or cannot be read.
    """
    if not file.is_file():
        raise InputError(f"{file}: no such file. Give a table with a row per patient.")
    try:
        if file.suffix == ".parquet":
            return pl.read_parquet(file)
        return pl.read_csv(file, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{file}: not readable ({error.__class__.__name__}).") from None


def read_rows(bank: Bank, table: pl.DataFrame) -> PatientRows:
    """Read every row; what cannot be read is told, not raised.

    Raises
    ------
    InputError
        If a column is not known.
    """
    items = [name for name in table.columns if name not in COURSE]
    check_fields(bank, dict.fromkeys(items))
    n = table.height
    problems: list[list[str]] = [[] for _ in range(n)]
    outside: list[tuple[str, ...]] = [()] * n
    known = np.full((n, len(bank.design.features)), np.nan)
    raw = {name: _read_cells(table[name], is_text=name in TEXTS) for name in table.columns}
    for place, feature in enumerate(bank.design.features):
        if feature.item in raw:
            _read_feature(feature, raw[feature.item], known[:, place], problems, outside)
    nows = _read_courses(bank, raw, n, known, problems)
    ages, lineages = (raw.get(name, [None] * n) for name in ("age_years", "lineage"))
    cells = [
        name_cell({"age_years": age, "lineage": lineage})
        for age, lineage in zip(ages, lineages, strict=True)
    ]
    ids = [None if one is None else str(one) for one in raw.get("patient_id", [None] * n)]
    return PatientRows(ids, known, nows, cells, outside, problems)


def _read_cells(column: pl.Series, *, is_text: bool = False) -> list[Any]:
    """Return the cells; a text is a number or a flag where it reads as one, blank is null."""
    cells = column.to_list()
    if is_text:
        return [None if one is None or not str(one).strip() else str(one).strip() for one in cells]
    if column.dtype not in (pl.String, pl.Categorical):
        return cells
    meaning = {one: _read_text(one) for one in column.unique().drop_nulls().cast(pl.String)}
    return [None if one is None else meaning[one] for one in cells]


def _read_text(text: str) -> Any:
    stripped = text.strip()
    if not stripped:
        return None
    if stripped.lower() in FLAGS:
        return FLAGS[stripped.lower()]
    try:
        return float(stripped)
    except ValueError:
        return stripped


def _read_feature(
    feature: Feature,
    cells: Sequence[Any],
    numbers: Floats,
    problems: list[list[str]],
    outside: list[tuple[str, ...]],
) -> None:
    """Fill the numbers of one feature; each different cell is read once."""
    read: dict[tuple[type, Any], tuple[float, str, str]] = {}
    for row, cell in enumerate(cells):
        key = (type(cell), cell)
        if key not in read:
            said = find_problem(feature, cell)
            number = float("nan") if said else encode_value(feature, cell)
            read[key] = number, said, "" if said else say_unsupported(feature, cell)
        numbers[row], said, unsupported = read[key]
        # an item of several features is read once for each, and told once
        if said and said not in problems[row]:
            problems[row].append(said)
        if unsupported:
            outside[row] = (*outside[row], unsupported)


def _read_courses(
    bank: Bank, raw: dict[str, list[Any]], n: int, known: Floats, problems: list[list[str]]
) -> list[Now]:
    """Return where each patient is; each different course is read once."""
    names = [name for name in (*COURSE, "trial") if name in raw]
    columns = [raw[name] for name in names]
    cells = list(zip(*columns, strict=True)) if columns else [()] * n
    read = _remember(lambda own: _read_one(bank, dict(zip(names, own, strict=True))))
    mrd = [place for place, one in enumerate(bank.design.features) if one.kind == "mrd"]
    nows = []
    for row, own in enumerate(cells):
        now, said = read(own)
        if mrd and not said:
            said = find_mrd_problem(bank, known[row], now)
        problems[row] += [said] if said else []
        nows.append(now)
    return nows


def _read_one(bank: Bank, cells: dict[str, Any]) -> tuple[Now, str]:
    course = {COURSE[name]: cells[name] for name in COURSE if cells.get(name) is not None}
    patient = {"course": course, "trial": cells.get("trial")}
    try:
        return read_course(bank, patient)[0], ""
    except InputError as error:
        return Now(), " ".join(line.strip() for line in str(error).splitlines())


def _remember(ask: Callable[[Any], Any]) -> Callable[[Any], Any]:
    answers: dict[Any, Any] = {}

    def read(key: Any) -> Any:
        if key not in answers:
            answers[key] = ask(key)
        return answers[key]

    return read
