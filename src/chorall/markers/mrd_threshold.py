"""What an MRD report says about the level of disease: an interval, and whether it is negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chorall.errors import InputError
from chorall.tables.mrd_result import MrdResult
from chorall.tables.words import MRD_CATEGORIES

ADEQUATE_SENSITIVITY: Final = 1e-4
"""EuroMRD: only a negative result at this sensitivity or a better one is a negative result."""


@dataclass(frozen=True, slots=True)
class MrdRange:
    """The levels that a report leaves open.

    Attributes
    ----------
    low, high : float
        Smallest and largest level; equal where it was quantified.
    is_high_included : bool
        False where the level lies below `high`.
    may_be_negative, may_be_positive : bool
        Whether a result at adequate sensitivity could be negative, or positive.
    """

    low: float
    high: float
    is_high_included: bool
    may_be_negative: bool
    may_be_positive: bool


def read_mrd_range(report: MrdResult | None) -> MrdRange:
    """Return the levels that a report leaves open.

    Parameters
    ----------
    report : MrdResult or None
        None, or without a category, where there is no result: everything is possible.

    Returns
    -------
    MrdRange
        quantified: the level. below_limit x: [0, x), negative or positive. undetected: [0, s) for
        sensitivity s, negative; where s is worse than 1e-4 or not known a better assay might have
        found disease, so it may be positive too. detected_not_quantifiable: positive, below the
        limit of quantification if that is known. A quantified result without a level, or a limit
        without a number, says no more than its category.

    Raises
    ------
    InputError
        If the category is not known or a number is no fraction.
    """
    if report is None or report.category is None:
        return MrdRange(0.0, 1.0, True, True, True)
    _check_report(report)
    if report.category == "quantified":
        level = report.mrd_fraction
        if level is None:
            return MrdRange(0.0, 1.0, True, False, True)
        return MrdRange(level, level, True, False, True)
    if report.category == "undetected":
        seen = report.sensitivity
        adequate = seen is not None and seen <= ADEQUATE_SENSITIVITY
        return MrdRange(0.0, seen or 1.0, seen is None, True, not adequate)
    limit, may_be_negative = report.limit_fraction, report.category == "below_limit"
    return MrdRange(0.0, limit or 1.0, limit is None, may_be_negative, True)


def _check_report(report: MrdResult) -> None:
    if report.category not in MRD_CATEGORIES:
        raise InputError(
            f"`{report.category}` is no MRD category.\n  Known: {', '.join(MRD_CATEGORIES)}"
        )
    for name in ("mrd_fraction", "limit_fraction", "sensitivity"):
        value = getattr(report, name)
        if value is not None and not 0 < value <= 1:
            raise InputError(
                f"`{name}` of an MRD result must be above 0 and at most 1 (a fraction).\n"
                "  Report a result without disease as `undetected`."
            )


def is_mrd_below(report: MrdResult | None, threshold: float) -> bool | None:
    """Return whether MRD is below a threshold, in Kleene's sense.

    Parameters
    ----------
    report : MrdResult or None
        None where there is no result.
    threshold : float
        Fraction of 1. A level equal to it is not below.

    Returns
    -------
    bool or None
        None where the report cannot tell: an undetected result whose sensitivity is not known or
        worse than the threshold, `below_limit x` with x above the threshold, a result that was
        positive but not quantifiable.
    """
    levels = read_mrd_range(report)
    if levels.high < threshold or (levels.high == threshold and not levels.is_high_included):
        return True
    return False if levels.low >= threshold else None


def assess_mrd_response(report: MrdResult | None) -> frozenset[str]:
    """Return which EuroMRD responses a report leaves open, in haematological remission.

    Parameters
    ----------
    report : MrdResult or None
        None where there is no result.

    Returns
    -------
    frozenset of str
        `complete`: negative at a sensitivity of 1e-4 or better. `failure`: 1e-4 or above.
        `intermediate`: positive below 1e-4, positive but not quantifiable, or negative at an
        inadequate sensitivity. Several where the report is not clear, all three without one.

    Notes
    -----
    This reads the report and not the true level: a negative result of an insensitive assay *is*
    intermediate, it is not an unknown. Source S76.
    """
    if report is None or report.category is None:
        return frozenset({"complete", "intermediate", "failure"})
    _check_report(report)
    if report.category == "undetected":
        if report.sensitivity is None:
            return frozenset({"complete", "intermediate"})
        adequate = report.sensitivity <= ADEQUATE_SENSITIVITY
        return frozenset({"complete" if adequate else "intermediate"})
    if report.category == "detected_not_quantifiable":
        return frozenset({"intermediate"})
    if report.category == "quantified":
        level = report.mrd_fraction
        if level is None:
            return frozenset({"intermediate", "failure"})
        return frozenset({"failure" if level >= ADEQUATE_SENSITIVITY else "intermediate"})
    limit = report.limit_fraction
    if limit is not None and limit <= ADEQUATE_SENSITIVITY:
        return frozenset({"complete", "intermediate"})
    return frozenset({"complete", "intermediate", "failure"})
