"""The grade of a marker, as a truth table that a clinician can read."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.analyses.grading import grade_marker
from chorall.knowledge.grading_rules import grading

# log hazard ratio and standard error of each trial; p of Cochran's test; two-stage limits;
# one-stage log hazard ratio; its q; the grade
CASES = [
    ("nobody gives a figure", [], np.nan, (np.nan, np.nan), np.nan, np.nan, "not assessable"),
    ("nobody, though one stage shows", [], np.nan, (np.nan,) * 2, 0.9, 0.001, "not assessable"),
    ("one trial, strong", [(0.9, 0.2)], np.nan, (0.5, 1.3), 0.9, 0.001, "single-trial"),
    ("one trial, weak", [(0.1, 0.2)], np.nan, (-0.3, 0.5), 0.1, 0.6, "single-trial"),
    (
        "two trials show it each",
        [(0.8, 0.2), (0.9, 0.3)], 0.8, (-0.1, 1.8), 0.8, 0.001, "replicated",
    ),
    (
        "two show protection each",
        [(-0.8, 0.2), (-0.9, 0.3)], 0.8, (-1.8, 0.1), -0.8, 0.001, "replicated",
    ),
    (
        "two of three show it, limits above 1",
        [(0.8, 0.2), (0.9, 0.3), (0.4, 0.4)], 0.5, (0.2, 1.3), 0.8, 0.001, "replicated",
    ),
    (
        "two of three show it, two-stage limits include 1",
        [(0.8, 0.2), (0.9, 0.3), (0.1, 0.4)], 0.3, (-0.1, 1.5), 0.8, 0.001, "consistent",
    ),
    (
        "one of three shows it",
        [(0.8, 0.2), (0.5, 0.3), (0.4, 0.4)], 0.5, (0.1, 1.2), 0.7, 0.001, "consistent",
    ),
    (
        "shown, though no trial shows it alone",
        [(0.4, 0.3), (0.5, 0.3), (0.4, 0.3)], 0.9, (0.2, 0.7), 0.4, 0.03, "consistent",
    ),
    (
        "q above the rule",
        [(0.4, 0.3), (0.5, 0.3), (0.4, 0.3)], 0.9, (0.2, 0.7), 0.4, 0.06, "not shown",
    ),
    ("no q", [(0.4, 0.3), (0.5, 0.3)], 0.9, (0.2, 0.7), np.nan, np.nan, "not shown"),
    (
        "Cochran's test",
        [(0.8, 0.2), (0.9, 0.3), (0.0, 0.2)], 0.02, (-0.2, 1.2), 0.6, 0.001, "heterogeneous",
    ),
    (
        "two trials against one another",
        [(0.8, 0.3), (-0.8, 0.3)], 0.15, (-9, 9), 0.0, 0.9, "heterogeneous",
    ),
    (
        "shown, half of the trials on the other side",
        [(0.9, 0.2), (-0.1, 0.4), (-0.2, 0.5), (0.6, 0.4)],
        0.11, (-0.2, 1.0), 0.6, 0.01, "heterogeneous",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("trials", "p_value", "limits", "one_stage", "q_value", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_the_grade(trials, p_value, limits, one_stage, q_value, expected):
    values, errors = np.array(trials, dtype=float).reshape(-1, 2).T
    found = grade_marker(
        values,
        errors,
        heterogeneity_p_value=p_value,
        pooled_limits=limits,
        shown_log_hazard_ratio=one_stage,
        q_value=q_value,
        critical=1.96,
    )
    assert found == expected


def test_every_grade_of_the_file_has_a_case_and_the_page_says_what_it_means():
    from pathlib import Path

    names = {grade.name for grade in grading().grades}
    assert names == {case[-1] for case in CASES}
    page = (Path(__file__).parents[3] / "docs/methods/prognosis.md").read_text(encoding="utf-8")
    for grade in grading().grades:
        assert f"| {grade.name} | {grade.meaning} |" in page
