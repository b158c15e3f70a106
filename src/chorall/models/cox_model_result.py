"""A fitted Cox model: named coefficients, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass

from chorall.errors import InputError


@dataclass(frozen=True, slots=True)
class CoxTerm:
    """One coefficient.

    Attributes
    ----------
    name, term : str
        `sex: male` and `sex`; equal for terms without levels.
    level, reference : str or None
        What is compared with what, for categorical terms.
    log_hazard_ratio, standard_error, hazard_ratio, lower, upper, z, p_value : float
        Wald's figures; NaN where the coefficient cannot be estimated (a note says why).
    """

    name: str
    term: str
    level: str | None
    reference: str | None
    log_hazard_ratio: float
    standard_error: float
    hazard_ratio: float
    lower: float
    upper: float
    z: float
    p_value: float

    @property
    def estimated(self) -> bool:
        """True where there is a figure."""
        return self.log_hazard_ratio == self.log_hazard_ratio


@dataclass(frozen=True, slots=True)
class CoxModel:
    """A fitted Cox model (Efron's ties).

    Attributes
    ----------
    terms : tuple of CoxTerm
        In the order asked for, one per level where categorical.
    n_used, n_events : int
        Rows with everything known, and events among them.
    n_left_out : int
        Rows with something missing; `n_used + n_left_out` is the height of the frame.
    left_out_by : dict of str to int
        Rows in which each term (or `strata`, `time`, `event`) is missing; one row may count for
        several.
    notes : tuple of str
        Terms that could not be estimated, and why.
    conf_level : float
        Two-sided level of the limits.
    """

    terms: tuple[CoxTerm, ...]
    n_used: int
    n_events: int
    n_left_out: int
    left_out_by: dict[str, int]
    notes: tuple[str, ...]
    conf_level: float

    def term(self, name: str) -> CoxTerm:
        """Return the coefficient called `name`.

        Raises
        ------
        InputError
            If there is none; the message lists the known ones.
        """
        for term in self.terms:
            if term.name == name:
                return term
        known = ", ".join(term.name for term in self.terms)
        raise InputError(f"the model has no term `{name}`.\n  It has: {known}")
