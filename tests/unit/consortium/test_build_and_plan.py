"""Pooling writes a pool or nothing; planning shows the same and writes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest
from properties.delivery_maker import fixed_consortium

from chorall.analyses.attrition import count_attrition
from chorall.consortium.assemble import assemble_tables
from chorall.consortium.build import build_pool, harmonise_consortium
from chorall.consortium.plan import plan_pool
from chorall.errors import DefinitionError, InputError
from chorall.tables.store import Pool, read_pool

FAILING = """
[[tests]]
name = "a relapse that is not there"
[[tests.given.clinical]]
id = "made-up"
last_contact = "01.01.2001"
diagnosed = "01.01.2000"
[[tests.expect.event]]
type = "relapse"
"""


def list_files(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_the_manifest_tells_all_but_paths_and_values(sound: Pool) -> None:
    manifest = sound.manifest
    assert [entry["file"] for entry in manifest["deliveries"]] == [
        "clinical_A.csv",
        "mutations.csv",
        "clinical_B.csv",
        "mutations.csv",
    ]
    assert manifest["unclaimed"] == {"mutations.csv": 1}
    assert set(manifest["mappings"]) == set(manifest["rules"]) == {"A", "B"}
    text = (sound.path / "manifest.json").read_text("utf-8")
    assert str(sound.path.parent) not in text
    assert "0123456789abcdef" not in text  # the key


def test_rows_of_nobody_stand_in_the_quarantine_once(sound: Pool) -> None:
    lines = sound.table("quarantine").filter(pl.col("reason") == "unclaimed")
    assert lines.select("trial_id", "file", "source_row").rows() == [("(none)", "mutations.csv", 6)]


def test_a_lesion_that_cannot_be_read_leaves_nobody_absent(sound: Pool) -> None:
    quality = sound.table("quality").filter(check_id="findings_in_doubt", trial_id="A")
    assert quality["status"].to_list() == ["failed"]
    doubted = sound.table("finding").filter(pl.col("call") == "equivocal")["patient_id"][0]
    results = sound.table("marker_result").filter(patient_id=doubted, basis="measured")
    assert dict(results.select("marker", "status").iter_rows()) == {
        "IKZF1_del": "inconclusive",
        "KMT2A": "inconclusive",
        "NRAS": "present",
        "TP53": "inconclusive",
    }


def test_a_failing_assurance_test_is_told_and_nothing_is_written(consortium: Path) -> None:
    mapping = consortium.parent / "A.toml"
    mapping.write_text(mapping.read_text("utf-8") + FAILING, "utf-8")
    out = consortium.parent.parent / "pool"
    with pytest.raises(DefinitionError, match="A, test 'a relapse that is not there': `event`"):
        build_pool(consortium, out)
    assert not out.exists()
    planned = plan_pool(consortium)
    assert not planned.ready
    assert planned.assurance["passed"].to_list() == [False]


def test_planning_writes_nothing(consortium: Path) -> None:
    before = list_files(consortium.parent.parent)
    planned = plan_pool(consortium)
    assert list_files(consortium.parent.parent) == before
    assert planned.ready
    assert planned.name == "C"


def test_a_plan_shows_what_pooling_does(tmp_path: Path) -> None:
    made = fixed_consortium()
    made.files["A"].rows[1][2] = "X"
    made.files["M"].rows += [["CANARY-A1", "NOSUCH1", "mutation", "sure", ""]] * 2
    consortium = made.write(tmp_path / "in")
    planned = plan_pool(consortium)
    pool = build_pool(consortium, tmp_path / "pool")
    assert planned.quality.equals(pool.table("quality"))
    assert planned.unmapped.rows() == [
        ("A", "P1", "sex", "X", 1),
        ("A", "F1", "gene", "NOSUCH1", 2),
    ]
    files = planned.files.select("file", "n_rows", "n_set_aside", "n_pooled", "n_quarantined")
    assert files.rows() == [
        ("clinical_A.csv", 3, 0, 3, 0),
        ("mutations.csv", 3, 0, 1, 2),
        ("clinical_B.csv", 3, 0, 3, 0),
        ("mutations.csv", 3, 3, 0, 0),
    ]
    findings = planned.rules.filter(trial_id="A", rule_id="F1")
    assert findings.select("n_considered", "n_made", "n_refused").rows() == [(3, 1, 2)]
    shares = dict(planned.markers.select("marker", "A").iter_rows())
    assert shares["TP53"] == 1.0
    assert shares["TCF3::PBX1"] == 1.0


def test_progress_is_told_from_first_to_last(consortium: Path) -> None:
    told: list[tuple[int, int]] = []
    build_pool(consortium, consortium.parent / "pool", progress=lambda _, *at: told.append(at))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]


def test_an_occupied_place_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("precious")
    with pytest.raises(InputError, match="is not a pool"):
        build_pool(tmp_path / "no consortium.toml", tmp_path / "thesis")


def test_two_sheets_or_files_with_the_same_bytes_are_kept_apart(tmp_path: Path) -> None:
    made = fixed_consortium()
    folder = tmp_path / "in"
    consortium = made.write(folder)
    (folder / "copy.csv").write_bytes((folder / "mutations.csv").read_bytes())
    mapping = folder / "B.toml"
    mapping.write_text(mapping.read_text("utf-8").replace("mutations.csv", "copy.csv"), "utf-8")
    pool = build_pool(consortium, tmp_path / "pool")
    unclaimed = pool.table("quarantine").filter(pl.col("reason") == "unclaimed")
    assert unclaimed.select("file", "source_row").rows() == [("copy.csv", 2)]


def test_the_same_file_as_two_sources_of_a_trial_is_claimed_by_either(tmp_path: Path) -> None:
    made = fixed_consortium()
    folder = tmp_path / "in"
    consortium = made.write(folder)
    second = """
