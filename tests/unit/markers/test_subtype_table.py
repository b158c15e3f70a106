"""What the little tables of tests/spec do not show: empty pools, words of a delivery, speed."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
from spec.ascii_tables import TRIAL, fill_table
from unit.harmonise.trial_builder import BASE, harmonise

from chorall.markers import derive_marker_results, derive_subtypes
from chorall.tables.schema import SUBTYPE
from chorall.tables.words import MARKER_STATUSES

MARKERS = (
    "BCR::ABL1", "KMT2A-r", "KMT2A::AFF1", "ETV6::RUNX1", "TCF3::PBX1", "high_hyperdiploidy",
    "low_hypodiploidy", "near_haploidy", "iAMP21", "Ph-like", "PAX5", "DUX4-r", "MEF2D-r",
    "ZNF384-r", "TLX1-r", "TLX3-r", "TAL1-r", "MYC-r", "CRLF2-r", "JAK2-r",
)  # fmt: skip

WORD = """
[[rules]]
id = "S1"
to = "marker_result"
source = "clinical"
[rules.set]
marker = { from = "subtype", map = { "Ph-like" = "bcr_abl1_like", "PAX5 alt" = "pax5alt" }, blank = "no_row" }
status = { value = "present" }
"""  # noqa: E501


def test_an_empty_pool_gives_an_empty_table() -> None:
    patients = fill_table("patient", [])
    derived = derive_subtypes(patients, fill_table("marker_result", []))
    assert derived.height == 0
    assert dict(derived.schema) == SUBTYPE.schema


def test_a_pool_without_deciding_markers_leaves_everyone_open() -> None:
    patients = fill_table("patient", [{"patient_id": "a", "trial_id": TRIAL, "lineage": "B"}])
    said = {"patient_id": "a", "phase": "diagnosis", "marker": "TP53", "status": "absent"}
    derived = derive_subtypes(patients, fill_table("marker_result", [said]))
    assert derived["subtype"].null_count() == derived.height == 2


def test_a_subtype_that_a_delivery_names_is_kept_as_evidence() -> None:
    text = BASE.replace("[rules.set]\nsex", '[rules.set]\nlineage = { value = "B" }\nsex', 1)
    made = harmonise(
        text + WORD, clinical="id,sex,days,subtype\n1,1,10,Ph-like\n2,1,10,\n3,1,10,odd\n"
    )
    results = derive_marker_results(
        patients=made.tables["patient"],
        assays=fill_table("assay", []),
        coverage=fill_table("assay_coverage", []),
        runs=fill_table("assay_run", []),
        findings=fill_table("finding", []),
        asserted=made.asserted,
    )
    table = derive_subtypes(made.tables["patient"], results).filter(scheme="ICC-2022")
    assert table.select("subtype", "evidence", "basis").rows() == [
        ("bcr_abl1_like", "bcr_abl1_like", "call"),
        (None, None, "none"),
        (None, None, "none"),
    ]
    assert made.quarantine["reason"].to_list() == ["unmapped_code"]


def test_twenty_thousand_patients_take_about_a_second() -> None:
    rng = np.random.default_rng(4)
    n, k = 20_000, len(MARKERS)
    people = pl.DataFrame({
        "patient_id": [f"p{i}" for i in range(n)],
        "trial_id": [TRIAL] * n,
        "lineage": rng.choice(["B", "T"], n),
    })  # fmt: skip
    said = rng.choice(MARKER_STATUSES, (n, k), p=[0.05, 0.6, 0.05, 0.05, 0.2, 0.05])
    results = pl.DataFrame({
        "patient_id": np.repeat(people["patient_id"].to_numpy(), k),
        "phase": ["diagnosis"] * (n * k),
        "marker": list(MARKERS) * n,
        "status": said.ravel(),
    })  # fmt: skip
    started = time.perf_counter()
    derived = derive_subtypes(people, results)
    # The aim is one second, both taxonomies together; the bound leaves room for a busy machine.
    assert time.perf_counter() - started < 6
    assert derived.height == 2 * n
