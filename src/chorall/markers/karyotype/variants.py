"""Normal variants of chromosomes: seen in healthy people, no sign of a disease."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from chorall import knowledge
from chorall.markers.karyotype.model import Abnormality

VARIANTS_CSV = Path(knowledge.__file__).parent / "karyotype" / "variants.csv"


@cache
def _known_variants() -> frozenset[tuple[str, str, tuple[str, ...]]]:
    with VARIANTS_CSV.open(encoding="utf-8", newline="") as file:
        return frozenset(
            (row["kind"], row["chromosome"], tuple(row["bands"].split(";")))
            for row in csv.DictReader(file)
        )


def is_variant(one: Abnormality) -> bool:
    """Return True for a normal variant, such as ``inv(9)(p11q13)`` or ``9qh+``.

    Parameters
    ----------
    one : Abnormality
        As read.
    """
    if one.kind == "variant":
        return True
    if len(one.chromosomes) != 1 or len(one.bands) != 1 or one.extra:
        return False
    written = tuple(band.arm + band.number.split(".")[0] for band in one.bands[0])
    return (one.kind, one.chromosomes[0], written) in _known_variants()
