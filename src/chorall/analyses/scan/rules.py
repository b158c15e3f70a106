"""When an effect is rare, when it is not given at all, and the words that say so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered

STATUS_WORDS = {
    "not_tested": "nobody with all covariates known was tested",
    "no_events": "no event among those tested",
    "constant": "the same in all patients at risk together",
    "collinear": "the covariates cannot be told apart among those tested",
    "not_converged": "the model has no finite solution",
    "separated": "the model has no finite solution",
}
FIRTH, NO_MAXIMUM = "Firth's penalised estimate", "the likelihood has no maximum"


@dataclass(frozen=True, slots=True)
class RarityRules:
    """Bounds below which an effect is penalised or not given.

    Attributes
    ----------
    minimum_carriers : int
        Patients with the marker, and without it, below which nothing is given; of a pair, patients
        in each of the four groups.
    firth_below : int
        Carriers below which Firth's penalised fit is taken.
    minimum_events : int
        Events among the tested below which nothing is given.
    events_per_variable : float
        Events for each coefficient of the model below which nothing is given.
    """

    minimum_carriers: int = 5
    firth_below: int = 20
    minimum_events: int = 10
    events_per_variable: float = 5.0

    def __post_init__(self) -> None:
        counts = ("minimum_carriers", "firth_below", "minimum_events", "events_per_variable")
        least = {"minimum_carriers": 1, "minimum_events": 1}
        problems = [
            f"`{name}` is {getattr(self, name)!r}; expected {least.get(name, 0)} or more"
            for name in counts
            if not getattr(self, name) >= least.get(name, 0)
        ]
        raise_gathered(InputError, "the rules of rarity cannot be used", problems, "Correct these.")

    def find_obstacles(
        self,
        status: NDArray[np.str_],
        n_present: NDArray[np.int64],
        n_absent: NDArray[np.int64],
        n_events: NDArray[np.int64],
        n_variables: int,
    ) -> list[str]:
        """Say of each effect why it is not given, or nothing.

        Parameters
        ----------
        status : ndarray of str, shape (m,)
            Words of `chorall.stats.MarkerScan`.
        n_present, n_absent, n_events : ndarray of int, shape (m,)
            Patients with and without, and events among both.
        n_variables : int
            Coefficients of the model.
        """
        needed = max(self.minimum_events, self.events_per_variable * n_variables)
        counts = zip(status, n_present, n_absent, n_events, strict=True)
        return [self._find_obstacle(*one, needed, n_variables) for one in counts]

    def _find_obstacle(
        self, status: str, present: int, absent: int, events: int, needed: float, variables: int
    ) -> str:
        if present + absent == 0:
            return f"not assessable: {STATUS_WORDS['not_tested']}"
        for count, words in ((present, "with"), (absent, "without")):
            if count < self.minimum_carriers:
                return (
                    f"not assessable: {_count(count, 'patient')} {words} it; "
                    f"{self.minimum_carriers} needed"
                )
        if events < needed:
            return (
                f"not assessable: {_count(events, 'event')} for {_count(variables, 'coefficient')};"
                f" {np.ceil(needed):.0f} needed"
            )
        known = status == "fitted" or status == "separated"
        return "" if known else f"not assessable: {STATUS_WORDS.get(status, status)}"


def _count(number: int, word: str) -> str:
    return f"{'no' if number == 0 else f'{number:,}'} {word}{'' if number == 1 else 's'}"


def describe_method(method: str, n_present: int, firth_below: int) -> str:
    """Say why a fit was penalised, or nothing."""
    if method != "firth":
        return ""
    rare = f"fewer than {firth_below} with it" if n_present < firth_below else NO_MAXIMUM
    return f"{rare}: {FIRTH}"
