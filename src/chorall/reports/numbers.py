"""How every number is written: one place, so that figures, tables and sentences cannot disagree."""

from __future__ import annotations

import math
from typing import Final

NOT_ESTIMATED: Final = "not estimated"
EN_DASH: Final = "\N{EN DASH}"
NOT_KNOWN: Final = EN_DASH

_FINE_PERCENT = 10.0
_FINE_P_VALUE = 0.01
_CUSTOMARY_LEVEL = 0.05
_HUGE_RATIO = 100.0
_TINY_RATIO = 0.01
_FINE_MEASURE = 100.0


def is_known(value: float | None) -> bool:
    """Return True where `value` is a finite number."""
    return value is not None and math.isfinite(value)


def format_count(value: float | None) -> str:
    """Return a whole number with commas, e.g. 1,234."""
    return f"{value:,.0f}" if value is not None and is_known(value) else NOT_KNOWN


def format_count_of(part: float | None, whole: float | None) -> str:
    """Return a part and its whole, e.g. 312 / 1,234."""
    return f"{format_count(part)} / {format_count(whole)}"


def format_percent(fraction: float | None) -> str:
    """Return a fraction of 1 as a percentage: one decimal below 10 %, none above."""
    if fraction is None or not is_known(fraction):
        return NOT_ESTIMATED
    return f"{_percent_digits(fraction, _percent_decimals(fraction))} %"


def format_percent_interval(
    fraction: float | None, lower: float | None, upper: float | None
) -> str:
    """Return a fraction with its limits, e.g. 71 % (64-77) with an en dash, same decimals."""
    if fraction is None or not is_known(fraction):
        return NOT_ESTIMATED
    decimals = _percent_decimals(fraction)
    limits = [_percent_digits(limit, decimals) for limit in (lower, upper)]
    return f"{_percent_digits(fraction, decimals)} % ({EN_DASH.join(limits)})"


def _percent_decimals(fraction: float) -> int:
    return 1 if 0 < round(abs(fraction) * 100, 1) < _FINE_PERCENT else 0


def _percent_digits(fraction: float | None, decimals: int) -> str:
    if fraction is None or not is_known(fraction):
        return "?"
    return f"{fraction * 100:.{decimals}f}"


def format_ratio(ratio: float | None) -> str:
    """Return a hazard ratio: two decimals, one from 10 on, only the bound outside 0.01 to 100."""
    if ratio is None or math.isnan(ratio):
        return NOT_ESTIMATED
    if ratio > _HUGE_RATIO:
        return ">100"
    if ratio < _TINY_RATIO:
        return "<0.01"
    return f"{ratio:.1f}" if ratio >= 9.995 else f"{ratio:.2f}"


def format_ratio_interval(ratio: float | None, lower: float | None, upper: float | None) -> str:
    """Return a hazard ratio with its limits, e.g. 3.53 (2.82-4.41) with an en dash."""
    if ratio is None or not is_known(ratio):
        return NOT_ESTIMATED
    limits = ["?" if limit is None else format_ratio(limit) for limit in (lower, upper)]
    return f"{format_ratio(ratio)} ({EN_DASH.join(limits)})"


def format_range(lower: float | None, upper: float | None) -> str:
    """Return two limits of a ratio without a figure between them."""
    if lower is None or upper is None or not (is_known(lower) and is_known(upper)):
        return NOT_KNOWN
    return f"{format_ratio(lower)}{EN_DASH}{format_ratio(upper)}"


def format_p_value(p_value: float | None) -> str:
    """Return a p or q value: two decimals, three below 0.01 or where 0.05 would be blurred."""
    if p_value is None or not is_known(p_value):
        return NOT_KNOWN
    if p_value < 0.001:
        return "<0.001"
    if p_value > 0.99:
        return ">0.99"
    blurred = round(p_value, 2) == _CUSTOMARY_LEVEL and p_value != _CUSTOMARY_LEVEL
    return f"{p_value:.3f}" if p_value < _FINE_P_VALUE or blurred else f"{p_value:.2f}"


def format_p_with_sign(symbol: str, p_value: float | None) -> str:
    """Return e.g. `q = 0.02` or `q < 0.001`, in one piece."""
    text = format_p_value(p_value)
    if text == NOT_KNOWN:
        return f"{symbol} {NOT_ESTIMATED}"
    sign, digits = (text[0], text[1:]) if text[0] in "<>" else ("=", text)
    return "\N{NO-BREAK SPACE}".join((symbol, sign, digits))


def format_years(years: float | None) -> str:
    """Return a measured length of time in years, one decimal."""
    return f"{years:.1f}" if years is not None and is_known(years) else NOT_ESTIMATED


def format_text(value: object) -> str:
    """Return a word as it is; nothing becomes a dash."""
    return NOT_KNOWN if value is None or value == "" else str(value)


def count_of(number: int, singular: str, plural: str = "") -> str:
    """Return e.g. `1 patient`, `1,234 patients`."""
    return f"{format_count(number)} {singular if number == 1 else plural or singular + 's'}"


HIDDEN: Final = "hidden"
"""Stands for a small count, and for one that would give a small count away."""


def format_share(
    part: float | None, whole: float | None, *, hidden: bool = False, of: bool = False
) -> str:
    """Return a count with its percentage, e.g. 12 (15 %); with `of` its whole too: 12 / 80 (15 %).

    A count that is `hidden` has no percentage either: that would give it away.
    """
    if hidden:
        return HIDDEN
    if part is None or not whole:
        return NOT_KNOWN
    start = format_count_of(part, whole) if of else format_count(part)
    return f"{start} ({format_percent(part / whole)})"


def format_quartiles(
    median: float | None, lower: float | None, upper: float | None, *, hidden: bool = False
) -> str:
    """Return a median with its quartiles, e.g. 4.5 (2.1-9.0) with an en dash, same decimals."""
    if hidden:
        return HIDDEN
    if median is None or not is_known(median):
        return NOT_KNOWN
    decimals = 0 if abs(median) >= _FINE_MEASURE else 1
    limits = ["?" if x is None else f"{x:,.{decimals}f}" for x in (lower, upper)]
    return f"{median:,.{decimals}f} ({EN_DASH.join(limits)})"


def format_difference(difference: float | None) -> str:
    """Return a standardised difference, two decimals."""
    return f"{difference:.2f}" if difference is not None and is_known(difference) else NOT_KNOWN
