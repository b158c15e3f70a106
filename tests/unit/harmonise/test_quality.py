"""Each quality check fails on what it looks for, passes without, and may not apply."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from chorall.harmonise.quality import check_quality
from chorall.harmonise.quality_catalogue import CHECKS
from chorall.tables.columns import Table
from chorall.tables.schema import TABLES

Row = dict[str, Any]

DEFAULTS: dict[str, Any] = {
    "text": "",
    "integer": 0,
    "number": 0.0,
    "boolean": False,
}
EXTRA = {
    "account": {"trial_id": pl.String, "n_rows": pl.Int64, "n_quarantined": pl.Int64},
    "disagreement": {"trial_id": pl.String, "bad": pl.Boolean},
    "doubt": {"trial_id": pl.String},
    "impossible": {"trial_id": pl.String, "field": pl.String},
}


def fill(table: Table, row: Row) -> Row:
    """Give every column that is not named a value, or the reason not_reported."""
    filled: Row = {"trial_id": "A"} if "trial_id" in table.schema else {}
    for column in table.columns:
        if column.may_be_missing:
            filled[column.name] = row.get(column.name)
            stated = row.get(column.missing_name, "not_reported")
            filled[column.missing_name] = None if column.name in row else stated
        elif column.name not in filled:
            words = column.words[0] if column.words else None
            filled[column.name] = words or DEFAULTS[column.kind]
    return filled | row


def make_tables(**rows: list[Row]) -> dict[str, pl.DataFrame]:
    """Return a pool of trials A and B; patients get a follow-up of 1,000 days unless given."""
    rows.setdefault("trial", [{"trial_id": "A"}, {"trial_id": "B"}])
    if "follow_up" not in rows:
        rows["follow_up"] = [
            {"patient_id": row["patient_id"], "last_contact_day": 1000, **_trial(row)}
            for row in rows.get("patient", [])
        ]
    tables = {
        name: pl.DataFrame([fill(table, row) for row in rows.get(name, [])], schema=table.schema)
        for name, table in TABLES.items()
    }
    extra = {name: pl.DataFrame(rows.get(name, []), schema=EXTRA[name]) for name in EXTRA}
    return tables | extra


def _trial(row: Row) -> Row:
    return {"trial_id": row["trial_id"]} if "trial_id" in row else {}


def run(check_id: str, trial_id: str = "A", **rows: list[Row]) -> tuple[str, int, int]:
    report = check_quality(make_tables(**rows))
    found = report.filter(check_id=check_id, trial_id=trial_id)
    return found.select("status", "n_rows", "n_bad").row(0)


P = {"patient_id": "1"}
Q = {"patient_id": "2"}


def event(kind: str, day: int, who: Row = P) -> Row:
    return {**who, "type": kind, "day": day}


def follow(last: int, status: str = "alive", who: Row = P) -> Row:
    return {**who, "last_contact_day": last, "vital_status": status}


def sample(timepoint: str, day: int) -> Row:
    return {**P, "timepoint": timepoint, "day": day}


def marker(status: str, who: Row = P, phase: str = "diagnosis") -> Row:
    return {**who, "marker": "TP53", "status": status, "phase": phase}


RUN = {"run_id": "r", "assay_id": "A/panel", **P}
COVER = {"assay_id": "A/panel", "target": "TP53", "marker": "TP53"}
TEN = [{"patient_id": str(i), "age_years": 5.0} for i in range(9)]

# check, rows that fail, n_bad, rows that pass, rows to which it does not apply
CASES: list[
    tuple[str, dict[str, list[Row]], int, dict[str, list[Row]], dict[str, list[Row]] | None]
] = [
    (
        "rows_quarantined",
        {"account": [{"trial_id": "A", "n_rows": 5, "n_quarantined": 2}]},
        2,
        {"account": [{"trial_id": "A", "n_rows": 5, "n_quarantined": 0}]},
        {},
    ),
    (
        "values_withheld",
        {"quarantine": [{"reason": "bad_date", "whole_row": False}]},
        1,
        {"quarantine": [{"reason": "bad_date", "whole_row": True}]},
        None,
    ),
    (
        "duplicate_patients",
        {"patient": [P], "quarantine": [{"reason": "duplicate_patient"}] * 2},
        2,
        {"patient": [P]},
        {},
    ),
    (
        "findings_without_coverage",
        {
            "assay_run": [RUN],
            "finding": [{"run_id": "r", "marker": "NRAS", **P}],
            "assay_coverage": [COVER],
        },
        1,
        {
            "assay_run": [RUN],
            "finding": [{"run_id": "r", "marker": "TP53", **P}],
            "assay_coverage": [COVER],
        },
        {},
    ),
    (
        "findings_in_doubt",
        {"doubt": [{"trial_id": "A"}]},
        1,
        {"finding": [{"run_id": "r", **P}]},
        {},
    ),
    (
        "marker_sources_disagree",
        {"disagreement": [{"trial_id": "A", "bad": True}, {"trial_id": "A", "bad": False}]},
        1,
        {"disagreement": [{"trial_id": "A", "bad": False}]},
        {},
    ),
    ("follow_up_missing", {"patient": [P], "follow_up": []}, 1, {"patient": [P]}, {}),
    (
        "age_missing",
        {"patient": [*TEN, {"patient_id": "a"}, {"patient_id": "b"}]},
        2,
        {"patient": [*TEN, {"patient_id": "a"}]},  # one in ten is tolerated
        {"patient": [{**P, "age_years_missing": "not_applicable"}]},
    ),
    ("sex_missing", {"patient": [P]}, 1, {"patient": [{**P, "sex": "male"}]}, {}),
    ("lineage_missing", {"patient": [P]}, 1, {"patient": [{**P, "lineage": "B"}]}, {}),
    ("wbc_missing", {"patient": [P]}, 1, {"patient": [{**P, "wbc_10e9_per_l": 1.0}]}, {}),
    (
        "nothing_tested",
        {
            "patient": [P],
            "marker_result": [marker("not_tested"), marker("present", phase="relapse_1")],
        },
        1,
        {"patient": [P], "marker_result": [marker("absent")]},
        {},
    ),
    (
        "relapse_without_remission",
        {"event": [event("relapse", 50)]},
        1,
        {"event": [event("remission", 20), event("relapse", 50)]},
        {
            "event": [event("relapse", 50)],
            "impossible": [{"trial_id": "A", "field": "event.remission"}],
        },
    ),
    (
        "relapse_before_remission",
        {"event": [event("remission", 60), event("relapse", 50)]},
        1,
        {"event": [event("remission", 50), event("relapse", 50)]},
        {"event": [event("relapse", 50)]},
    ),
    (
        "death_before_last_contact",
        {"event": [event("death", 50)], "follow_up": [follow(51, "dead")]},
        1,
        {"event": [event("death", 50)], "follow_up": [follow(50, "dead")]},
        {"event": [event("relapse", 50)], "follow_up": [follow(51)]},
    ),
    (
        "event_after_last_contact",
        {"event": [event("relapse", 52)], "follow_up": [follow(51)]},
        1,
        {"event": [event("relapse", 51)], "follow_up": [follow(51)]},
        {"follow_up": [follow(51)]},
    ),
    (
        "dead_without_death",
        {"follow_up": [follow(51, "dead")]},
        1,
        {"follow_up": [follow(51, "dead")], "event": [event("death", 51)]},
        {"follow_up": [follow(51)]},
    ),
    (
        "death_but_alive",
        {"follow_up": [follow(51)], "event": [event("death", 51)]},
        1,
        {"follow_up": [follow(51, "dead")], "event": [event("death", 51)]},
        {"follow_up": [follow(51)]},
    ),
    (
        "several_deaths",
        {"event": [event("death", 51), event("death", 52)]},
        1,
        {"event": [event("death", 51), event("death", 51, Q)]},
        {},
    ),
    (
        "event_before_time_zero",
        {"event": [event("remission", -1)]},
        1,
        {"event": [event("remission", 0)]},
        {},
    ),
    (
        "transplant_after_death",
        {"event": [event("death", 51)], "transplant": [{**P, "n": 1, "day": 52}]},
        1,
        {"event": [event("death", 51)], "transplant": [{**P, "n": 1, "day": 51}]},
        {"event": [event("death", 51)], "transplant": [{**P, "n": 1}]},
    ),
    (
        "event_after_data_cutoff",
        {
            "trial": [{"trial_id": "A", "data_cutoff_year": 2009}],
            "patient": [{**P, "year_band": "2005-2009"}],
            "event": [event("death", 5 * 366)],
        },
        1,
        {
            "trial": [{"trial_id": "A", "data_cutoff_year": 2009}],
            "patient": [{**P, "year_band": "2005-2009"}],
            "event": [event("death", 4 * 366)],
        },
        {"patient": [{**P, "year_band": "2005-2009"}], "event": [event("death", 5)]},
    ),
    (
        "event_after_data_cutoff",
        {
            "patient": [P],
            "follow_up": [{**P, "last_contact_day": 1000, "cutoff_day": 400}],
            "event": [event("death", 401)],
        },
        1,
        {
            "patient": [P],
            "follow_up": [{**P, "last_contact_day": 1000, "cutoff_day": 400}],
            "event": [event("death", 400)],
        },
        {"patient": [P], "event": [event("death", 5)]},
    ),
    (
        "outside_accrual",
        {
            "trial": [{"trial_id": "A", "accrual_from_year": 2010, "accrual_to_year": 2014}],
            "patient": [{**P, "year_band": "2005-2009"}, {**Q, "year_band": "2015-2019"}],
        },
        2,
        {
            "trial": [{"trial_id": "A", "accrual_from_year": 2009, "accrual_to_year": 2015}],
            "patient": [{**P, "year_band": "2005-2009"}, {**Q, "year_band": "2015-2019"}],
        },
        {"patient": [P]},
    ),
    (
        "unit_slip",
        {
            "patient": [
                {**P, "wbc_10e9_per_l": 0.02},
                {**Q, "wbc_10e9_per_l": 20.0, "trial_id": "B"},
            ]
        },
        1,
        {"patient": [{**P, "wbc_10e9_per_l": 0.5}, {**Q, "wbc_10e9_per_l": 20.0, "trial_id": "B"}]},
        {"patient": [{**P, "wbc_10e9_per_l": 0.02}]},
    ),
    (
        "mrd_day_outside_window",
        {"mrd": [sample("end_of_induction", 15), sample("day_15", 15)]},
        1,
        {"mrd": [sample("end_of_induction", 33)]},
        {"mrd": [sample("before_transplant", 400), {**P, "timepoint": "day_15"}]},
    ),
    (
        "same_person_in_two_trials",
        {"patient": [{**P, "person_id": "x"}, {**Q, "person_id": "x", "trial_id": "B"}]},
        1,
        {"patient": [{**P, "person_id": "x"}, {**Q, "person_id": "y", "trial_id": "B"}]},
        {},
    ),
]


@pytest.mark.parametrize(("check_id", "rows", "n_bad"), [case[:3] for case in CASES])
def test_a_check_fails_on_what_it_looks_for(
    check_id: str, rows: dict[str, list[Row]], n_bad: int
) -> None:
    status, n_rows, found = run(check_id, **rows)
    assert (status, found) == ("failed", n_bad)
    assert n_rows >= n_bad


@pytest.mark.parametrize(("check_id", "rows"), [(case[0], case[3]) for case in CASES])
def test_a_check_passes_where_all_is_well(check_id: str, rows: dict[str, list[Row]]) -> None:
    status, n_rows, n_bad = run(check_id, **rows)
    assert status == "passed"
    assert n_rows > n_bad


@pytest.mark.parametrize(("check_id", "rows"), [(c[0], c[4]) for c in CASES if c[4] is not None])
def test_a_check_does_not_apply_without_anything_to_look_at(
    check_id: str, rows: dict[str, list[Row]]
) -> None:
    assert run(check_id, **rows) == ("not_applicable", 0, 0)


def test_every_check_of_the_catalogue_is_tried_here() -> None:
    assert {case[0] for case in CASES} == {check.check_id for check in CHECKS}


def test_every_check_reports_on_every_trial_with_advice_only_where_it_fails() -> None:
    report = check_quality(make_tables(patient=[P], follow_up=[]))
    assert report.height == 2 * len(CHECKS)
    assert (report["message"] != "").to_list() == (report["status"] == "failed").to_list()
    assert report.schema == pl.Schema(TABLES["quality"].schema)


def test_the_unit_slip_is_found_in_the_one_trial_that_slipped() -> None:
    trials = [{"trial_id": name} for name in "ABC"]
    patients = [
        {"patient_id": f"{name}{i}", "trial_id": name, "wbc_10e9_per_l": value * (i + 1)}
        for name, value in zip("ABC", (0.02, 20.0, 30.0), strict=True)
        for i in range(3)
    ]
    report = check_quality(make_tables(trial=trials, patient=patients))
    slips = report.filter(pl.col("check_id") == "unit_slip")
    assert dict(slips.select("trial_id", "status").iter_rows()) == {
        "A": "failed",
        "B": "passed",
        "C": "passed",
    }


def test_the_same_fingerprint_in_two_trials_is_one_person_but_not_within_one() -> None:
    same = {"sex": "male", "age_years": 5.5, "wbc_10e9_per_l": 12.0}
    two = [{**P, **same}, {**Q, **same, "trial_id": "B"}]
    assert run("same_person_in_two_trials", patient=two)[0] == "failed"
    assert run("same_person_in_two_trials", patient=[{**P, **same}, {**Q, **same}])[0] == "passed"
    unknown = [{key: row[key] for key in row if key != "wbc_10e9_per_l"} for row in two]
    assert run("same_person_in_two_trials", patient=unknown)[0] == "passed"
