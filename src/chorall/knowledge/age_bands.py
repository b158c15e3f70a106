"""Age bands of the consortium and the age from which a patient counts as adult."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

AGE_BANDS_TOML = Path(__file__).parent / "age_bands.toml"


@dataclass(frozen=True, slots=True)
class AgeBand:
    """One band of age at time zero.

    Attributes
    ----------
    label : str
        For tables and figures.
    lower : float
        Years, the bound is inside the band.
    upper : float
        Years, the bound is outside the band; infinite in the last one.
    """

    label: str
    lower: float
    upper: float


@cache
def _read_bands() -> dict[str, Any]:
    return tomllib.loads(AGE_BANDS_TOML.read_text(encoding="utf-8"))


@cache
def age_bands() -> tuple[AgeBand, ...]:
    """Return the bands, youngest first; together they cover every age once."""
    return tuple(
        AgeBand(band["label"], float(band["lower"]), float(band.get("upper", math.inf)))
        for band in _read_bands()["bands"]
    )


@cache
def adult_from_years() -> float:
    """Return the age in years from which a patient is adult ("adults > 25 years")."""
    return float(_read_bands()["adult_from_years"])
