"""One result of a measurement of residual disease, as a row of the table `mrd` holds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MrdResult:
    """What a laboratory reported.

    Attributes
    ----------
    category : str or None
        One of MRD_CATEGORIES, or None where there is no result.
    mrd_fraction : float or None
        Leukaemic cells as a fraction of 1; only where category is `quantified`.
    limit_fraction : float or None
        What the result lies below: the limit of `below_limit`, or of the quantifiable range.
    sensitivity : float or None
        Smallest fraction that the assay could see: as stated; of a `below_limit` without a
        statement the limit, which the assay must have been able to see. None where not known:
        an `undetected` without it does not tell how few cells there may be.
    method : str or None
        As the text names it.
    missing : str or None
        One of MISSING_REASONS where there is no result.
    """

    category: str | None = None
    mrd_fraction: float | None = None
    limit_fraction: float | None = None
    sensitivity: float | None = None
    method: str | None = None
    missing: str | None = None
