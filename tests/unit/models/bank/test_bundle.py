"""A bank written and read: the same answers, and no change goes unnoticed."""

import json

import numpy as np
import pytest
from unit.models.bank.made_bank import PATIENT, make_bank

from chorall.errors import DataError, InputError
from chorall.models.bank.bundle import read_bank, write_bank
from chorall.models.bank.predict import predict


@pytest.fixture
def folder(tmp_path):
    return write_bank(make_bank(), tmp_path / "BANK")


def one(folder, pattern):
    (file,) = folder.glob(pattern)
    return file


def test_a_bank_read_answers_as_the_one_written(folder):
    written, read = (
        predict(bank, PATIENT, ["new", "old"]) for bank in (make_bank(), read_bank(folder))
    )
    assert read.to_dict() == written.to_dict()


def test_the_hash_stands_in_the_names_and_is_always_the_same(folder, tmp_path):
    again = write_bank(make_bank(), tmp_path / "again")
    names = {file.name for file in folder.iterdir()}
    assert names == {file.name for file in again.iterdir()}
    assert one(folder, "bank-*.json").stem == one(folder, "bank-*.npz").stem


def test_a_changed_number_is_refused(folder):
    file = one(folder, "bank-*.npz")
    with np.load(file) as stored:
        arrays = dict(stored)
    arrays["transition-3.effect"] = arrays["transition-3.effect"] + 1e-12
    np.savez_compressed(file, **arrays)
    with pytest.raises(DataError, match="changed after it was written"):
        read_bank(folder)


def test_a_changed_word_is_refused(folder):
    file = one(folder, "bank-*.json")
    facts = json.loads(file.read_text())
    facts["comparisons"][0]["randomised"] = False
    file.write_text(json.dumps(facts))
    with pytest.raises(DataError, match="changed after it was written"):
        read_bank(folder)


def test_changed_reference_answers_are_refused(folder):
    file = one(folder, "reference-*.json")
    reference = json.loads(file.read_text())
    reference["overall_survival"][0][12] += 0.01
    file.write_text(json.dumps(reference))
    with pytest.raises(DataError, match="reference patients differ"):
        read_bank(folder)


@pytest.mark.parametrize("pattern", ["bank-*.npz", "reference-*.json"])
def test_a_missing_or_damaged_part_is_refused(folder, pattern):
    one(folder, pattern).write_bytes(b"\x00")
    with pytest.raises(DataError, match="missing or damaged"):
        read_bank(folder)


def test_another_format_is_refused_by_name(folder):
    file = one(folder, "bank-*.json")
    facts = json.loads(file.read_text()) | {"format_version": 99}
    del facts["features"]
    file.write_text(json.dumps(facts))
    with pytest.raises(DataError, match="`features` is missing; `format_version` is 99"):
        read_bank(folder)


def test_a_folder_that_is_no_bank_is_neither_read_nor_replaced(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match="holds 0 banks"):
        read_bank(tmp_path / "letters")
    with pytest.raises(InputError, match="holds no bank"):
        write_bank(make_bank(), tmp_path / "letters")
    assert (tmp_path / "letters" / "mine.txt").read_text() == "keep"


def test_no_patient_is_in_the_folder(folder):
    """Nothing in it is as long as there are patients, and the card says where it comes from."""
    with np.load(one(folder, "bank-*.npz")) as stored:
        assert 150 not in {size for name in stored.files for size in stored[name].shape}
    assert "Research use only" in (folder / "model-card.md").read_text()
