"""A column of karyotype texts gives runs, findings, coverage and marker statuses."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from chorall.consortium.build import build_pool
from chorall.consortium.explain import explain_value
from chorall.errors import DefinitionError
from chorall.tables.store import Pool

PATIENTS = """id,kt,n
a,"46,XX,t(9;22)(q34;q11)[18]/46,XX[2]",
b,"46,XY[20]",
c,"46,XY[7]",
d,"46,XY",25
e,no metaphases,
f,,
g,"55,XX,+X,+4,+6,+10,+14,+17,+18,+21,+21[12]/46,XX[8]",
h,"46,XX,t(1;19),xyz(5)[9] (Dr Nemo)",
i,"46,XX[20].nuc ish(CDKN2Ax0)[80/100]",
j,na,
k,not done,
"""

MAPPING = """
format = 1
[trial]
trial_id = "K"
group = "K"
population = "adult"
time_zero = "diagnosis"
[sources.s]
file = "patients.csv"
patient = "id"
[[assays]]
id = "cytogenetics"
method = "karyotype"
version = "1"
no_run = "not_tested"
[[rules]]
id = "P"
to = "patient"
source = "s"
[rules.set]
sex = { missing = "not_reported" }
age_years = { missing = "not_reported" }
wbc_10e9_per_l = { missing = "not_reported" }
lineage = { value = "B" }
eligible = { value = true }
[[rules]]
id = "U"
to = "follow_up"
source = "s"
[rules.set]
entry_day = { value = 0 }
last_contact_day = { value = 100 }
vital_status = { value = "alive" }
[[rules]]
id = "K"
to = "karyotype"
source = "s"
assay = "cytogenetics"
[rules.set]
text = { from = "kt", blank = "not_reported" }
n_metaphases = { from = "n", blank = "not_reported" }
day = { value = 0 }
ascertainment = { value = "mandated" }
"""


def write(folder: Path, mapping: str = MAPPING) -> Path:
    (folder / "patients.csv").write_text(PATIENTS, "utf-8")
    (folder / "mapping.toml").write_text(mapping, "utf-8")
    (folder / "pseudonym.key").write_bytes(b"the key of made-up patients")
    (folder / "consortium.toml").write_text(
        'format = 1\nname = "K"\npseudonym_key = "pseudonym.key"\nmappings = ["mapping.toml"]\n',
        "utf-8",
    )
    return folder / "consortium.toml"


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    folder = tmp_path_factory.mktemp("karyotypes")
    return build_pool(write(folder), folder / "pool")


def list_statuses(pool: Pool, marker: str) -> dict[str, str]:
    """Return the status of each patient by the letter in patients.csv (file order)."""
    order = pool.table("patient")["patient_id"].to_list()
    found = pool.table("marker_result").filter(pl.col("marker") == marker)
    by_patient = dict(found.select("patient_id", pl.col("status").cast(pl.String)).iter_rows())
    return {letter: by_patient[p] for letter, p in zip("abcdefghijk", order, strict=True)}


@pytest.mark.parametrize(
    ("marker", "statuses"),
    [
        # d: 25 metaphases in a column of their own; f and j: no karyotype, no run
        ("BCR::ABL1", "present absent inconclusive absent failed not_tested absent inconclusive "
         "absent not_tested not_tested"),
        ("TCF3::PBX1", "absent absent inconclusive absent failed not_tested absent inconclusive "
         "absent not_tested not_tested"),
        ("ETV6::RUNX1", "inconclusive inconclusive inconclusive inconclusive failed not_tested "
         "inconclusive inconclusive inconclusive not_tested not_tested"),
        ("high_hyperdiploidy", "absent absent inconclusive absent failed not_tested present absent "
         "absent not_tested not_tested"),
        ("trisomy_17", "absent absent inconclusive absent failed not_tested present inconclusive "
         "absent not_tested not_tested"),
        ("CDKN2A_del", "inconclusive inconclusive inconclusive inconclusive failed not_tested "
         "inconclusive inconclusive present not_tested not_tested"),
    ],
)  # fmt: skip
def test_statuses_of_a_pool(pool: Pool, marker: str, statuses: str) -> None:
    assert list_statuses(pool, marker) == dict(zip("abcdefghijk", statuses.split(), strict=True))


def test_the_pool_holds_what_was_read_and_no_free_text(pool: Pool) -> None:
    read = pool.table("karyotype")
    assert read["outcome"].cast(pl.String).to_list()[:6] == [
        "abnormal", "normal", "normal", "normal", "failed", None,
    ]  # fmt: skip
    assert read["reading"].cast(pl.String)[7] == "partly_read"
    assert read["n_unread"][7] == 1
    assert read["n_metaphases"].to_list()[:5] == [20, 20, 7, 25, None]
    assert read["ploidy"][6] == "high_hyperdiploidy"
    assert not read["text"].str.contains("Nemo|xyz").any()
    assert read["text"][7] == "46,XX,t(1;19),<unread>[9]"
    assert read["text_missing"].cast(pl.String).to_list()[4:6] == ["failed", "not_reported"]


def test_runs_and_findings_are_made(pool: Pool) -> None:
    runs = pool.table("assay_run")
    assert runs.height == 9  # all but f and j
    assert runs["performed"].cast(pl.String).to_list().count("no") == 1
    assert runs["quality"].cast(pl.String).to_list().count("failed") == 1
    found = pool.table("finding").select("gene", "partner", pl.col("call").cast(pl.String))
    assert ("BCR", "ABL1", "present") in found.rows()
    assert ("TCF3", "PBX1", "equivocal") in found.rows()


def test_the_way_of_a_status_is_explained(pool: Pool) -> None:
    patient = pool.table("patient")["patient_id"][0]
    told = str(explain_value(pool, patient, "marker.BCR::ABL1"))
    assert "karyotype of run" in told
    assert "column kt" in told


def test_an_assay_read_from_karyotypes_is_not_declared_by_hand(tmp_path: Path) -> None:
    covers = (
        '[[assays.covers]]\ntargets = ["TP53"]\nalteration_class = "mutation"\n'
        'scope = "complete"\nnegative_capable = true\n'
    )
    wrong = MAPPING.replace('no_run = "not_tested"\n', 'no_run = "not_tested"\n' + covers)
    with pytest.raises(DefinitionError, match="leave `covers` out"):
        build_pool(write(tmp_path, wrong), tmp_path / "pool")
