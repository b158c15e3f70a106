"""Marker results agree with a slow, plain second implementation, and silence is never absent."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.ascii_tables import fill_table

from chorall.markers import compare_sources, derive_marker_results
from chorall.tables import words

PATIENTS = {"a": "T1", "b": "T1", "c": "T2"}
ASSAYS = {"T1:x": "T1", "T1:y": "T1", "T2:x": "T2"}
MARKERS = ("M1", "M2")
PHASES = ("diagnosis", "relapse_1")
EXAMPLES = 60  # a pool takes some 30 ms, and its space is small


@dataclass(frozen=True, slots=True)
class Pool:
    """A few patients as plain rows, to be read by both implementations."""

    assays: list[dict[str, object]]
    coverage: list[dict[str, object]]
    runs: list[dict[str, object]]
    findings: list[dict[str, object]]
    said: list[dict[str, object]]

    def tables(self) -> dict[str, pl.DataFrame]:
        """Return the pooled tables."""
        people = {"patient_id": list(PATIENTS), "trial_id": list(PATIENTS.values())}
        said = fill_table("marker_result", self.said).drop("basis", "rules_out", "evidence_missing")
        return {
            "patients": pl.DataFrame(people),
            "assays": fill_table("assay", self.assays),
            "coverage": fill_table("assay_coverage", self.coverage),
            "runs": fill_table("assay_run", self.runs),
            "findings": fill_table("finding", self.findings),
            "asserted": said,
        }


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    pick = st.sampled_from
    assays = [
        {"assay_id": name, "trial_id": trial, "no_run": draw(pick(("not_tested", "not_reported")))}
        for name, trial in ASSAYS.items()
    ]
    targets = draw(
        st.lists(st.tuples(pick(list(ASSAYS)), pick(MARKERS), pick(("t1", "t2"))), unique=True)
    )
    coverage = [
        {"assay_id": assay, "marker": marker, "target": target,
         "scope": draw(pick(words.ASSAY_SCOPES)), "negative_capable": draw(st.booleans())}
        for assay, marker, target in targets
    ]  # fmt: skip
    runs = []
    for number in range(draw(st.integers(0, 6))):
        patient = draw(pick(list(PATIENTS)))
        own = [name for name, trial in ASSAYS.items() if trial == PATIENTS[patient]]
        runs.append({
            "run_id": f"r{number}", "patient_id": patient, "trial_id": PATIENTS[patient],
            "assay_id": draw(pick(own)), "phase": draw(pick(PHASES)),
            "performed": draw(pick(words.RUN_PERFORMED)),
            "quality": draw(pick((*words.RUN_QUALITIES, None))),
        })  # fmt: skip
    findings = [
        {"run_id": f"r{draw(st.integers(0, 6))}", "marker": draw(pick((*MARKERS, "M3"))),
         "call": draw(pick(words.FINDING_CALLS))}
        for _ in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    said = [
        {"patient_id": (patient := draw(pick(list(PATIENTS)))), "trial_id": PATIENTS[patient],
         "phase": draw(pick(PHASES)), "marker": draw(pick(MARKERS)),
         "status": draw(pick(words.MARKER_STATUSES)), "evidence": draw(pick(("rule 1", "rule 2")))}
        for _ in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    return Pool(assays, coverage, runs, findings, said)


def rules_out(pool: Pool, assay: object, marker: str) -> bool | None:
    """Return None where the assay does not cover the marker."""
    rows = [row for row in pool.coverage if (row["assay_id"], row["marker"]) == (assay, marker)]
    clean = all(row["scope"] == "complete" and row["negative_capable"] for row in rows)
    return clean if rows else None


def measure_plainly(pool: Pool, patient: str, phase: str, marker: str) -> str:
    runs = [row for row in pool.runs if (row["patient_id"], row["phase"]) == (patient, phase)]
    found = [
        (run, finding)
        for run in runs
        for finding in pool.findings
        if finding["run_id"] == run["run_id"] and finding["marker"] == marker
    ]
    for run, finding in found:
        passed = run["performed"] == "yes" and run["quality"] == "passed"
        if passed and finding["call"] == "present":
            return "present"
    if found:
        return "inconclusive"
    covering = [run for run in runs if rules_out(pool, run["assay_id"], marker) is not None]
    done = [run for run in covering if run["performed"] == "yes"]
    if any(run["quality"] == "passed" and rules_out(pool, run["assay_id"], marker) for run in done):
        return "absent"
    if any(run["quality"] not in ("failed", "insufficient") for run in done):
        return "inconclusive"
    if done:
        return "failed"
    if covering:
        return "not_tested"
    silent = [
        assay["no_run"]
        for assay in pool.assays
        if assay["trial_id"] == PATIENTS[patient]
        and rules_out(pool, assay["assay_id"], marker) is not None
    ]
    return "not_tested" if silent and set(silent) == {"not_tested"} else "not_reported"


def hear_plainly(pool: Pool, patient: str, phase: str, marker: str) -> str | None:
    cell = (patient, phase, marker)
    said = {
        row["status"]
        for row in pool.said
        if (row["patient_id"], row["phase"], row["marker"]) == cell
    }
    if {"present", "absent"} <= said:
        return "inconclusive"
    order = ("present", "inconclusive", "absent", "failed", "not_tested", "not_reported")
    return next((status for status in order if status in said), None)


def settle_plainly(pool: Pool, patient: str, phase: str, marker: str) -> tuple[str, str]:
    measured = measure_plainly(pool, patient, phase, marker)
    said = hear_plainly(pool, patient, phase, marker)
    if measured in ("present", "absent", "inconclusive"):
        return measured, "measured"
    if said is not None and (said != "not_reported" or measured == "not_reported"):
        return said, "source_asserted"
    return measured, "none" if measured == "not_reported" else "measured"


@settings(max_examples=EXAMPLES, deadline=None)
@given(pools())
def test_statuses_agree_with_the_plain_implementation(pool: Pool) -> None:
    tables = pool.tables()
    markers = sorted({str(row["marker"]) for row in (*pool.coverage, *pool.findings, *pool.said)})
    later = {row["patient_id"] for row in (*pool.runs, *pool.said) if row["phase"] == "relapse_1"}
    samples = [(patient, "diagnosis") for patient in PATIENTS]
    samples += [(patient, "relapse_1") for patient in PATIENTS if patient in later]
    expected = [
        (patient, phase, marker, *settle_plainly(pool, patient, phase, marker))
        for patient, phase in samples
        for marker in markers
    ]
    derived = derive_marker_results(**tables)
    assert derived.select("patient_id", "phase", "marker", "status", "basis").rows() == expected


def could_rule_out(pool: Pool, patient: str, phase: str, marker: str) -> bool:
    """Return True where a clean run, or the source, could have said absent."""
    clean = any(
        rules_out(pool, run["assay_id"], marker)
        for run in pool.runs
        if (run["patient_id"], run["phase"]) == (patient, phase)
        and (run["performed"], run["quality"]) == ("yes", "passed")
    )
    status, basis = settle_plainly(pool, patient, phase, marker)
    return clean or (basis == "source_asserted" and status in ("present", "absent"))


@settings(max_examples=EXAMPLES, deadline=None)
@given(pools())
def test_a_marker_belongs_in_a_frequency_only_if_it_could_have_been_ruled_out(pool: Pool) -> None:
    derived = derive_marker_results(**pool.tables())
    for row in derived.iter_rows(named=True):
        cell = (row["patient_id"], row["phase"], row["marker"])
        assert row["rules_out"] == could_rule_out(pool, *cell)
        assert row["rules_out"] or row["status"] != "absent"


@settings(max_examples=EXAMPLES, deadline=None)
@given(pools())
def test_absent_always_rests_on_a_clean_run_or_on_the_source_and_names_it(pool: Pool) -> None:
    derived = derive_marker_results(**pool.tables())
    clean = {
        (row["patient_id"], row["phase"])
        for row in pool.runs
        if (row["performed"], row["quality"]) == ("yes", "passed")
    } | {(row["patient_id"], row["phase"]) for row in pool.said if row["status"] == "absent"}
    absent = derived.filter(pl.col("status") == "absent")
    assert set(absent.select("patient_id", "phase").rows()) <= clean
    assert absent["evidence"].null_count() == 0
    assert (
        derived["evidence"].is_null()
        == (derived["evidence_missing"] == "not_reported").fill_null(False)
    ).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(pools())
def test_order_of_rows_changes_nothing(pool: Pool) -> None:
    tables = pool.tables()
    turned = {
        name: table if name == "patients" else table.reverse() for name, table in tables.items()
    }
    assert derive_marker_results(**turned).equals(derive_marker_results(**tables))


@settings(max_examples=EXAMPLES, deadline=None)
@given(pools())
def test_sources_are_compared_where_both_speak_and_differ(pool: Pool) -> None:
    expected = set()
    for patient, phase, marker in {
        (str(row["patient_id"]), str(row["phase"]), str(row["marker"])) for row in pool.said
    }:
        measured = measure_plainly(pool, patient, phase, marker)
        said = hear_plainly(pool, patient, phase, marker)
        speaks = measured in ("present", "absent", "inconclusive") and said != "not_reported"
        if speaks and measured != said:
            expected.add((patient, phase, marker, measured, said))
    compared = compare_sources(**pool.tables()).drop("trial_id")
    assert set(compared.rows()) == expected
    assert compared.height == len(expected)
