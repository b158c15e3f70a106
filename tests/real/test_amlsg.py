"""The AMLSG knowledge bank through mappings only: counts, curves and hazard ratios as in R."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chorall.analyses import co_occurrence, incidence, prognosis
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


def test_tp53_is_replicated_and_pooled_as_in_metafor(amlsg_pool: Pool) -> None:
    """R: coxph(Surv(time, event) ~ age_years + TP53) in each trial, then rma(REML, knha)."""
    result = prognosis(amlsg_pool, markers=["TP53"], endpoints=["OS"], adjust=["age_years"])
    row = result.summary.row(0, named=True)
    found = [row[f"pooled_{name}"] for name in ("hazard_ratio", "lower", "upper")]
    assert found == pytest.approx([3.54284227, 2.87950950, 4.35898245], rel=1e-7)
    assert (row["i2"], row["grade"], row["n_pooled"]) == (0, "replicated", 3)
    assert sum("in retrospect" in line for line in result.warnings) == 3


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


# R 4.2, metafor 3.8.1: rma.glmm(xi, ni, measure = "PLO", nAGQ = 25, test = "t"), I2 / 100; lme4's
# glmer(cbind(x, n - x) ~ 1 + (1 | study), binomial, nAGQ = 25) gives the same seven digits
POOLED = [
    ("FLT3", 0.3221013, 0.2301564, 0.4302491, 0.0207658, 0.6722220),
    ("TP53", 0.0672047, 0.0313087, 0.1383772, 0.0609201, 0.6326632),
    ("SRSF2", 0.0657887, 0.0165279, 0.2278539, 0.2926767, 0.8851314),
    ("NPM1", 0.2788221, 0.2141110, 0.3542745, 0.0059786, 0.3496381),
]


@pytest.mark.parametrize("expected", POOLED, ids=[row[0] for row in POOLED])
def test_frequencies_are_pooled_as_by_rma_glmm(
    amlsg_pool: Pool, expected: tuple[str, float, float, float, float, float]
) -> None:
    gene, *numbers = expected
    row = incidence(amlsg_pool, markers=[gene], by=("overall",)).rows.row(0, named=True)
    found = [row[name] for name in ("proportion", "lower", "upper", "tau2", "i2")]
    assert found == pytest.approx(numbers, rel=1e-4)


def test_frequencies_of_each_trial_are_counted(amlsg_pool: Pool) -> None:
    rows = incidence(amlsg_pool, markers=["SRSF2"], by=("trial",)).rows.drop_nulls("trial")
    counts = {row["trial"]: (row["n_present"], row["n_tested"]) for row in rows.to_dicts()}
    assert counts == {"AMLHD98A": (24, 627), "AMLHD98B": (24, 173), "AMLSG0704": (41, 740)}
    assert rows["proportion"].to_list() == [24 / 627, 24 / 173, 41 / 740]


# R 4.2: glm(gene ~ Study + AOD, binomial), anova(test = "Rao"), and against Study + ns(AOD, df = 3)
TRENDS = [
    ("TP53", 2.23714665, 1.0831459e-08, 0.15517533),
    ("DNMT3A", 1.26054290, 0.00019030615, 2.8736417e-08),
]


@pytest.mark.parametrize("expected", TRENDS, ids=[row[0] for row in TRENDS])
def test_trends_with_age_are_those_of_glm(
    amlsg_pool: Pool, expected: tuple[str, float, float, float]
) -> None:
    gene, *numbers = expected
    row = incidence(amlsg_pool, markers=[gene], by=("overall",)).age_trend.row(0, named=True)
    found = [row[name] for name in ("odds_ratio", "p_value", "p_curved")]
    assert found == pytest.approx(numbers, rel=PRINTED)


# R 4.2: mantelhaen.test(table(a, b, Study)), p-values with exact = TRUE
PAIRS = [
    ("FLT3", "NPM1", 3.93364222, 1.1753659e-30),
    ("DNMT3A", "NPM1", 8.12777041, 4.176138e-60),
    ("NPM1", "TP53", 0.07573678, 5.1537072e-11),
]


def test_pairs_of_genes_are_those_of_mantelhaen_test(amlsg_pool: Pool) -> None:
    result = co_occurrence(amlsg_pool, markers=["FLT3", "NPM1", "DNMT3A", "TP53"])
    overall = result.rows.filter(subtype="all")
    assert overall.height == 6
    for a, b, ratio, p_value in PAIRS:
        sides = {a, b}
        row = next(row for row in overall.to_dicts() if {row["marker_a"], row["marker_b"]} == sides)
        assert row["odds_ratio"] == pytest.approx(ratio, rel=1e-7)
        assert row["p_value"] == pytest.approx(p_value, rel=1e-6)
        assert row["n_tested"] == 1540