[sources.again]
file = "mutations.csv"
patient = "sample"
shared = true
keep = [{ column = "gene", in = ["NRAS"] }]
[[rules]]
id = "F2"
to = "finding"
source = "again"
assay = "panel"
[rules.set]
gene = { from = "gene", blank = "quarantine" }
alteration_class = { value = "mutation" }
call = { value = "present" }
"""
    mapping = folder / "A.toml"
    mapping.write_text(mapping.read_text("utf-8") + second, "utf-8")
    pool = build_pool(consortium, tmp_path / "pool")
    assert pool.table("quarantine").filter(pl.col("reason") == "unclaimed").is_empty()


def test_sources_are_compared_only_where_both_can_speak(
    consortium: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = harmonise_consortium(consortium)
    asked: list[pl.DataFrame] = []
    import chorall.consortium.assemble as assemble

    original = assemble.compare_sources
    monkeypatch.setattr(
        assemble, "compare_sources", lambda **e: asked.append(e["asserted"]) or original(**e)
    )
    assemble_tables(made.deliveries, made.trials, synthetic=False)
    assert set(asked[0]["marker"]) == {"TP53"}  # no assay can see TCF3::PBX1


def test_a_trial_without_patients_gives_a_pool_that_says_so(tmp_path: Path) -> None:
    made = fixed_consortium()
    del made.files["B"].rows[1:]
    pool = build_pool(made.write(tmp_path / "in"), tmp_path / "pool")
    assert read_pool(pool.path).trials == ("A", "B")
    quality = pool.table("quality").filter(trial_id="B")
    assert set(quality["status"]) <= {"not_applicable", "passed"}


def test_a_plan_tells_of_genes_that_became_dates(tmp_path: Path) -> None:
    made = fixed_consortium()
    patient = made.files["A"].rows[2][0]
    made.files["M"].rows += [[patient, "9-Sep", "mutation", "sure", ""]]
    remarks = plan_pool(made.write(tmp_path / "in")).remarks
    (message,) = [text for text in remarks["message"] if "become dates" in text]
    assert message.startswith("1 gene symbols have become dates in a spreadsheet (9-Sep, perhaps S")
    assert "as text" in message


def test_the_way_from_rows_to_patients_adds_up(sound: Pool) -> None:
    frame = count_attrition(sound)
    total = dict(frame.group_by("step").agg(pl.col("n").sum()).iter_rows())
    refused = sound.table("quarantine").filter("whole_row", pl.col("reason") != "unclaimed")
    assert total["quarantined"] == refused.height > 0
    assert total["delivered"] == total["set_aside"] + total["quarantined"] + total["pooled"]
    assert total["unclaimed"] == sum(sound.manifest["unclaimed"].values()) > 0
    assert total["in_pool"] == sound.table("patient").height
    assert total["in_pool"] == total["without_endpoint"] + total["with_endpoint"]
    assert total["with_endpoint"] == total["not_tested"] + total["tested"]
