"""Whether the answer of those tested and the imputed answer say the same, and the words for it."""

from __future__ import annotations

from typing import Final

import numpy as np

from chorall.analyses.imputing.answers import Answer

AGREE: Final = "agree"
DIRECTION: Final = "differ in direction"
SIZE: Final = "differ in size"
EVIDENCE: Final = "differ in evidence"
NOT_ASSESSABLE: Final = "not assessable"
AGREEMENTS: Final = (AGREE, EVIDENCE, SIZE, DIRECTION, NOT_ASSESSABLE)
"""What `agreement` can say, from good to bad."""

FARTHEST: Final = 1.0
"""Standard errors (of those tested) by which two log hazard ratios may differ and agree."""
CHANCE: Final = 1.96
"""Standard errors of the difference by which they may."""


def judge_agreement(tested: Answer, imputed: Answer) -> str:
    """Compare two answers by the rule of docs/methods/multiple_imputation.md.

    Returns
    -------
    str
        One of `AGREEMENTS`: the direction differs where the estimates lie on different sides of
        1 and one interval excludes 1; the size where they are further apart than one standard
        error of the tested and than chance explains; the evidence where only one interval
        excludes 1.
    """
    if not (tested.is_given and imputed.is_given):
        return NOT_ASSESSABLE
    excludes = [answer.lower > 0 or answer.upper < 0 for answer in (tested, imputed)]
    if tested.estimate * imputed.estimate < 0 and any(excludes):
        return DIRECTION
    if abs(tested.estimate - imputed.estimate) > find_tolerance(tested, imputed):
        return SIZE
    return EVIDENCE if excludes[0] != excludes[1] else AGREE


def find_tolerance(tested: Answer, imputed: Answer) -> float:
    """Return how far two log hazard ratios may lie apart and agree.

    The difference between an answer from some patients and an efficient one from all has the
    difference of their variances (Hausman 1978, doi:10.2307/1913827); where the imputed answer is
    the less certain one, that says nothing.
    """
    variance = max(tested.standard_error**2 - imputed.standard_error**2, 0.0)
    return max(FARTHEST * tested.standard_error, CHANCE * float(np.sqrt(variance)))


def write_statement(marker: str, endpoint: str, tested: Answer, imputed: Answer) -> str:
    """Say in one or two sentences how the two answers compare."""
    agreement = judge_agreement(tested, imputed)
    if agreement == NOT_ASSESSABLE:
        reasons = [f"{name}: {part.note}" for name, part in
                   (("those tested", tested), ("imputed", imputed)) if part.note]  # fmt: skip
        return f"{marker}, {endpoint}: the answers cannot be compared ({'; '.join(reasons)})."
    figures = (
        f"hazard ratio {_write(tested)} in the {tested.n:,} patients with all values, "
        f"{_write(imputed)} with imputed values in {imputed.n:,}"
    )
    if agreement == AGREE:
        return f"{marker}, {endpoint}: both answers agree: {figures}."
    verdict, advice = _VERDICTS[agreement]
    found = f"{marker}, {endpoint}: {verdict}: {figures}."
    return f"{found} {advice}, and find out why values are missing."


_VERDICTS: Final = {
    DIRECTION: (
        "THE ANSWERS DISAGREE",
        "They point in different directions: report neither alone",
    ),
    SIZE: ("THE ANSWERS DISAGREE", "They are further apart than chance explains: report both"),
    EVIDENCE: ("only one of the answers excludes 1", "Report both"),
}


def _write(answer: Answer) -> str:
    ratio, lower, upper = np.exp([answer.estimate, answer.lower, answer.upper])
    return f"{ratio:.2f} ({lower:.2f}-{upper:.2f})"
