"""The AMLSG knowledge bank through mappings only: counts, curves and hazard ratios as in R."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chorall.analyses import incidence, prognosis
from chorall.consortium.build import build_pool
from chorall.endpoints import endpoint_times
from chorall.stats import cumulative_incidence, kaplan_meier, logrank
from chorall.tables.store import Pool

Reference = dict[tuple[str, str], float]

PRINTED = 1e-6  # reference_R.csv gives seven significant digits
YEARS = ("365.25", "1095.8", "1826.2")


def _outcomes(pool: Pool, endpoint: str) -> pl.DataFrame:
    rows = endpoint_times(pool.table("endpoint").filter(pl.col("endpoint") == endpoint))
    return rows.join(
        pool.table("patient").select("patient_id", "age_years", "wbc_10e9_per_l"), on="patient_id"
    )


def test_patients_events_and_findings_are_all_there(amlsg_pool: Pool) -> None:
    patients = dict(amlsg_pool.table("patient")["trial_id"].value_counts().iter_rows())
    assert patients == {"AMLHD98A": 627, "AMLHD98B": 173, "AMLSG0704": 740}
    events = dict(amlsg_pool.table("event")["type"].value_counts().iter_rows())
    assert {k: events[k] for k in ("death", "remission", "relapse")} == {
        "death": 904,
        "remission": 1269,
        "relapse": 619,
    }
    causes = _outcomes(amlsg_pool, "CIR")["cause"].value_counts()
    assert dict(causes.iter_rows()) == {0: 489, 1: 615, 2: 165}


@pytest.mark.parametrize(
    ("gene", "present"),
    [
        ("FLT3", 509),
        ("NPM1", 435),
        ("DNMT3A", 357),
        ("NRAS", 263),
        ("TP53", 98),
        ("SRSF2", 89),
        ("KMT2A", 79),
    ],
)
def test_genes_are_counted_under_their_hgnc_symbol(
    amlsg_pool: Pool, gene: str, present: int
) -> None:
    overall = incidence(amlsg_pool, markers=[gene], by=("overall",)).rows.row(0, named=True)
    assert (overall["n_present"], overall["n_tested"]) == (present, 1540)


def test_every_source_row_is_pooled_or_quarantined_with_a_reason(amlsg_pool: Pool) -> None:
    genetic = [e for e in amlsg_pool.manifest["deliveries"] if e["source"] == "genetic"]
    quarantine = amlsg_pool.table("quarantine")
    unclaimed = quarantine.filter(pl.col("reason") == "unclaimed").height
    assert unclaimed == 70  # the rows of the 33 sequenced samples without a clinical row
    pooled = sum(entry["n_pooled"] for entry in genetic)
    refused = quarantine.filter(pl.col("reason") == "no_rule_matched").height
    assert refused == 6  # FINAL_CALL "Q" (5) and "OK_" (1)
    assert pooled + refused + unclaimed == 3908


def test_aliases_and_the_laboratorys_spelling_are_met_in_the_mapping(amlsg_pool: Pool) -> None:
    findings = amlsg_pool.table("finding")
    assert not {"SFRS2", "MLL", "MLL2", "MLL3", "MLL5"} & set(findings["gene"])
    assert "misssense" not in set(findings["raw_text"])


def test_survival_by_trial_is_that_of_r(amlsg_pool: Pool, amlsg_reference: Reference) -> None:
    outcomes = _outcomes(amlsg_pool, "OS")
    for (trial,), rows in outcomes.group_by("trial_id"):
        curve = kaplan_meier(rows["time"].to_numpy(), (rows["cause"] == 1).to_numpy())
        for year in YEARS:
            expected = amlsg_reference["KM:OS by Study", f"Study={trial}|S({year})"]
            got = curve.at([float(year)]).survival[0]
            assert got == pytest.approx(expected, rel=PRINTED)
    test = logrank(
        outcomes["time"].to_numpy(),
        (outcomes["cause"] == 1).to_numpy(),
        outcomes["trial_id"].to_numpy(),
    )
    expected = amlsg_reference["logrank:OS by Study", "chisq"]
    assert test.chi_square == pytest.approx(expected, rel=PRINTED)


def test_relapse_free_survival_is_that_of_r(amlsg_pool: Pool, amlsg_reference: Reference) -> None:
    rows = _outcomes(amlsg_pool, "RFS")
    curve = kaplan_meier(rows["time"].to_numpy(), (rows["cause"] == 1).to_numpy())
    for year in YEARS:
        expected = amlsg_reference["KM:RFS all", f"all|S({year})"]
        assert curve.at([float(year)]).survival[0] == pytest.approx(expected, rel=PRINTED)


def test_relapse_and_death_in_remission_compete_as_in_r(
    amlsg_pool: Pool, amlsg_reference: Reference
) -> None:
    rows = _outcomes(amlsg_pool, "CIR")
    curve = cumulative_incidence(rows["time"].to_numpy(), rows["cause"].to_numpy())
    for cause in (1, 2):
        for year in YEARS:
            expected = amlsg_reference[
                "CIF:relapse(1)/death in CR(2) from CR", f"1 {cause}|t={year}"
            ]
            got = curve.at([float(year)]).cumulative_incidence[cause - 1, 0]
            assert got == pytest.approx(expected, rel=PRINTED)


def test_the_promised_hazard_ratio_of_tp53(amlsg_pool: Pool, amlsg_reference: Reference) -> None:
    result = prognosis(amlsg_pool, markers=["TP53"], endpoints=["OS"], adjust=["age_years"])
    row = result.summary.row(0, named=True)
    expected = amlsg_reference["Cox(efron):OS univariable TP53 +age10 strata Study", "TP53"]
    assert math.log(row["adjusted_hazard_ratio"]) == pytest.approx(expected, rel=PRINTED)
    assert round(row["adjusted_hazard_ratio"], 2) == 3.53
    assert (row["n_adjusted"], row["events_adjusted"]) == (1540, 904)


@pytest.mark.parametrize(
    ("marker", "name_in_r"),
    [
        ("RUNX1", "RUNX1"),
        ("ASXL1", "ASXL1"),
        ("DNMT3A", "DNMT3A"),
        ("SRSF2", "SFRS2"),
        ("KIT", "KIT"),
        ("NRAS", "NRAS"),
        ("IDH2", "IDH2"),
        ("TET2", "TET2"),
        ("PHF6", "PHF6"),
        ("STAG2", "STAG2"),
    ],
)
def test_hazard_ratios_of_sequenced_genes_are_those_of_r(
    amlsg_pool: Pool, amlsg_reference: Reference, marker: str, name_in_r: str
) -> None:
    result = prognosis(amlsg_pool, markers=[marker], endpoints=["OS"], adjust=["age_years"])
    analysis = f"Cox(efron):OS univariable {name_in_r} +age10 strata Study"
    got = math.log(result.summary["adjusted_hazard_ratio"][0])
    assert got == pytest.approx(amlsg_reference[analysis, name_in_r], rel=PRINTED, abs=1e-8)


def test_the_same_deliveries_give_the_same_bytes(
    amlsg_pool: Pool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    here = tmp_path_factory.mktemp("elsewhere") / "another-name"
    consortium = amlsg_pool.path  # a fixture: the pool was built from the same files
    assert consortium.is_dir()
    again = build_pool(Path(__file__).parent / "amlsg" / "consortium.toml", here)
    for file in sorted(amlsg_pool.path.iterdir()):
        assert (again.path / file.name).read_bytes() == file.read_bytes(), file.name


def test_curves_never_rise(amlsg_pool: Pool) -> None:
    result = prognosis(amlsg_pool, markers=["TP53"], endpoints=["OS"], adjust=["age_years"])
    for (_group,), steps in result.curves.group_by("group"):
        assert (np.diff(steps["estimate"].to_numpy()) <= 0).all()
