"""What the simulated trial groups hand over."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import polars as pl
import pytest

from chorall.harmonise.assurance import run_assurance_tests
from chorall.harmonise.mapping_file import read_mapping
from chorall.ingest import read_delivery
from chorall.ingest.headers import HeaderPlace
from chorall.simulation import SimulatedConsortium, simulate

TRIALS = (
    "syn-paed-1", "syn-aya-1", "syn-adult-1", "syn-older-1", "syn-kids-1", "syn-grand-1",
    "syn-ph-1", "syn-mini-1",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimulatedConsortium:
    folder = tmp_path_factory.mktemp("simulated") / "consortium"
    return simulate(folder, patients=1600, trials=8, markers=55)


def hash_files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_gives_the_same_bytes_at_another_time(tmp_path: Path) -> None:
    first = hash_files(simulate(tmp_path / "first", patients=400, trials=8).directory)
    # SPSS and Excel files hold the time of writing to the second.
    time.sleep(1.1)
    assert hash_files(simulate(tmp_path / "second", patients=400, trials=8).directory) == first
    assert len(first) == 29


def test_another_seed_gives_other_patients(tmp_path: Path) -> None:
    first = hash_files(simulate(tmp_path / "first", patients=400, trials=8).directory)
    second = hash_files(simulate(tmp_path / "second", patients=400, trials=8, seed=8).directory)
    same = {name for name in first if first[name] == second[name]}
    assert same <= {"consortium.toml", *(f"{trial}/mapping.toml" for trial in TRIALS)}
    assert "pseudonym.key" not in same


@pytest.mark.parametrize("trial", TRIALS)
def test_mapping_is_valid_and_its_own_tests_pass(made: SimulatedConsortium, trial: str) -> None:
    path = made.directory / trial / "mapping.toml"
    mapping = read_mapping(path)
    assert mapping.trial_id == trial.upper()
    columns = {
        name: read_delivery(
            path.parent / source.file,
            sheet=source.sheet,
            encoding=source.encoding,
            delimiter=source.delimiter,
            header=HeaderPlace(source.header_row, source.header_rows),
        ).frame.columns
        for name, source in mapping.sources.items()
    }
    outcomes = run_assurance_tests(mapping, columns)
    assert len(outcomes) >= 2
    assert [outcome.problems for outcome in outcomes] == [()] * len(outcomes)


def test_text_files_are_cp1252_with_decimal_commas(made: SimulatedConsortium) -> None:
    text = (made.directory / "syn-aya-1" / "clinical.csv").read_bytes().decode("cp1252")
    assert "Südhausen" in text
    frame = read_delivery(
        made.directory / "syn-aya-1" / "clinical.csv", encoding="cp1252", delimiter=";"
    ).frame
    assert frame["MRD_PERCENT"].drop_nulls().str.contains(r"^\d+,\d+$").all()
    assert frame["BORN"].str.contains(r"^\d\d\.\d\d\.\d{4}$").all()


def test_laboratories_write_old_gene_names(made: SimulatedConsortium) -> None:
    lesions = read_delivery(made.directory / "syn-aya-1" / "lesions.csv", delimiter=";").frame
    genes = set(lesions["GENE"].drop_nulls())
    assert {"MLL", "p53"} <= genes
    assert not {"KMT2A", "TP53"} & genes


def test_spss_file_tells_not_done_from_failed(made: SimulatedConsortium) -> None:
    delivery = read_delivery(made.directory / "syn-older-1" / "older.sav")
    assert delivery.value_labels["TP53"]["9"] == "not done"
    assert set(delivery.frame["TP53"].drop_nulls()) == {"0", "1", "8", "9"}
    assert delivery.frame["TP53"].null_count() > 0


def test_excel_dates_are_dates(made: SimulatedConsortium) -> None:
    clinical = read_delivery(made.directory / "syn-adult-1" / "adult.xlsx", sheet="clinical").frame
    assert clinical["diagnosed"].str.to_date("%Y-%m-%d").null_count() == 0


def test_patients_and_statuses_add_up(made: SimulatedConsortium) -> None:
    trials = made.truth["trials"].values()
    assert sum(trial["pooled"]["patients"] for trial in trials) == 1600
    for trial in trials:
        counted = trial["pooled"]["marker_status"].values()
        assert {sum(counts.values()) for counts in counted} == {trial["pooled"]["patients"]}


def test_partial_assays_never_say_absent(made: SimulatedConsortium) -> None:
    panel = made.truth["trials"]["SYN-ADULT-1"]
    assert panel["tests"]["panel"]["partial_markers"] == ["JAK2", "FLT3"]
    statuses = panel["pooled"]["marker_status"]
    assert statuses["JAK2"]["absent"] == statuses["FLT3"]["absent"] == 0
    assert statuses["JAK2"]["inconclusive"] > 0


@pytest.mark.parametrize("seed", range(10))
def test_smallest_consortium_can_be_written(tmp_path: Path, seed: int) -> None:
    made = simulate(tmp_path / "small", patients=160, seed=seed)
    assert pl.read_csv(made.directory / "syn-paed-1" / "paediatric.csv").height == 74
