"""A pool in which 30 % of the assays were never run: right denominators, no silent negatives.

100 patients, numbered. MLPA was run on those whose last digit is 3 or more. Of the others, last
digits 0 and 1 had a PCR of the common IKZF1 deletions, and last digit 2 had nothing.
"""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from chorall.analyses.incidence import incidence
from chorall.consortium.build import build_pool
from chorall.tables.store import Pool

MAPPING = """
format = 1
[trial]
trial_id = "T"
group = "G"
population = "adult"
time_zero = "diagnosis"
[sources.clinical]
file = "clinical.csv"
patient = "id"
[sources.lesions]
file = "lesions.csv"
patient = "id"
[[assays]]
id = "mlpa"
assay = "mlpa_p335"
version = "C1"
no_run = "not_tested"
[[assays]]
id = "pcr"
assay = "ikzf1_pcr"
version = "1"
no_run = "not_tested"
[[rules]]
id = "P"
to = "patient"
source = "clinical"
[rules.set]
lineage = { value = "B" }
[[rules]]
id = "U"
to = "follow_up"
source = "clinical"
[rules.set]
entry_day = { value = 0 }
last_contact_day = { value = 100 }
vital_status = { value = "alive" }
"""
RULES = """
[[rules]]
id = "R-{0}"
to = "assay_run"
source = "clinical"
assay = "{0}"
when = [{{ column = "{0}", in = ["1"] }}]
[rules.set]
performed = {{ value = "yes" }}
quality = {{ value = "passed" }}
[[rules]]
id = "F-{0}"
to = "finding"
source = "lesions"
assay = "{0}"
when = [{{ column = "assay", in = ["{0}"] }}]
[rules.set]
gene = {{ from = "gene", blank = "quarantine" }}
alteration_class = {{ value = "deletion" }}
call = {{ value = "present" }}
"""
CONSORTIUM = """
format = 1
name = "C"
synthetic = true
pseudonym_key = "key"
mappings = ["mapping.toml"]
"""


def write(path: Path, rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    folder = tmp_path_factory.mktemp("untested")
    clinical: list[list[object]] = [["id", "mlpa", "pcr"]]
    lesions: list[list[object]] = [["id", "assay", "gene"]]
    for number in range(100):
        last = number % 10
        clinical.append([number, int(last >= 3), int(last <= 1)])
        found = {5: ["IKZF1"], 6: ["CDKN2A"], 7: ["CDKN2B", "PAX5"]}.get(last, [])
        lesions += [[number, "mlpa", gene] for gene in found]
        if number % 20 == 1:
            lesions.append([number, "pcr", "IKZF1"])
    write(folder / "clinical.csv", clinical)
    write(folder / "lesions.csv", lesions)
    (folder / "key").write_bytes(b"a key for tests, sixteen or more")
    (folder / "mapping.toml").write_text(MAPPING + RULES.format("mlpa") + RULES.format("pcr"))
    (folder / "consortium.toml").write_text(CONSORTIUM)
    return build_pool(folder / "consortium.toml", folder / "pool")


@pytest.mark.parametrize(
    ("marker", "present", "tested", "inconclusive", "not_tested", "positive_only"),
    [
        ("IKZF1_del", 10, 70, 15, 10, 5),
        ("CDKN2A_del", 10, 70, 0, 30, 0),
        ("CDKN2A/B_del", 20, 70, 0, 30, 0),
        ("PAX5_del", 10, 70, 0, 30, 0),
        ("EBF1_del", 0, 70, 0, 30, 0),
    ],
)
def test_the_denominator_is_those_who_were_tested(
    pool: Pool,
    marker: str,
    present: int,
    tested: int,
    inconclusive: int,
    not_tested: int,
    positive_only: int,
) -> None:
    """Counted by hand: 70 by MLPA; by PCR 15 clean (inconclusive) and 5 found (positive only)."""
    row = incidence(pool, markers=[marker], by=["overall"]).to_polars().row(0, named=True)
    counts = ("n_present", "n_tested", "n_inconclusive", "n_not_tested", "n_positive_only")
    assert tuple(row[name] for name in counts) == (
        present, tested, inconclusive, not_tested, positive_only)  # fmt: skip
    assert row["n_patients"] == 100


def test_the_frequency_is_that_of_the_tested(pool: Pool) -> None:
    row = incidence(pool, markers=["IKZF1_del"], by=["overall"]).to_polars().row(0, named=True)
    assert row["n_present"] / row["n_tested"] == pytest.approx(1 / 7)


def test_copy_number_alone_makes_nobody_b_other(pool: Pool) -> None:
    table = pool.table("subtype")
    assert table.height == 200
    assert table["subtype"].null_count() == 200
    assert table["basis"].unique().to_list() == ["none"]
    assert set(table["subtype_missing"]) == {"not_done"}
    assert table.filter(pl.col("cannot_be_excluded").str.contains("bcr_abl1;")).height == 200
