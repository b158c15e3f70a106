"""Made-up patients and their answers, kept with a bank: another machine must say the same."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import Bank
from chorall.models.bank.noise import NOTHING_DRAWN
from chorall.models.bank.plain_course import follow_plainly
from chorall.models.bank.ratios import find_ratios
from chorall.models.bank.simulate_course import Now, follow
from chorall.models.bank.strategy import read_strategy

Floats = NDArray[np.float64]

STEPS: Final = (-1.0, 0.0, 1.0)
MONTHS: Final = 60
SAME: Final = 1e-9


def make_reference(bank: Bank) -> dict[str, Any]:
    """Return overall survival by month of three vectors that are no patients.

    The mean of all features, and one standard deviation below and above it in every one. They are
    answered in plain NumPy, so that a bank is read only where the compiled course says the same.
    """
    vectors = _list_vectors(bank)
    answers = _answer(bank, vectors, is_plain=True)
    return {"vectors": vectors.tolist(), "overall_survival": answers.tolist()}


def compare_reference(bank: Bank, reference: dict[str, Any]) -> str:
    """Return what is wrong, or an empty text where the bank answers as when it was written."""
    try:
        vectors = np.array(reference["vectors"], float)
        expected = np.array(reference["overall_survival"], float)
    except (KeyError, ValueError, TypeError):
        return "its reference patients are damaged"
    same = vectors.shape == _list_vectors(bank).shape
    same = same and np.allclose(vectors, _list_vectors(bank), rtol=0, atol=SAME)
    if not same:
        return "its reference patients were changed"
    found = _answer(bank, vectors)
    if found.shape != expected.shape or not np.allclose(found, expected, rtol=0, atol=SAME):
        return "its answers about the reference patients differ from those stored with it"
    return ""


def _list_vectors(bank: Bank) -> Floats:
    spread = np.sqrt(np.diag(bank.law.covariance))
    return np.array([bank.law.mean + step * spread for step in STEPS])


def _answer(bank: Bank, vectors: Floats, *, is_plain: bool = False) -> Floats:
    strategy = read_strategy(bank, "as_observed")
    (ratio,) = find_ratios(bank, vectors, [strategy.flags], 1, NOTHING_DRAWN)
    if is_plain:
        found = follow_plainly(bank, ratio, strategy.transplant, Now(), MONTHS)
    else:
        found = follow(bank, ratio, strategy.transplant, Now(), np.arange(MONTHS + 1))
    return np.asarray(np.broadcast_to(found.overall_survival, found.relapse.shape))
