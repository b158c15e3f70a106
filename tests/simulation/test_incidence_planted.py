"""Incidence finds the planted frequencies, and says where testing went with relapse."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from scipy.special import bdtr

from chorall.analyses import co_occurrence, incidence
from chorall.consortium.build import build_pool
from chorall.simulation import simulate
from chorall.tables.store import Pool

RARELY = 1e-4
"""A right programme fails one of these tests once in ten thousand seeds."""
ADULTS = ("SYN-AYA-1", "SYN-OLDER-1", "SYN-GRAND-1")
CHILDREN = ("SYN-PAED-1", "SYN-KIDS-1", "SYN-MINI-1")
UNSELECTED = (*CHILDREN, *ADULTS, "SYN-ADULT-1")
"""All but SYN-PH, which enrols by BCR::ABL1."""


def most_missed(n: int) -> int:
    """Return the misses that `n` intervals of 95 % exceed only rarely."""
    return next(k for k in range(n + 1) if bdtr(k, n, 0.05) >= 1 - RARELY)


def make(folder: Path, scenario: str, seed: int) -> Pool:
    simulate(folder / scenario, patients=3000, trials=8, seed=seed, scenario=scenario)
    return build_pool(folder / scenario / "consortium.toml", folder / f"{scenario}-pool")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("incidence")


@pytest.fixture(scope="module")
def prognostic(folder: Path) -> Pool:
    return make(folder, "prognostic", 3)


@pytest.fixture(scope="module")
def informative(folder: Path) -> Pool:
    return make(folder, "informative-testing", 3)


def test_planted_frequencies_are_covered(prognostic: Pool, folder: Path) -> None:
    """Within lineage and age band trials share one planted frequency, so limits must cover it."""
    truth = json.loads((folder / "prognostic" / "truth" / "truth.json").read_text("utf-8"))
    planted = truth["planted_frequencies"]
    result = incidence(
        prognostic, by=["lineage+age_band", "trial"], trials=UNSELECTED, method="clopper-pearson"
    )
    known = [
        (row, planted[row["marker"]][row["lineage"]].get(row["age_band"]))
        for row in result.rows.to_dicts()
        if row["marker"] in planted and row["lineage"] in ("B", "T") and row["n_tested"] >= 20
    ]
    checked = {
        pooled: [
            row["lower"] <= share <= row["upper"]
            for row, share in known
            if share is not None and (row["trial"] is None) == pooled and row["lower"] is not None
        ]
        for pooled in (True, False)
    }
    for pooled, covered in checked.items():
        assert len(covered) > 150, pooled
        assert len(covered) - sum(covered) <= most_missed(len(covered)), pooled


def test_informative_testing_gets_its_warning_and_random_testing_none(
    informative: Pool, prognostic: Pool
) -> None:
    chosen = ["TP53", "IKZF1_del", "BCR::ABL1"]
    warnings = incidence(informative, markers=chosen, by=["overall"]).warnings
    (warning,) = (line for line in warnings if "went with relapse" in line)
    assert "for 1 marker: TP53 (tested:" in warning
    quiet = incidence(prognostic, markers=chosen, by=["overall"]).warnings
    assert not [line for line in quiet if "went with relapse" in line]


def test_the_trial_that_enrols_by_a_marker_is_named(prognostic: Pool) -> None:
    (warning,) = (
        line
        for line in incidence(prognostic, markers=["BCR::ABL1", "TP53"]).warnings
        if line.startswith("Everybody tested")
    )
    assert warning.startswith("Everybody tested in SYN-PH-1 carries BCR::ABL1")


def test_no_pair_is_planted_within_known_subtypes_and_none_is_found(prognostic: Pool) -> None:
    """Mutations and deletions are drawn given subtype: where it is known q < 0.05 must be rare."""
    markers = ["TP53", "NRAS", "KRAS", "IKZF1_del", "CDKN2A_del", "PAX5_del", "ETV6_del", "RB1_del"]
    rows = co_occurrence(prognostic, markers=markers, trials=UNSELECTED).rows
    closed = rows.filter(~pl.col("subtype").is_in(["all", "open"]), pl.col("p_value").is_not_null())
    assert closed.height > 40
    assert (closed["q_value"] < 0.05).sum() <= 1
