"""The six words for what is known of a marker, each shown on a few patients.

`assays`: what each assay of the trial can see. `runs`: what was run on whom, with what result.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pytest
from spec.ascii_tables import TRIAL, fill_table, read_rows

from chorall.markers import compare_sources, derive_marker_results

ASSAYS = """
assay | marker    | scope    | rules_out | no_run
panel | TP53      | complete | yes       | not_tested
panel | IKZF1_del | complete | no        | not_tested
hot   | TP53      | partial  | yes       | not_tested
mlpa  | IKZF1_del | complete | yes       | not_reported
"""


@dataclass(frozen=True, slots=True)
class StatusCase:
    """One rule: what was run, what was found or said, and what is known in the end."""

    title: str
    runs: str
    expected: str
    said: str = "patient | phase | marker | status"


CASES = (
    StatusCase(
        "Present: a passing run found it.",
        """
        patient | phase     | assay | performed | quality | found
        a       | diagnosis | panel | yes       | passed  | TP53
        """,
        """
        patient | phase     | marker    | status       | basis    | evidence
        a       | diagnosis | IKZF1_del | inconclusive | measured | panel
        a       | diagnosis | TP53      | present      | measured | panel
        """,
    ),
    StatusCase(
        "Absent: one passing run that sees the whole marker and can rule it out is enough.",
        """
        patient | phase     | assay | performed | quality | found
        a       | diagnosis | panel | yes       | passed  |
        a       | diagnosis | hot   | yes       | passed  |
        a       | diagnosis | mlpa  | yes       | passed  |
        """,
        """
        patient | phase     | marker    | status | basis    | evidence
        a       | diagnosis | IKZF1_del | absent | measured | mlpa
        a       | diagnosis | TP53      | absent | measured | panel
        """,
    ),
    StatusCase(
        "A lesion counts in a frequency only where the tests done could also have ruled it out.",
        """
        patient | phase     | assay | performed | quality | found
        a       | diagnosis | panel | yes       | passed  | IKZF1_del
        b       | diagnosis | mlpa  | yes       | passed  | IKZF1_del
        c       | diagnosis | panel | yes       | passed  | IKZF1_del
        c       | diagnosis | mlpa  | yes       | passed  |
        """,
        """
        patient | phase     | marker    | status       | rules_out
        a       | diagnosis | IKZF1_del | present      | false
        a       | diagnosis | TP53      | absent       | true
        b       | diagnosis | IKZF1_del | present      | true
        b       | diagnosis | TP53      | not_tested   | false
        c       | diagnosis | IKZF1_del | present      | true
        c       | diagnosis | TP53      | absent       | true
        """,
    ),
    StatusCase(
        "Inconclusive: clean, but only a part was seen; silence on a deletion is not reported.",
        """
        patient | phase     | assay | performed | quality | found
        a       | diagnosis | hot   | yes       | passed  |
        """,
        """
        patient | phase     | marker    | status       | basis    | evidence
        a       | diagnosis | IKZF1_del | not_reported | none     |
        a       | diagnosis | TP53      | inconclusive | measured | hot
        """,
    ),
    StatusCase(
        "Inconclusive: an equivocal call, even beside a clean result of another assay.",
        """
        patient | phase     | assay | performed | quality | found
        a       | diagnosis | panel | yes       | passed  |
        a       | diagnosis | hot   | yes       | passed  | TP53?
        """,
        """
        patient | phase     | marker    | status       | basis    | evidence
        a       | diagnosis | IKZF1_del | inconclusive | measured | panel
        a       | diagnosis | TP53      | inconclusive | measured | hot
        """,
    ),
    StatusCase(
        "Inconclusive: found by a run that failed; found or clean in a run of unreported quality.",
        """
        patient | phase     | assay | performed | quality | found
        a       | diagnosis | panel | yes       | failed  | TP53
        b       | diagnosis | panel | yes       |         |
        c       | diagnosis | panel | yes       |         | TP53
        """,
        """
        patient | phase     | marker    | status       | basis    | evidence
        a       | diagnosis | IKZF1_del | failed       | measured | panel
        a       | diagnosis | TP53      | inconclusive | measured | panel
        b       | diagnosis | IKZF1_del | inconclusive | measured | panel
        b       | diagnosis | TP53      | inconclusive | measured | panel
        c       | diagnosis | IKZF1_del | inconclusive | measured | panel
        c       | diagnosis | TP53      | inconclusive | measured | panel
        """,
    ),
    StatusCase(
        "Failed: every performed run failed or had too little material.",
        """
        patient | phase     | assay | performed | quality      | found
        a       | diagnosis | panel | yes       | failed       |
        a       | diagnosis | hot   | yes       | insufficient |
        a       | diagnosis | mlpa  | no        |              |
        """,
        """
        patient | phase     | marker    | status | basis    | evidence
        a       | diagnosis | IKZF1_del | failed | measured | panel
        a       | diagnosis | TP53      | failed | measured | hot;panel
        """,
    ),
    StatusCase(
        "Not tested: the run was not performed, or each covering assay says silence means that.",
        """
        patient | phase     | assay | performed | quality | found
        a       | diagnosis | mlpa  | no        |         |
        b       | diagnosis |       |           |         |
        """,
        """
        patient | phase     | marker    | status       | basis    | evidence
        a       | diagnosis | IKZF1_del | not_tested   | measured | mlpa
        a       | diagnosis | TP53      | not_tested   | measured | hot;panel
        b       | diagnosis | IKZF1_del | not_reported | none     |
        b       | diagnosis | TP53      | not_tested   | measured | hot;panel
        """,
    ),
    StatusCase(
        "A later phase has rows only for who was tested then; diagnosis stays as it was.",
        """
        patient | phase     | assay | performed | quality | found
        a       | relapse_1 | panel | yes       | passed  | TP53
        b       | diagnosis |       |           |         |
        """,
        """
        patient | phase     | marker    | status       | basis    | evidence
        a       | diagnosis | IKZF1_del | not_reported | none     |
        a       | diagnosis | TP53      | not_tested   | measured | hot;panel
        b       | diagnosis | IKZF1_del | not_reported | none     |
        b       | diagnosis | TP53      | not_tested   | measured | hot;panel
        a       | relapse_1 | IKZF1_del | inconclusive | measured | panel
        a       | relapse_1 | TP53      | present      | measured | panel
        """,
    ),
    StatusCase(
        "What the source says holds where nothing was measured; a measured result goes before it.",
        """
        patient | phase     | assay | performed | quality | found
        a       | diagnosis | panel | yes       | passed  | TP53
        b       | diagnosis | panel | yes       | failed  |
        """,
        """
        patient | phase     | marker    | status  | basis           | evidence
        a       | diagnosis | IKZF1_del | inconclusive | measured   | panel
        a       | diagnosis | TP53      | present | measured        | panel
        b       | diagnosis | IKZF1_del | failed  | measured        | panel
        b       | diagnosis | TP53      | absent  | source_asserted | rule
        """,
        """
        patient | phase     | marker    | status
        a       | diagnosis | TP53      | absent
        b       | diagnosis | TP53      | absent
        b       | diagnosis | IKZF1_del | not_reported
        """,
    ),
    StatusCase(
        "Two columns of a source that contradict each other are inconclusive.",
        """
        patient | phase     | assay | performed | quality | found
        a       | diagnosis |       |           |         |
        b       | diagnosis |       |           |         |
        """,
        """
        patient | phase     | marker    | status       | basis           | evidence
        a       | diagnosis | IKZF1_del | not_reported | none            |
        a       | diagnosis | TP53      | inconclusive | source_asserted | rule
        b       | diagnosis | IKZF1_del | not_reported | none            |
        b       | diagnosis | TP53      | present      | source_asserted | rule
        """,
        """
        patient | phase     | marker | status
        a       | diagnosis | TP53   | present
        a       | diagnosis | TP53   | absent
        b       | diagnosis | TP53   | not_tested
        b       | diagnosis | TP53   | present
        """,
    ),
)


def build_tables(case: StatusCase) -> dict[str, pl.DataFrame]:
    """Return the six inputs of `derive_marker_results`."""
    trial = {"trial_id": TRIAL}
    able = [
        {**row, **trial, "assay_id": row["assay"], "negative_capable": row["rules_out"] == "yes",
         "target": row["marker"]}
        for row in read_rows(ASSAYS)
    ]  # fmt: skip
    runs, findings = [], []
    people = dict.fromkeys(row["patient"] for row in read_rows(case.runs))
    for number, row in enumerate(read_rows(case.runs)):
        if not row["assay"]:
            continue
        who = {**trial, "run_id": str(number), "patient_id": row["patient"]}
        ran = {key: row[key] or None for key in ("phase", "performed", "quality")}
        runs.append({**who, **ran, "assay_id": row["assay"]})
        call = "equivocal" if row["found"].endswith("?") else "present"
        if row["found"]:
            findings.append({**who, "marker": row["found"].rstrip("?"), "call": call})
    said = [
        {**row, **trial, "patient_id": row["patient"], "evidence": "rule"}
        for row in read_rows(case.said)
    ]
    return {
        "patients": pl.DataFrame({"patient_id": list(people), "trial_id": [TRIAL] * len(people)}),
        "assays": fill_table("assay", able).unique(),
        "coverage": fill_table("assay_coverage", able),
        "runs": fill_table("assay_run", runs),
        "findings": fill_table("finding", findings),
        "asserted": fill_table("marker_result", said).drop(
            "basis", "rules_out", "evidence_missing"
        ),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_status_means_what_its_table_says(case: StatusCase) -> None:
    derived = derive_marker_results(**build_tables(case)).rename({"patient_id": "patient"})
    expected = read_rows(case.expected)
    shown = derived.select(*expected[0]).cast(pl.String).fill_null("").to_dicts()
    assert shown == expected


def test_sources_that_differ_are_listed_with_both_statuses() -> None:
    tables = build_tables(CASES[9])
    assert compare_sources(**tables).rows() == [
        ("a", TRIAL, "diagnosis", "TP53", "present", "absent")
    ]
