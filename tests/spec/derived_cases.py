"""Little patients that say how markers follow from others: read by the tests and the docs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DerivedCase:
    """One rule, shown on a few patients.

    Attributes
    ----------
    title : str
        The rule in one sentence.
    known : str
        Table `patient | marker | ...`: status of each marker, `-` where the pool does not say.
    expected : str
        Table `patient | marker | ...` of derived statuses.
    """

    title: str
    known: str
    expected: str


DERIVED_CASES = (
    DerivedCase(
        "A combination is present where one part is, absent where all are; else it is open.",
        """
        patient | CDKN2A_del   | CDKN2B_del
        a       | present      | absent
        b       | present      | not_tested
        c       | absent       | absent
        d       | absent       | not_tested
        e       | not_tested   | not_tested
        f       | failed       | not_tested
        g       | inconclusive | absent
        h       | not_tested   | not_reported
        """,
        """
        patient | CDKN2A/B_del
        a       | present
        b       | present
        c       | absent
        d       | inconclusive
        e       | not_tested
        f       | failed
        g       | inconclusive
        h       | not_reported
        """,
    ),
    DerivedCase(
        "Any fusion of KMT2A is KMT2A-r; that some partners are absent does not exclude it.",
        """
        patient | KMT2A::AFF1 | KMT2A::MLLT3
        a       | present     | not_tested
        b       | absent      | absent
        c       | absent      | not_tested
        d       | not_tested  | not_tested
        """,
        """
        patient | KMT2A-r
        a       | present
        b       | inconclusive
        c       | inconclusive
        d       | not_tested
        """,
    ),
    DerivedCase(
        "KMT2A-r does not name the partner; a fusion found is KMT2A-r whatever else was said.",
        """
        patient | KMT2A-r    | KMT2A::AFF1
        a       | absent     | not_tested
        b       | present    | not_tested
        c       | present    | absent
        d       | absent     | inconclusive
        e       | absent     | present
        f       | not_tested | absent
        """,
        """
        patient | KMT2A-r    | KMT2A::AFF1
        a       | absent     | not_tested
        b       | present    | not_tested
        c       | present    | absent
        d       | absent     | inconclusive
        e       | present    | present
        f       | not_tested | absent
        """,
    ),
    DerivedCase(
        "PAX5 mutated or not, as a source says: P80R would not be told, so it is not absent.",
        """
        patient | PAX5
        a       | absent
        b       | present
        c       | failed
        """,
        """
        patient | PAX5_P80R
        a       | not_reported
        b       | inconclusive
        c       | failed
        """,
    ),
)
