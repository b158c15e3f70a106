"""A consortium that cannot be read is told at once, file by file, without repeating itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from properties.delivery_maker import CANARY, CLINICAL, fixed_consortium

from chorall.consortium.build import build_pool
from chorall.consortium.definition import read_consortium
from chorall.consortium.deliveries import label_files, read_deliveries
from chorall.errors import DataError, DefinitionError, InputError


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_a_consortium_names_its_trials_in_order(consortium: Path) -> None:
    read = read_consortium(consortium)
    assert [trial.mapping.trial_id for trial in read.trials] == ["A", "B"]
    assert read.synthetic is False


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("format = 1", "format = 2", "consortium.toml:1: `format`: input should be 1"),
        ('name = "C"', "", "`name`: this key is required and missing"),
        ('["A.toml", "B.toml"]', "[]", "consortium.toml:4: `mappings`: tuple should have at least"),
        ('"A.toml", "B.toml"', '"A.toml", "A.toml"', "several mappings have the trial_id A"),
        ("mappings", "mapings", "did you mean `mappings`?"),
    ],
)
def test_a_wrong_consortium_file_is_told(
    consortium: Path, old: str, new: str, message: str
) -> None:
    change(consortium, old, new)
    with pytest.raises(DefinitionError) as caught:
        read_consortium(consortium)
    assert message in str(caught.value)


def test_a_mapping_that_is_not_there_is_an_input_error_with_the_line(consortium: Path) -> None:
    change(consortium, "B.toml", "C.toml")
    with pytest.raises(InputError, match=r"consortium.toml:4: there is no mapping .*C.toml"):
        read_consortium(consortium)


def test_one_wrong_mapping_is_told_as_if_it_were_read_alone(consortium: Path) -> None:
    change(consortium.parent / "B.toml", 'to = "event"', 'to = "evnet"')
    with pytest.raises(DefinitionError) as caught:
        read_consortium(consortium)
    message = str(caught.value)
    assert message.count(str(consortium.parent)) == 1
    assert message.splitlines()[0].endswith("B.toml: 2 problems in the mapping:")


def test_two_wrong_mappings_are_told_together(consortium: Path) -> None:
    for name in ("A.toml", "B.toml"):
        change(consortium.parent / name, 'id = "E2"', 'id = "E1"')
    with pytest.raises(DefinitionError) as caught:
        read_consortium(consortium)
    headings = [line for line in str(caught.value).splitlines() if "1 problem in the" in line]
    assert len(headings) == 2


def test_wrong_mappings_of_several_kinds_are_a_definition_error(consortium: Path) -> None:
    change(consortium.parent / "A.toml", 'id = "E2"', 'id = "E1"')
    (consortium.parent / "B.toml").unlink()
    with pytest.raises(DefinitionError, match="there is no mapping"):
        read_consortium(consortium)


def test_missing_files_are_all_told_at_once(consortium: Path) -> None:
    for trial in "AB":
        (consortium.parent / f"clinical_{trial}.csv").unlink()
    with pytest.raises(InputError) as caught:
        build_pool(consortium, consortium.parent / "pool")
    assert "clinical_A.csv" in str(caught.value)
    assert "clinical_B.csv" in str(caught.value)


def test_a_missing_column_is_told_with_close_matches(consortium: Path) -> None:
    change(consortium.parent / "clinical_B.csv", "last_contact", "last_contakt")
    with pytest.raises(DataError, match=r"`last_contact`   did you mean `last_contakt`\?"):
        build_pool(consortium, consortium.parent / "pool")


def test_problems_of_several_kinds_are_a_data_error(consortium: Path) -> None:
    change(consortium.parent / "clinical_B.csv", "last_contact", "x")
    (consortium.parent / "clinical_A.csv").unlink()
    with pytest.raises(DataError, match=r"clinical_A\.csv"):
        build_pool(consortium, consortium.parent / "pool")


def test_a_shared_file_is_read_once(consortium: Path) -> None:
    one, other = read_deliveries(read_consortium(consortium))
    assert one.files["mutations"] is other.files["mutations"]
    assert one.files["clinical"] is not other.files["clinical"]


def test_only_the_columns_that_a_rule_needs_are_read(consortium: Path) -> None:
    delivery = read_deliveries(read_consortium(consortium))[0]
    assert "name" not in delivery.files["clinical"].frame.columns


def test_files_of_the_same_name_are_told_apart_by_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    consortium = fixed_consortium().write(folder)
    for year in ("2001", "2002"):
        (folder / year).mkdir()
    shutil.move(folder / "clinical_A.csv", folder / "2001" / "data.csv")
    shutil.move(folder / "mutations.csv", folder / "2002" / "data.csv")
    change(folder / "A.toml", "clinical_A.csv", "2001/data.csv")
    for trial in "AB":
        change(folder / f"{trial}.toml", "mutations.csv", "2002/data.csv")
    a, b = read_deliveries(read_consortium(consortium))
    assert label_files(a.files) == {"clinical": "2001/data.csv", "mutations": "2002/data.csv"}
    assert label_files(b.files) == {"clinical": "clinical_B.csv", "mutations": "data.csv"}
    pool = build_pool(consortium, tmp_path / "pool")
    assert set(pool.table("lineage").filter(trial_id="A")["file"]) == {
        "2001/data.csv",
        "2002/data.csv",
    }


def test_a_key_that_is_not_there_is_told(consortium: Path) -> None:
    (consortium.parent / "pseudonym.key").unlink()
    with pytest.raises(InputError, match="there is no pseudonym key"):
        build_pool(consortium, consortium.parent / "pool")


def test_a_file_without_its_header_is_told_without_showing_its_first_row(tmp_path: Path) -> None:
    made = fixed_consortium()
    made.files["A"].rows[0] = [f"{CANARY} {number}" for number in range(len(CLINICAL))]
    with pytest.raises(DataError) as caught:
        build_pool(made.write(tmp_path / "in"), tmp_path / "pool")
    assert "clinical_A.csv" in str(caught.value)
    assert CANARY not in str(caught.value)
