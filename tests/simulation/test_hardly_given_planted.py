"""Simulated pools plant one treatment that was given with one lesion only; no other is named."""

from __future__ import annotations

import pytest

import chorall as ch
from chorall.analyses.bank import hardly_given
from chorall.analyses.bank.fit import read_bank_data
from chorall.models.bank.bank import HardlyGiven

PLANTED = {
    HardlyGiven("tki_first_generation", "BCR::ABL1", "absent"),
    HardlyGiven("tki_second_generation", "BCR::ABL1", "absent"),
}


@pytest.mark.parametrize("seed", [104, 115, 123])
def test_the_inhibitors_are_found_and_chance_names_nothing(tmp_path, monkeypatch, seed):
    """In 120 pools one other pair was named; in these the first two rules alone name some."""
    ch.simulate(tmp_path / "sim", patients=2000, trials=8, seed=seed)
    pool = ch.build_pool(tmp_path / "sim" / "consortium.toml", tmp_path / "pool")
    assert set(read_bank_data(pool)[0].hardly_given) == PLANTED
    monkeypatch.setattr(hardly_given, "RAREST_CHANCE", 1.1)
    monkeypatch.setattr(hardly_given, "LEAST_KNOWN", 0.0)
    assert set(read_bank_data(pool)[0].hardly_given) > PLANTED
