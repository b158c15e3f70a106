"""Residual disease from a laboratory's text to the pool, and back again by explain."""

from __future__ import annotations

from pathlib import Path

import pytest

from chorall.consortium.build import build_pool
from chorall.consortium.explain import explain_value
from chorall.errors import DefinitionError
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
[sources.mrd]
file = "mrd.csv"
patient = "id"
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
[[rules]]
id = "D"
to = "mrd"
source = "mrd"
[rules.set]
timepoint = { from = "tp", blank = "quarantine" }
day = { from = "day", unit = "days", blank = "not_reported" }
result = { from = "mrd", unit = "percent", blank = "not_done" }
[[tests]]
name = "a negative result keeps its sensitivity"
[[tests.given.clinical]]
id = "x"
[[tests.given.mrd]]
id = "x"
tp = "d33"
mrd = "neg (sens 1E-5)"
[[tests.expect.mrd]]
timepoint = "end_of_induction"
category = "undetected"
sensitivity = 1e-5
"""
CONSORTIUM = """
format = 1
name = "C"
synthetic = true
pseudonym_key = "key"
mappings = ["mapping.toml"]
"""
ROWS = """id,tp,day,mrd
1,d33,33,"<0,01 %"
2,day 33,34,0.5
3,EOI,35,n.d.
4,d15,60,neg flow
"""


def write(folder: Path, mapping: str = MAPPING) -> Path:
    folder.mkdir()
    (folder / "clinical.csv").write_text("id\n1\n2\n3\n4\n")
    (folder / "mrd.csv").write_text(ROWS)
    (folder / "key").write_bytes(b"a key for tests, sixteen or more")
    (folder / "mapping.toml").write_text(mapping)
    (folder / "consortium.toml").write_text(CONSORTIUM)
    return folder / "consortium.toml"


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    folder = tmp_path_factory.mktemp("mrd")
    return build_pool(write(folder / "in"), folder / "pool")


def test_the_pool_holds_what_the_laboratories_wrote(pool: Pool) -> None:
    columns = ("timepoint", "protocol_timepoint", "category", "category_missing", "mrd_fraction",
               "sensitivity", "method")  # fmt: skip
    assert pool.table("mrd").sort("day").select(columns).rows() == [
        ("end_of_induction", "d33", "below_limit", None, None, 1e-4, None),
        ("end_of_induction", "day 33", "quantified", None, 0.005, None, None),
        ("end_of_induction", "EOI", None, "withheld", None, None, None),
        ("day_15", "d15", "undetected", None, None, None, "flow"),
    ]
    assert pool.table("quarantine").select("reason", "column").rows() == [("ambiguous_word", "mrd")]


def test_a_day_outside_the_window_is_noticed(pool: Pool) -> None:
    check = pool.table("quality").filter(check_id="mrd_day_outside_window")
    assert check.select("status", "n_rows", "n_bad").rows() == [("failed", 4, 1)]


def test_explain_tells_from_which_text_a_category_came(pool: Pool) -> None:
    who = pool.table("mrd").sort("day")["patient_id"][0]
    told = explain_value(pool, who, "mrd.category")
    assert told.value == "below_limit"
    assert told.steps == (
        "rule D of T, mrd.csv row 2, column mrd; unit percent; blank means not_done",
    )


def test_a_mapping_whose_made_up_rows_come_out_wrong_makes_no_pool(tmp_path: Path) -> None:
    wrong = MAPPING.replace("sensitivity = 1e-5", "sensitivity = 1e-4")
    with pytest.raises(DefinitionError, match="a negative result keeps its sensitivity"):
        build_pool(write(tmp_path / "in", wrong), tmp_path / "pool")
