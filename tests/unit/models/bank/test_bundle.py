"""A bank written and read: the same answers, and no change goes unnoticed."""

import json

import numpy as np
import pytest
from unit.models.bank.made_bank import PATIENT, make_bank

from chorall.errors import DataError, InputError
from chorall.models.bank.bundle import hash_bank, read_bank, write_bank
from chorall.models.bank.model_card import write_card
from chorall.models.bank.predict import predict
from chorall.models.bank.seal import read_signing_key, write_seal


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


def test_a_folder_may_be_named_in_words(tmp_path):
    folder = write_bank(make_bank(), str(tmp_path / "BANK"))
    assert folder == tmp_path / "BANK"
    assert read_bank(str(folder)).transitions[0].n_events == make_bank().transitions[0].n_events


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
    with pytest.raises(DataError, match=r"reference-.*\.json was changed"):
        read_bank(folder)
    write_seal(folder, one(folder, "bank-*.json").stem.removeprefix("bank-"), None)
    with pytest.raises(DataError, match="reference patients differ"):
        read_bank(folder)


@pytest.mark.parametrize("pattern", ["bank-*.npz", "reference-*.json"])
def test_a_missing_or_damaged_part_is_refused(folder, pattern):
    one(folder, pattern).write_bytes(b"\x00")
    with pytest.raises(DataError, match=r"missing or damaged|was changed after"):
        read_bank(folder)


def test_another_format_is_refused_by_name(folder):
    file = one(folder, "bank-*.json")
    facts = json.loads(file.read_text()) | {"format_version": 99}
    del facts["features"]
    file.write_text(json.dumps(facts))
    with pytest.raises(DataError, match="`features` is missing; `format_version` is 99"):
        read_bank(folder)


@pytest.mark.parametrize("version", [4, 5])
def test_an_older_bank_says_that_it_must_be_fitted_again(folder, version):
    """Format 4 did not know what was hardly ever given, format 5 counted infants with children."""
    file = one(folder, "bank-*.json")
    facts = json.loads(file.read_text()) | {"format_version": version}
    if version < 5:
        del facts["hardly_given"]
    file.write_text(json.dumps(facts))
    with pytest.raises(
        DataError, match=rf"is {version}, expected 6\.\n.*fitted again: chorall bank fit"
    ):
        read_bank(folder)


def test_the_card_tells_patients_by_trial_and_hides_small_counts(folder):
    bank = make_bank()
    cell = "age not known, lineage not known"
    bank.support[cell] = bank.support[cell] | {"transplant": None, "rare": 0}
    bank.support_by_trial[cell] = {"old": {"A": 25, "B": 35}, "transplant": {"A": None, "B": 9}}
    card = write_card(bank, "abc")
    assert "- old: 60, A 25, B 35" in card
    assert "- transplantation in first remission: hidden, A hidden, B 9" in card
    assert "- rare: fewer than 5" in card


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


def test_another_word_on_the_model_card_is_refused(folder):
    file = folder / "model-card.md"
    file.write_text(file.read_text().replace("Research use only", "Approved for patients"))
    with pytest.raises(DataError, match=r"model-card\.md was changed after it was written"):
        read_bank(folder)


@pytest.mark.parametrize("name", ["schema.json", "model-card.md"])
def test_a_part_taken_away_or_changed_is_refused(folder, name):
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(DataError, match="was changed after"):
        read_bank(folder)
    (folder / name).unlink()
    with pytest.raises(DataError, match="is missing"):
        read_bank(folder)


def test_a_file_put_beside_the_bank_is_refused(folder):
    (folder / "patients.csv").write_text("patient_id\n")
    with pytest.raises(DataError, match=r"patients\.csv was not written with it"):
        read_bank(folder)


def test_without_its_seal_a_bank_is_refused(folder):
    one(folder, "seal-*.json").unlink()
    with pytest.raises(DataError, match="missing or damaged"):
        read_bank(folder)


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"files": [], "signature": null}', "x", '{"files": {}, "signature": 1}']
)
def test_a_damaged_seal_is_refused(folder, text):
    one(folder, "seal-*.json").write_text(text)
    with pytest.raises(DataError, match="damaged"):
        read_bank(folder)


