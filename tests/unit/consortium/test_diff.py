"""What changed between two pools, from the files down to the headline figures."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest
from properties.delivery_maker import Consortium, fixed_consortium

from chorall.consortium.build import build_pool
from chorall.consortium.diff import PoolDiff, diff_pools
from chorall.tables.store import Pool


@pytest.fixture
def before(tmp_path: Path) -> Pool:
    return build_pool(fixed_consortium().write(tmp_path / "before"), tmp_path / "pool before")


def compare(before: Pool, made: Consortium, folder: Path, **mapping: str) -> PoolDiff:
    consortium = made.write(folder / "after")
    for trial, (old, new) in {k: v.split(" => ") for k, v in mapping.items()}.items():
        file = folder / "after" / f"{trial}.toml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
    return diff_pools(before, build_pool(consortium, folder / "pool after"))


def test_the_same_pool_is_identical(before: Pool, tmp_path: Path) -> None:
    changed = compare(before, fixed_consortium(), tmp_path)
    assert changed.identical
    assert changed.inputs.is_empty()
    assert changed.markers.is_empty()
    assert changed.endpoints["n_changed"].sum() == 0
    assert (changed.headline["a"].fill_nan(-1) == changed.headline["b"].fill_nan(-1)).all()


def test_another_mapping_is_followed_to_the_markers(before: Pool, tmp_path: Path) -> None:
    changed = compare(
        before, fixed_consortium(), tmp_path, A='{ "0" = "absent", => { "0" = "inconclusive",'
    )
    assert not changed.identical
    assert changed.inputs.rows() == [("mapping", "A", "changed")]
    assert changed.markers.rows() == [("TCF3::PBX1", "absent", "inconclusive", 3)]


def test_another_delivery_is_followed_to_the_headline(before: Pool, tmp_path: Path) -> None:
    made = fixed_consortium()
    alive = made.files["A"].rows[1]
    assert alive[7] == "0"
    alive[7] = "1"
    changed = compare(before, made, tmp_path)
    assert changed.inputs.rows() == [("file", "A: clinical_A.csv", "changed")]
    tables = {name: rest for name, *rest in changed.tables.iter_rows()}
    assert tables["event"] == [2, 3, 0, 1]
    assert tables["follow_up"] == [6, 6, 1, 1]
    assert tables["patient"] == [6, 6, 0, 0]
    survival = changed.endpoints.filter(endpoint="OS")
    assert survival.rows() == [("OS", 6, 6, 1)]
    figures = {name: rest for name, *rest in changed.headline.iter_rows()}
    assert figures["patients"] == [6.0, 6.0]
    assert figures["OS: events of cause 1"] == [2.0, 3.0]
    assert all(
        math.isnan(value) for value in figures["OS: five-year cumulative incidence of cause 1"]
    )


def test_a_patient_who_is_gone_is_told(before: Pool, tmp_path: Path) -> None:
    made = fixed_consortium()
    del made.files["B"].rows[1]
    changed = compare(before, made, tmp_path)
    assert {status for _, _, status, _ in changed.markers.iter_rows()} == {"not in the pool"}
    assert changed.headline.filter(pl.col("figure") == "patients").rows() == [
        ("patients", 6.0, 5.0)
    ]


def test_five_year_figures_stand_with_late_entry_and_deaths_on_day_zero(
    before: Pool, tmp_path: Path
) -> None:
    made = fixed_consortium()
    for file, zero, late in (("A", "01.06.2001", "10.06.2001"), ("B", "2001-06-01", "2001-06-10")):
        rows = made.files[file].rows
        rows[0].append("entry")
        for row in rows[1:]:
            row[6] = row[6].replace("2004", "2009")
            row.append(row[4])
        rows[1][6], rows[1][7] = (zero, "1") if file == "A" else (rows[1][6], "0")  # dies on day 0
        rows[2][6], rows[2][7], rows[2][12] = late, "1", late  # enters late and leaves at once
        rows[3][12] = late  # enters late and stays
    entry = 'entry_day = { value = 0 } => entry_day = { from = "entry", blank = "quarantine" }'
    changed = compare(before, made, tmp_path, A=entry, B=entry)
    figures = {name: after for name, _, after in changed.headline.iter_rows()}
    assert 0 < figures["OS: five-year cumulative incidence of cause 1"] < 1
