"""A small simulated pool and the bank fitted to it, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

import chorall as ch
from chorall.models.bank.bank import Bank
from chorall.tables.store import Pool


@pytest.fixture(scope="session")
def bank_pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    folder = tmp_path_factory.mktemp("bank")
    ch.simulate(folder / "sim", patients=900, trials=3, seed=11)
    return ch.build_pool(folder / "sim" / "consortium.toml", folder / "pool")


@pytest.fixture(scope="session")
def bank(bank_pool: Pool) -> Bank:
    return ch.fit_bank(bank_pool)


@pytest.fixture(scope="session")
def bank_folder(bank: Bank, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ch.write_bank(bank, tmp_path_factory.mktemp("banks") / "BANK")
