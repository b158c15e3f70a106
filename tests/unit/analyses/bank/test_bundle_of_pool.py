"""The bundle of a bank fitted to a pool: nobody of the pool is in it; signed by the command."""

from __future__ import annotations

import json
import zipfile

import numpy as np
from typer.testing import CliRunner

from chorall.cli.app import app


def test_nobody_of_the_pool_is_in_the_folder(bank_pool, bank_folder):
    """No pseudonym in any byte, no array as long as the patients, no count of one to four."""
    ids = [one.encode() for one in bank_pool.table("patient")["patient_id"]]
    sizes = {len(ids), *bank_pool.table("patient")["trial_id"].value_counts()["count"]}
    for file in bank_folder.iterdir():
        content = file.read_bytes()
        if file.suffix == ".npz":
            with zipfile.ZipFile(file) as archive:
                content = b"".join(archive.read(name) for name in archive.namelist())
            with np.load(file) as arrays:
                assert not sizes & {n for name in arrays.files for n in arrays[name].shape}
        assert not [one for one in ids if one in content]
    (file,) = bank_folder.glob("bank-*.json")
    facts = json.loads(file.read_text())
    counts = {n for cell in facts["support"].values() for n in cell.values()}
    trials = facts["support_by_trial"].values()
    parts = {n for cell in trials for own in cell.values() for n in own.values()}
    assert None in parts
    assert len(counts) > 5 < len(parts)
    assert not (counts | parts) & {1, 2, 3, 4}


def test_the_command_signs_and_asks_for_the_signature(bank_pool, tmp_path):
    """One key signs; another, and an unsigned bank, are refused with exit code 11."""
    key, other = tmp_path / "key", tmp_path / "other"
    key.write_text("0123456789abcdef0123456789abcdef")
    other.write_text("fedcba9876543210fedcba9876543210")
    patient = tmp_path / "patient.json"
    patient.write_text(json.dumps({"age_years": 30}))
    bank = str(tmp_path / "BANK")
    run = CliRunner().invoke
    fitted = run(app, ["bank", "fit", str(bank_pool.path), "-o", bank, "--key", str(key)])
    assert fitted.exit_code == 0, fitted.output
    asked = ["predict", bank, str(patient), "--draws", "100", "--years", "1", "--key"]
    assert run(app, [*asked, str(key)]).exit_code == 0
    refused = run(app, [*asked, str(other)])
    assert refused.exit_code != 0
    assert "not signed with this key" in str(refused.exception)
