"""What a classifier says of one patient: result, best and worst case, and what would resolve it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The answer of one classifier for one patient.

    Attributes
    ----------
    classifier : str
        Its id.
    applicable : bool or None
        Whether the patient is of its population; None where that is not known.
    reason : str
        Why it does not apply, or what is not known about that; else empty.
    result : str or None
        The group, only where every completion of the unknown items gives it and the patient is
        known to be of the population.
    best, worst : str or None
        Groups with the best and the worst outlook that some completion gives; where
        `applicable` is None, if it applies. None where it does not apply or has no groups.
    possible : tuple of str
        All groups that some completion gives, the best first.
    resolving : tuple of str
        Unknown items that could still change the answer: group, applicability or score.
    score, score_lower, score_upper : float or None
        Value of a continuous score where it is determined, and its range.
    confidence : str
        `seen`, `unverified` or `computed`.
    completeness : str
        FULL, FULL-M, PART or NONE.
    """

    classifier: str
    applicable: bool | None
    reason: str
    result: str | None
    best: str | None
    worst: str | None
    possible: tuple[str, ...]
    resolving: tuple[str, ...]
    score: float | None = None
    score_lower: float | None = None
    score_upper: float | None = None
    confidence: str
    completeness: str

    @property
    def is_determined(self) -> bool:
        """True where the answer can no longer change, be it a group or "not applicable"."""
        return self.applicable is False or self.result is not None
