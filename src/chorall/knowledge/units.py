"""Units of measurement: factors to the canonical unit of a dimension."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

from chorall.errors import DefinitionError

DAYS_PER_YEAR: Final = 365.25
"""Of the Julian calendar, as everywhere in survival analysis; the same as in units.csv."""

UNITS_CSV = Path(__file__).parent / "units.csv"


@cache
def _factors() -> dict[str, dict[str, float]]:
    factors: dict[str, dict[str, float]] = {}
    with UNITS_CSV.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            factors.setdefault(row["dimension"], {})[row["unit"]] = float(row["factor"])
    return factors


def units_of(dimension: str) -> tuple[str, ...]:
    """Return the units of `dimension`, the canonical one first.

    Raises
    ------
    DefinitionError
        If the dimension is not known; the message lists the known ones.
    """
    if dimension not in _factors():
        known = ", ".join(_factors())
        raise DefinitionError(
            f"knowledge/units.csv has no dimension `{dimension}`.\n  It has: {known}"
        )
    return tuple(_factors()[dimension])


def convert_factor(dimension: str, unit: str) -> float:
    """Return what a value in `unit` is multiplied by to get the canonical unit of `dimension`.

    Parameters
    ----------
    dimension : str
        For example ``cell_count``; the canonical units are in knowledge/units.csv.
    unit : str
        Spelled as in knowledge/units.csv; capitals matter (``G/L`` is not ``g/L``).

    Raises
    ------
    DefinitionError
        If dimension or unit are not known; the message lists the known ones.
    """
    known = units_of(dimension)
    if unit not in known:
        raise DefinitionError(
            f"`{unit}` is not a unit of {dimension}.\n  Known units: {', '.join(known)}\n"
            "  Use one of them, or add the unit with its factor and source to knowledge/units.csv."
        )
    return _factors()[dimension][unit]
