"""Every kind of field is explained back to rule, file and row."""

from __future__ import annotations

import polars as pl
import pytest

from chorall.consortium.explain import explain_value
from chorall.consortium.origins import may_make
from chorall.errors import InputError
from chorall.tables.store import Pool


@pytest.fixture
def patients(sound: Pool) -> list[str]:
    return sound.table("patient").filter(trial_id="A")["patient_id"].to_list()


@pytest.mark.parametrize(
    ("field", "value", "steps"),
    [
        ("sex", "male", ["rule P1 of A, clinical_A.csv row 2, column sex; mapped by m -> male"]),
        ("patient.sex", "male", ["rule P1 of A"]),
        ("wbc_10e9_per_l", "20.0", ["column wbc; unit G/L; blank means not_done"]),
        ("patient.lineage", "missing: not_reported", ["no rule of the mapping sets it"]),
        ("patient.year_band", "2000-2004", ["it follows from the date of day 0"]),
        ("follow_up.entry_day", "0", ["rule U1 of A, clinical_A.csv row 2, the same for all: 0"]),
        ("follow_up.last_contact_day", "1096", ["column last_contact"]),
        ("event.relapse", "day 610", ["rule E2 of A, clinical_A.csv row 2, column relapse"]),
        ("death", "none", ["no source row of this patient gave such an event"]),
        (
            "endpoint.OS",
            "cause 0 (censored) after 1096 days",
            ["event relapse on day 610", "observed from day 0 to day 1096, alive", "day 0 to day"],
        ),
        (
            "RFS",
            "not at risk",
            ["RFS leaves this patient out: trial does not record it"],
        ),
        (
            "TP53",
            "present at diagnosis",
            [
                "diagnosis: present (measured), decided by A/panel",
                "rule M1 of A, clinical_A.csv row 2, column tp53",
                "assay A/panel at diagnosis: performed yes, quality passed; scope complete, can",
                "finding in run",
                "rule F1 of A, mutations.csv row 2, column gene",
            ],
        ),
        (
            "marker.TCF3::PBX1",
            "absent at diagnosis",
            ["source_asserted), decided by M1", "column tcf3; mapped by 0 -> absent", "no assay"],
        ),
        ("assay_run.quality", "passed", ["rule R1 of A, clinical_A.csv row 2, column panel"]),
        ("transplant.day", "no row", ["the table transplant has no row for this patient"]),
    ],
)
def test_a_value_is_explained(
    sound: Pool, patients: list[str], field: str, value: str, steps: list[str]
) -> None:
    explained = explain_value(sound, patients[0], field)
    assert explained.value == value
    assert explained.trial_id == "A"
    told = "\n".join(explained.steps)
    for step in steps:
        assert step in told


def test_a_withheld_value_is_explained_without_showing_it(sound: Pool, patients: list[str]) -> None:
    explained = explain_value(sound, patients[1], "sex")
    assert explained.value == "missing: withheld"
    assert "the delivered text was withheld: unmapped_code; patient.sex: expected one of: m, w" in (
        explained.steps
    )
    assert explain_value(sound, patients[1], "wbc_10e9_per_l").value == "missing: not_done"


def test_only_the_finding_of_the_marker_is_told(sound: Pool, patients: list[str]) -> None:
    told = "\n".join(explain_value(sound, patients[1], "marker.KMT2A").steps)
    assert "mutations.csv row 3" in told  # MLL, as delivered
    assert "mutations.csv row 4" not in told
    assert "mutations.csv row 5" not in told  # NRAS


def test_an_unknown_patient_is_told_without_listing_the_others(sound: Pool) -> None:
    with pytest.raises(InputError, match="the pool has no patient 'x'") as caught:
        explain_value(sound, "x", "sex")
    assert not any(p in str(caught.value) for p in sound.table("patient")["patient_id"])


@pytest.mark.parametrize("field", ["", "sexx", "patient.", "patient.patient_id", "marker.X", "a.b"])
def test_an_unknown_field_is_told_with_the_known_ones(
    sound: Pool, patients: list[str], field: str
) -> None:
    with pytest.raises(InputError, match=r"has no field .*\n  patient: age_years") as caught:
        explain_value(sound, patients[0], field)
    assert "marker: IKZF1_del, KMT2A, NRAS, TCF3::PBX1, TP53" in str(caught.value)


def test_every_field_of_every_patient_can_be_explained(sound: Pool) -> None:
    fields = [
        *(f"marker.{name}" for name in sound.table("marker_result")["marker"].unique()),
        *(f"endpoint.{name}" for name in sound.table("endpoint")["endpoint"].unique()),
        "patient.person_id",
        "measurement.value",
        "event.death",
    ]
    for patient in sound.table("patient")["patient_id"]:
        for field in fields:
            assert explain_value(sound, patient, field).steps


@pytest.mark.parametrize(
    ("spec", "made"),
    [
        ({"value": "death"}, True),
        ({"value": "relapse"}, False),
        ({"from": "x", "map": {"1": "death"}}, True),
        ({"from": "x", "map": {"1": "relapse"}}, False),
        ({"from": "x"}, True),  # the file speaks the words of the pool
    ],
)
def test_a_rule_may_make_an_event_that_it_states_maps_or_reads(
    spec: dict[str, object], made: bool
) -> None:
    assert may_make(spec, "death") is made


def test_explanations_use_the_whole_lineage(sound: Pool) -> None:
    """Every row of the lineage belongs to a rule that the manifest knows."""
    for trial, rule in sound.table("lineage").select("trial_id", "rule_id").unique().iter_rows():
        assert rule in sound.manifest["rules"][trial]
    assert sound.table("lineage").filter(pl.col("item") == "")[
        "table"
    ].unique().sort().to_list() == [
        "follow_up",
        "marker_result",
        "patient",
    ]
