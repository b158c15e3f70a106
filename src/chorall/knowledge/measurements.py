"""Laboratory values without a column of their own: item, unit and plausible range."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MEASUREMENTS_CSV = Path(__file__).parent / "measurements.csv"


@dataclass(frozen=True, slots=True)
class MeasurementItem:
    """One item of the table `measurement`.

    Attributes
    ----------
    item : str
        Name with the unit as suffix.
    label : str
        Name for people.
    dimension : str
        Dimension in knowledge/units.csv, or empty where units do not apply.
    canonical_unit : str
        The unit of the pooled value, or empty.
    minimum, maximum : float
        Inclusive plausible range in the canonical unit.
    """

    item: str
    label: str
    dimension: str
    canonical_unit: str
    minimum: float
    maximum: float


@cache
def measurement_items() -> dict[str, MeasurementItem]:
    """Return the known items by name, in file order."""
    with MEASUREMENTS_CSV.open(encoding="utf-8", newline="") as file:
        rows = tuple(csv.DictReader(file))
    return {
        row["item"]: MeasurementItem(
            item=row["item"],
            label=row["label"],
            dimension=row["dimension"],
            canonical_unit=row["canonical_unit"],
            minimum=float(row["minimum"]),
            maximum=float(row["maximum"]),
        )
        for row in rows
    }
