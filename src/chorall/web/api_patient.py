"""Residual disease in a patient that a program sends: checked before anybody computes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chorall.errors import InputError, raise_gathered
from chorall.knowledge.classifier_items import classifier_items
from chorall.models.bank.features import UNDETECTED, UNKNOWN_WORDS


def check_mrd_items(patient: Mapping[str, Any]) -> None:
    """Refuse residual disease that is no fraction; classifiers ask time points that no bank uses.

    Raises
    ------
    InputError
        One message for all such items.
    """
    items = classifier_items()
    problems = [
        f'`{name}` must be a number from 0 to 1 (a fraction, not percent) or "{UNDETECTED}"'
        for name, value in patient.items()
        if name in items and items[name].kind == "mrd" and not _is_mrd(value)
    ]
    advice = "Correct these, or leave out what is not known."
    raise_gathered(InputError, "the patient cannot be read", problems, advice)


def _is_mrd(value: Any) -> bool:
    if value is None or isinstance(value, str):
        return value == UNDETECTED or value in UNKNOWN_WORDS
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
