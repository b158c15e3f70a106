"""Known fusions: two partners in any order to the one name of the fusion."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FUSIONS_CSV = Path(__file__).parent / "fusions.csv"


@cache
def fusion_names() -> dict[frozenset[str], str]:
    """Return the known fusions: the pair of partners to the name, such as ``BCR::ABL1``."""
    with FUSIONS_CSV.open(encoding="utf-8", newline="") as file:
        names = [row["fusion"] for row in csv.DictReader(file)]
    return {frozenset(name.split("::")): name for name in names}
