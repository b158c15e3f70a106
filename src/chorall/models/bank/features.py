"""What the bank knows of a patient, and how the words of a patient file become numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered
from chorall.knowledge.naming import name_item

Floats = NDArray[np.float64]

LOWEST_MRD: Final = 1e-5
"""MRD that is not detected counts as this fraction, the sensitivity of a good assay."""

LARGEST: Final = 1e15
UNKNOWN_WORDS: Final = (
    None, "unknown", "not_tested", "not_done", "not_reported", "not_applicable", "withheld",
    "failed", "inconclusive", "insufficient",
)  # fmt: skip
PRESENT_WORDS: Final = {"present": 1.0, "absent": 0.0, True: 1.0, False: 0.0}
UNDETECTED: Final = "undetected"


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of the bank.

    Attributes
    ----------
    item : str
        Name in a patient file.
    kind : str
        `number`, `marker` (present or absent), `word` (1 where the item is `word`) or `mrd`.
    group : str
        Its group of coefficients.
    word : str
        For kind `word`; the other words of the item stand in `words`.
    words : tuple of str
        All words that the item may be.
    transform : str
        `plain`, `log2` or `log10`.
    centre, scale : float
        The number is (transformed - centre) / scale.
    low, high : float
        What can be, in the unit of the item.
    supported_low, supported_high : float
        Between them lay nearly all patients of the bank; NaN where that has no meaning.
    """

    item: str
    kind: str
    group: str
    word: str = ""
    words: tuple[str, ...] = ()
    transform: str = "plain"
    centre: float = 0.0
    scale: float = 1.0
    low: float = 0.0
    high: float = 1.0
    supported_low: float = float("nan")
    supported_high: float = float("nan")

    @property
    def name(self) -> str:
        """The item, for a word with its word."""
        return f"{self.item}={self.word}" if self.kind == "word" else self.item

    @property
    def is_flag(self) -> bool:
        """True where the number is 0 or 1."""
        return self.kind in ("marker", "word")

    def encode(self, values: Floats) -> Floats:
        """Return numbers of the bank for values in the unit of the item; NaN stays."""
        if self.kind == "mrd":
            values = np.maximum(values, LOWEST_MRD)
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = {"log2": np.log2, "log10": np.log10}.get(self.transform, np.asarray)(values)
        return np.asarray((moved - self.centre) / self.scale)


def encode_patient(features: Sequence[Feature], patient: Mapping[str, Any]) -> Floats:
    """Return one number per feature, NaN for what is not known.

    Parameters
    ----------
    features : sequence of Feature, length f
        Of the bank.
    patient : mapping of str to object
        Item to value. Left out, null, `not_tested` and the other reasons mean: not known.

    Returns
    -------
    ndarray of shape (f,)

    Raises
    ------
    InputError
        One message for all values that cannot be.
    """
    by_item = {feature.item: feature for feature in features}
    problems = [
        find_problem(by_item[item], value) for item, value in patient.items() if item in by_item
    ]
    raise_gathered(
        InputError,
        "the patient cannot be read",
        [problem for problem in problems if problem],
        "Correct these, or leave out what is not known.",
    )
    return np.array([encode_value(feature, patient.get(feature.item)) for feature in features])


def encode_value(feature: Feature, value: Any) -> float:
    """Return the number of a value in which `find_problem` finds none; NaN where not known."""
    if _is_unknown(value):
        return float("nan")
    if feature.kind == "marker":
        return PRESENT_WORDS[value]
    if feature.kind == "word":
        return float(value == feature.word)
    number = LOWEST_MRD if value == UNDETECTED else float(value)
    return float(feature.encode(np.array(number)))


def _is_unknown(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value in UNKNOWN_WORDS)


def find_problem(feature: Feature, value: Any) -> str:
    """Say why a value cannot be; empty where it can, or is not known."""
    item = feature.item
    if _is_unknown(value):
        return ""
    if feature.kind == "marker":
        fits = isinstance(value, bool | str) and value in PRESENT_WORDS
        return "" if fits else f"`{item}` is a marker: present, absent or not_tested expected"
    if feature.kind == "word":
        fits = isinstance(value, str) and value in feature.words
        return "" if fits else f"`{item}` must be one of: {', '.join(feature.words)}"
    return _find_number_problem(feature, value)


def _find_number_problem(feature: Feature, value: Any) -> str:
    if feature.kind == "mrd" and value == UNDETECTED:
        return ""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_number = is_number and abs(value) < LARGEST
    if is_number and feature.low <= value <= feature.high:
        return ""
    expected = f"`{feature.item}` must be a number from {feature.low:g} to {feature.high:g}"
    if feature.kind == "mrd":
        return f'{expected} (a fraction, not percent) or "{UNDETECTED}"'
    if is_number and feature.low <= value / 1000 <= feature.high:
        return f"{expected}; is it given in another unit (per microlitre, days)?"
    return expected


def find_unsupported(features: Sequence[Feature], patient: Mapping[str, Any]) -> list[str]:
    """Say which numbers lie where the bank has hardly seen a patient."""
    said = [say_unsupported(feature, patient.get(feature.item)) for feature in features]
    return [one for one in said if one]


def say_unsupported(feature: Feature, value: Any) -> str:
    """Say that a number lies where the bank has hardly seen a patient; empty where it does not."""
    if feature.is_flag or feature.kind == "mrd" or _is_unknown(value):
        return ""
    low, high = feature.supported_low, feature.supported_high
    if low <= float(value) <= high:
        return ""
    return f"{name_item(feature.item)} lies outside {low:g} to {high:g}, where the bank has data"
