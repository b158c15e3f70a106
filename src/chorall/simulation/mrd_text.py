"""MRD as a laboratory writes it: one text for category, number and sensitivity."""

from __future__ import annotations

import numpy as np

from chorall.simulation.delivery import QUANTIFIABLE_FROM, UNDETECTED_BELOW
from chorall.simulation.patients import Floats


def write_mrd_texts(fraction: Floats) -> list[str]:
    """Return `neg (sens 1E-5)`, `pos nq <1E-4` or a number as `5.0E-03`; empty where not measured.

    The number is cut to two digits; `round_mrd` does the same.
    """
    return [_write(value) for value in fraction]


def round_mrd(fraction: Floats) -> Floats:
    """Return quantified fractions at the precision of the text, NaN for all others."""
    quantified = fraction >= QUANTIFIABLE_FROM
    digits = np.array([float(f"{value:.1E}") for value in fraction])
    return np.where(quantified, digits, np.nan)


def _write(value: float) -> str:
    if np.isnan(value):
        return ""
    if value < UNDETECTED_BELOW:
        return "neg (sens 1E-5)"
    return "pos nq <1E-4" if value < QUANTIFIABLE_FROM else f"{value:.1E}"
