"""Donor against no donor: published figures again, chance decides, nothing where nothing is."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from simulation.memory_pool import pool_in_memory
from simulation.replicates import LAW

from chorall.analyses import donor, transplant
from chorall.simulation.consortium import draw_cohort
from chorall.simulation.definitions import all_designs, published_studies, scenarios

STUDY = next(one for one in published_studies() if one.scenario == "donor")
FIGURES = {one.group.partition(":")[2]: one for one in STUDY.figures}


def draw(n: int, seed: int, name: str = "donor"):
    design = next(one for one in all_designs() if one.style == STUDY.design)
    changed = {"questions": (), "relapse_hazard": STUDY.relapse_hazard}
    return draw_cohort(
        np.random.default_rng(seed), design.model_copy(update=changed), LAW, n, scenarios()[name]
    )


@pytest.fixture(scope="module")
def pool():
    return pool_in_memory([draw(24_000, 31)], ["OS", "RFS"])


def test_adults_without_bcr_abl1_fare_as_published(pool) -> None:
    # who has a donor by chance: 53 against 45 %, by the analysis itself and within its error
    line = donor(pool, endpoints=["OS"], markers=["BCR::ABL1"]).rows.row(1, named=True)
    assert line["group"] == "absent"
    for side in ("donor", "no donor"):
        risk, n = (line[f"{name}_{side.replace(' ', '_')}"] for name in ("risk", "n"))
        error = np.sqrt(risk * (1 - risk) / n)
        assert abs(1 - risk - FIGURES[side].published) < FIGURES[side].tolerance + 3 * error
    assert line["upper_risk_difference"] < -0.05 < 0
    assert line["transplanted_no_donor"] == 0
    # most; some relapse first
    assert 0.6 < line["transplanted_donor"] < 0.9


def test_a_donor_is_chance_and_a_transplantation_is_not() -> None:
    cohort = draw(40_000, 32, "prognostic")
    latent = cohort.latent
    rows = latent.fate.in_remission
    with_donor, done = latent.has_donor[rows], np.isfinite(latent.treatment.transplant_day)[rows]
    assert with_donor[done].all()
    for risk in (latent.risks.relapse[rows], latent.disease.end_of_induction[rows]):
        spread = risk.std() / np.sqrt(with_donor.sum() * (~with_donor).mean())
        assert abs(risk[with_donor].mean() - risk[~with_donor].mean()) < 4 * spread
        assert risk[done].mean() > risk[~done].mean() + 20 * spread


def test_transplantation_that_does_nothing_is_not_seen_by_having_a_donor() -> None:
    pool = pool_in_memory([draw(4000, 33, "immortal-time")], ["RFS"])
    line = donor(pool, endpoints=["RFS"]).rows.row(0, named=True)
    assert line["lower"] < 1 < line["upper"]
    assert line["lower_risk_difference"] < 0 < line["upper_risk_difference"]
    naive = transplant(pool, endpoints=["RFS"], adjust=[]).rows
    assert naive.filter(pl.col("method") == "fixed covariate (wrong)")["upper"][0] < 0.8


def test_transplantation_is_found_to_help_only_from_1e_minus_3_on() -> None:
    # GRAALL: 0.40 where MRD was 1e-3 or more, nothing elsewhere; three trials of adults
    design = next(one for one in all_designs() if one.style == "grand")
    cohorts = [
        draw_cohort(np.random.default_rng([34, at]), design, LAW, 5000, scenarios()["prognostic"])
        for at in range(3)
    ]
    pool = pool_in_memory(cohorts, ["CIR"])
    found = transplant(
        pool, endpoints=["CIR"], adjust=["age", "wbc", "mrd"], markers=["mrd>=1e-3"],
        methods=["time-dependent covariate"],
    )  # fmt: skip
    lines = {row["group"]: row for row in found.rows.drop_nulls("marker").to_dicts()}
    assert lines["present"]["lower"] < 0.40 < lines["present"]["upper"] < 0.6
    assert lines["absent"]["lower"] < 1 < lines["absent"]["upper"]
    assert lines["interaction"]["upper"] < 0.7
    assert lines["interaction"]["n_trials"] == 3
