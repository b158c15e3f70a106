"""How a number typed by a person is read: unit, range, and what is hardly plausible."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from chorall.knowledge.units import convert_factor

if TYPE_CHECKING:
    from chorall.models.bank.features import Feature

NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE]-\d{1,2})?", re.ASCII)
"""With a negative power of ten, as laboratories write residual disease; 1e5 is a slip elsewhere."""
THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}([.,]\d{3})+", re.ASCII)
LONGEST: Final = 24
VERY_HIGH_WBC: Final = 1000.0
VERY_HIGH_MRD: Final = 0.5
VERY_LOW_MRD: Final = 1e-5
"""Below, it is asked: most methods are sensitive to 1e-4 or 1e-5."""


def read_number(text: str) -> float | None:
    """Return a number written with a point or a comma, or as 1e-4; None where it is none."""
    plain = text.strip()
    if len(plain) > LONGEST or not NUMBER.fullmatch(plain):
        return None
    value = float(plain.replace(",", "."))
    return value if math.isfinite(value) else None


def is_grouped(text: str) -> bool:
    """Return True where a separator may stand before thousands, as in 150,000 or 1.234.567."""
    return THOUSANDS.fullmatch(text.strip()) is not None


def scale_number(value: float, dimension: str, unit: str) -> float:
    """Return a value in the unit of the bank; exact powers of ten where they are meant."""
    factor = convert_factor(dimension, unit)
    return value / round(1 / factor) if factor < 1 else value * factor


def judge_range(feature: Feature, value: float) -> str:
    """Say that a number cannot be, or return nothing."""
    if feature.low <= value <= feature.high:
        return ""
    return f"This cannot be: {feature.low:g} to {feature.high:g} is possible. Is the unit right?"


def judge_support(feature: Feature, value: float) -> str:
    """Say that the bank has hardly seen such a number, or return nothing."""
    low, high = feature.supported_low, feature.supported_high
    if math.isnan(low) or low <= value <= high:
        return ""
    return f"The bank has data from {low:g} to {high:g}. Outside it will not answer."


def doubt_wbc(value: float, unit: str) -> str:
    """Ask about the unit of a white cell count that is hardly plausible."""
    if value > VERY_HIGH_WBC:
        return f"That is {value:g} \N{MULTIPLICATION SIGN} 10⁹/L, very high. Is the unit right?"
    if unit == "/uL" and 0 < value < 0.1:
        return f"That is {value:g} \N{MULTIPLICATION SIGN} 10⁹/L, very low. Is the unit right?"
    return ""


def doubt_mrd(value: float, unit: str) -> str:
    """Ask about the unit of a residual disease that is hardly plausible."""
    if value > VERY_HIGH_MRD:
        hint = " Is it in percent?" if unit == "fraction" else ""
        return f"That is {100 * value:g} % of all cells, very high after induction.{hint}"
    if value < VERY_LOW_MRD:
        hint = " If it is a fraction, choose that." if unit == "percent" else ""
        return (
            f"That is {100 * value:g} % of all cells, less than most methods can measure."
            f"{hint} If nothing was found, tick `not detected`."
        )
    return ""