def forge(folder):
    """Change a hazard, and make hash, names and seal anew as whoever can write the folder may."""
    facts = json.loads(one(folder, "bank-*.json").read_text())
    with np.load(one(folder, "bank-*.npz")) as stored:
        arrays = dict(stored)
    reference = one(folder, "reference-*.json").read_bytes()
    facts["warnings"] = ["Approved."]
    for file in [*folder.glob("bank-*"), *folder.glob("reference-*"), *folder.glob("seal-*")]:
        file.unlink()
    name = hash_bank(facts, arrays)
    (folder / f"bank-{name}.json").write_text(json.dumps(facts))
    np.savez_compressed(folder / f"bank-{name}.npz", **arrays)
    (folder / f"reference-{name}.json").write_bytes(reference)
    return name


KEY = b"0123456789abcdef"


def test_a_signature_shows_who_made_the_bank(tmp_path):
    folder = write_bank(make_bank(), tmp_path / "BANK", key=KEY)
    for key in (KEY, None):
        found = predict(read_bank(folder, key=key), PATIENT, ["new", "old"])
        assert found.to_dict() == predict(make_bank(), PATIENT, ["new", "old"]).to_dict()
    with pytest.raises(DataError, match="not signed with this key"):
        read_bank(folder, key=KEY + b"0")


def test_an_unsigned_bank_is_refused_where_a_key_is_asked_for(folder):
    with pytest.raises(DataError, match="it is not signed, but a key was given"):
        read_bank(folder, key=KEY)


@pytest.mark.parametrize("forger", [None, b"another key of someone"])
def test_a_forged_bank_passes_without_a_key_and_is_refused_with_one(tmp_path, forger):
    """What a hash cannot do, said openly; and what the signature adds."""
    folder = write_bank(make_bank(), tmp_path / "BANK", key=KEY)
    write_seal(folder, forge(folder), forger)
    assert read_bank(folder).warnings == ("Approved.",)
    with pytest.raises(DataError, match="not signed"):
        read_bank(folder, key=KEY)


def test_a_signature_does_not_pass_to_another_bank(tmp_path):
    folder = write_bank(make_bank(), tmp_path / "BANK", key=KEY)
    signature = json.loads(one(folder, "seal-*.json").read_text())["signature"]
    name = forge(folder)
    write_seal(folder, name, None)
    file = folder / f"seal-{name}.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"signature": signature}))
    with pytest.raises(DataError, match="not signed with this key"):
        read_bank(folder, key=KEY)


def test_arrays_that_do_not_fit_the_facts_are_refused_without_a_traceback(folder):
    """All hashes made anew, but an array is left out."""
    facts = json.loads(one(folder, "bank-*.json").read_text())
    with np.load(one(folder, "bank-*.npz")) as stored:
        arrays = dict(stored)
    reference = one(folder, "reference-*.json").read_bytes()
    for file in [*folder.glob("bank-*"), *folder.glob("reference-*"), *folder.glob("seal-*")]:
        file.unlink()
    del arrays["transition-1.effect"]
    name = hash_bank(facts, arrays)
    (folder / f"bank-{name}.json").write_text(json.dumps(facts))
    np.savez_compressed(folder / f"bank-{name}.npz", **arrays)
    (folder / f"reference-{name}.json").write_bytes(reference)
    write_seal(folder, name, None)
    with pytest.raises(DataError, match=r"does not fit together \(KeyError\)"):
        read_bank(folder)


def test_code_hidden_in_an_array_is_never_run(folder):
    """A pickled object in the archive is refused before it is made."""

    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("code of the bank was run",))

    file = one(folder, "bank-*.npz")
    with np.load(file) as stored:
        arrays = dict(stored)
    np.savez_compressed(file, **arrays, trap=np.array([Trap()], dtype=object))
    with pytest.raises(DataError, match="missing or damaged"):
        read_bank(folder)


def test_two_banks_in_one_folder_are_refused(folder):
    file = one(folder, "bank-*.json")
    (folder / "bank-0000000000000000.json").write_bytes(file.read_bytes())
    with pytest.raises(InputError, match="holds 2 banks"):
        read_bank(folder)


@pytest.mark.parametrize(("content", "said"), [(None, "no such file"), (b"short", "has 5 bytes")])
def test_a_key_that_cannot_be_is_refused_without_showing_it(tmp_path, content, said):
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        read_signing_key(file)
    assert "short" not in str(caught.value).replace("shorter", "")
