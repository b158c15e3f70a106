"""What is done with a patient, as named on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError
from chorall.models.bank.bank import Bank

TRANSPLANT_WORDS: Final = ("transplant", "no_transplant", "as_observed")


@dataclass(frozen=True, slots=True, eq=False)
class Strategy:
    """One strategy.

    Attributes
    ----------
    name : str
        As given.
    parts : tuple of str
        Strategies of the trials that it names, at most one of each comparison.
    flags : ndarray of shape (s,)
        1 for each of them that has a flag.
    transplant : str
        `transplant` (everybody still in first remission on the median day), `no_transplant` (nobody
        in first remission) or `as_observed` (as often as in the trials).
    """

    name: str
    parts: tuple[str, ...]
    flags: NDArray[np.float64]
    transplant: str


def read_strategy(bank: Bank, name: str) -> Strategy:
    """Read a strategy, parts joined by +, such as `tki_second_generation+no_transplant`.

    Raises
    ------
    InputError
        If a part is not known to the bank, or two exclude one another.
    """
    parts = [part.strip() for part in name.split("+")]
    known = (*bank.strategies, *TRANSPLANT_WORDS)
    unknown = [part for part in parts if part not in known]
    if unknown:
        raise InputError(
            f"strategy `{name}`: the bank does not know {', '.join(unknown)}.\n"
            f"  It knows: {', '.join(known)}. Join several with +."
        )
    words = [part for part in parts if part in TRANSPLANT_WORDS]
    arms = tuple(part for part in parts if part not in TRANSPLANT_WORDS)
    clashes = [one for one in bank.comparisons if sum(part in one.strategies for part in arms) > 1]
    if clashes or len(words) > 1:
        raise InputError(f"strategy `{name}` names two that exclude one another.")
    transplant = words[0] if words else "as_observed"
    if transplant == "transplant" and not np.isfinite(bank.transplant_day):
        raise InputError(
            f"strategy `{name}`: no trial of the bank dates a transplantation in first remission, "
            "so that nothing can be said of it."
        )
    flags = np.array([float(one in arms) for one in bank.design.strategies])
    return Strategy(name, arms, flags, transplant)
