"""A scan of a small pool: what it gives, what it refuses to give, and in which words."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool
from unit.analyses.scan_pool import N, build_scan_pool, draw_scan_tables

import chorall as ch
from chorall.analyses.prognosis import prognosis
from chorall.analyses.scan import scan_prognosis
from chorall.analyses.scan.rules import RarityRules
from chorall.errors import InputError
from chorall.models.cox_model import fit_cox_model
from chorall.stats import adjust_p_values, pool_effects, scan_markers, shrink_effects

KEYS = {
    "marker", "endpoint", "model", "adjust", "subset", "n", "n_events", "n_present",
    "hazard_ratio", "lower", "upper", "p_value", "q_value", "q_value_by", "shrunken_hazard_ratio",
    "shrunken_lower", "shrunken_upper", "i2", "tau2", "prediction_lower", "prediction_upper",
    "warnings",
}  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return draw_scan_tables()


@pytest.fixture(scope="module")
def pool(tmp_path_factory, tables):
    return build_scan_pool(tmp_path_factory.mktemp("scan"), tables)


@pytest.fixture(scope="module")
def result(pool):
    steps: list[tuple[int, int]] = []
    found = scan_prognosis(
        pool, endpoints=["OS", "CIR"], pairs=True, subtypes=True,
        progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    assert steps[-1][0] == steps[-1][1]
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    return found


def row_of(result, marker, endpoint="OS", model="marker", subset="all"):
    rows = result.rows.filter(marker=marker, endpoint=endpoint, model=model, subset=subset)
    assert rows.height == 1
    return rows.row(0, named=True)


def test_rows_have_the_keys_that_others_rely_on(result):
    assert set(result.rows.columns) >= KEYS
    assert set(result.rows["model"]) == {"marker", "pair", "interaction", "subtype"}
    assert json.loads(json.dumps(result.to_dict()))["analysis"] == "scan"
    keys = result.rows.select("marker", "endpoint", "model", "subset")
    assert keys.n_unique() == keys.height


def test_every_marker_has_a_line_for_every_endpoint(result):
    single = result.rows.filter(model="marker")
    assert single.group_by("endpoint").len().sort("endpoint").rows() == [("CIR", 15), ("OS", 15)]


def test_a_planted_marker_is_found_and_its_effect_covered(result):
    row = row_of(result, "M0")
    assert row["q_value"] < 0.001
    assert row["lower"] < np.exp(0.9) < row["upper"]
    assert 1 < row["shrunken_hazard_ratio"] < row["hazard_ratio"]
    assert row["n_trials"] == 3
    assert row["adjust"].startswith("age_years (natural spline, 3 df), sex, log2 wbc")


def test_counts_are_of_the_tested_only(result, tables):
    status = tables["statuses"].filter(marker="M0")
    row = row_of(result, "M0")
    assert row["n"] == status.filter(pl.col("status") != "not_tested").height
    assert row["n_present"] == status.filter(status="present").height


def test_without_adjustment_it_is_the_unadjusted_figure_of_prognosis(pool):
    scanned = scan_prognosis(pool, markers=["M0", "M1"], endpoints=["OS", "CIR"], adjust=[])
    plain = prognosis(pool, markers=["M0", "M1"], endpoints=["OS", "CIR"], adjust=[])
    joined = scanned.rows.join(plain.summary, on=("marker", "endpoint"), suffix="_plain")
    assert joined.height == 4
    for name in ("hazard_ratio", "lower", "upper"):
        np.testing.assert_allclose(joined[name], joined[f"{name}_plain"], rtol=1e-7)


def test_each_model_is_a_family_of_its_own(result):
    for model in ("marker", "pair", "interaction", "subtype"):
        family = result.rows.filter(model=model)
        p_values = family["p_value"].fill_null(np.nan).to_numpy()
        for column, method in (("q_value", "BH"), ("q_value_by", "BY")):
            expected = adjust_p_values(p_values, method)
            found = family[column].fill_null(np.nan).to_numpy()
            np.testing.assert_allclose(found, expected)


def test_shrunken_figures_are_those_of_the_model_and_endpoint(result):
    family = result.rows.filter(model="marker", endpoint="CIR")
    estimate, error = (
        family[name].fill_null(np.nan).to_numpy() for name in ("log_hazard_ratio", "standard_error")
    )
    expected = shrink_effects(estimate, error)
    found = family["shrunken_hazard_ratio"].fill_null(np.nan).log().to_numpy()
    np.testing.assert_allclose(found, expected.estimate, atol=1e-12)
    assert result.priors.filter(model="marker")["n_effects"].to_list() == [14, 14]


def test_pooling_is_that_of_the_lines_by_trial(result):
    single = result.by_trial.filter(marker="M0", endpoint="OS")
    assert single.height == 3
    error = (single["upper"].log() - single["lower"].log()) / (2 * 1.959963984540054)
    pooled = pool_effects(single["hazard_ratio"].log(), error)
    row = row_of(result, "M0")
    assert row["pooled_hazard_ratio"] == pytest.approx(np.exp(pooled.estimate), rel=1e-9)
    assert row["tau2"] == pytest.approx(pooled.tau2, rel=1e-6, abs=1e-9)
    assert row["i2"] == pytest.approx(pooled.i_squared, rel=1e-6, abs=1e-9)
    assert row["prediction_upper"] == pytest.approx(np.exp(pooled.prediction_upper), rel=1e-9)


def test_a_rare_marker_is_penalised_or_not_assessable(result, pool):
    row = row_of(result, "M13")
    assert row["method"] == "firth"
    assert "fewer than 20 with it: Firth's penalised estimate" in row["warnings"]
    nothing = row_of(result, "M14")
    assert nothing["hazard_ratio"] is None
    assert nothing["q_value"] is None
    assert nothing["warnings"] == "not assessable: no patients with it; 5 needed"
    strict = scan_prognosis(pool, endpoints=["OS"], rules=RarityRules(minimum_carriers=8))
    refused = row_of(strict, "M13")
    assert refused["p_value"] is None
    assert refused["warnings"] == f"not assessable: {row['n_present']} patients with it; 8 needed"
    events = row["n_events"]
    strict = scan_prognosis(
        pool, endpoints=["OS"], markers=["M1"], rules=RarityRules(events_per_variable=200)
    )
    # three of the spline, sex, white cells, lineage and the marker
    assert "events for 7 coefficients; 1400 needed" in row_of(strict, "M1")["warnings"]
    assert events > 100


def test_saddlepoints_are_taken_for_penalised_lines_only(pool, result):
    scanned = scan_prognosis(pool, endpoints=["OS"], saddlepoint=True)
    rare, common = (row_of(scanned, marker) for marker in ("M13", "M1"))
    assert rare["p_value"] != row_of(result, "M13")["p_value"]
    assert 0 < rare["p_value"] <= 1
    assert common["p_value"] == row_of(result, "M1")["p_value"]


def test_a_pair_is_both_against_not_both_among_those_tested_for_both(result, tables):
    status = tables["statuses"].pivot(on="marker", index="patient_id", values="status")
    both = status.filter(pl.col("M0") != "not_tested", pl.col("M1") != "not_tested")
    row = row_of(result, "M0 & M1", model="pair")
    assert row["n"] == both.height
    assert row["n_present"] == both.filter(M0="present", M1="present").height
    crossed = row_of(result, "M0 x M1", model="interaction")
    assert (crossed["n"], crossed["n_present"]) == (row["n"], row["n_present"])
    assert crossed["lower"] < 1 < crossed["upper"]


def test_pairs_without_enough_in_one_of_the_four_groups_are_not_looked_at(result):
    names = set(result.rows.filter(model="pair")["marker"])
    assert not any("M13" in name or "M14" in name for name in names)
    assert len(names) == 13 * 12 // 2
    assert any("78 of 105 pairs are looked at" in line for line in result.warnings)


def test_a_subtype_is_scanned_by_itself(result, tables):
    row = row_of(result, "M0", model="subtype", subset="etv6_runx1")
    inside = tables["subtype"].filter(subtype="etv6_runx1")["patient_id"]
    status = tables["statuses"].filter(
        pl.col("patient_id").is_in(inside.to_list()), pl.col("status") != "not_tested", marker="M0"
    )
    assert row["n"] == status.height
    assert row["hazard_ratio"] > 1
    assert set(result.rows.filter(model="subtype")["subset"]) == {"etv6_runx1", "kmt2a_r"}


def test_the_same_patients_in_another_order_give_the_same_numbers(tmp_path, tables, result):
    shuffled = {name: tables[name].sample(fraction=1, shuffle=True, seed=2) for name in tables}
    again = scan_prognosis(build_scan_pool(tmp_path, shuffled), endpoints=["OS", "CIR"])
    names = ["marker", "endpoint", "p_value", "tau2", "shrunken_upper"]
    expected = result.rows.filter(model="marker").select(names)
    assert (
        again.rows.select(names)
        .sort("endpoint", "marker")
        .equals(expected.sort("endpoint", "marker"))
    )


def test_a_covariate_level_without_events_leaves_the_others_alone(tmp_path, tables):
    patients = (
        tables["patients"]
        .with_row_index()
        .with_columns(
            sex=pl.when(pl.col("index") < 2).then(pl.lit("other")).otherwise(pl.col("sex"))
        )
    )
    ids = patients["patient_id"][:2].to_list()
    outcomes = tables["outcomes"].with_columns(
        cause=pl.when(pl.col("patient_id").is_in(ids)).then(0).otherwise(pl.col("cause"))
    )
    found = scan_prognosis(
        build_scan_pool(tmp_path, tables, patients=patients.drop("index"), outcomes=outcomes),
        endpoints=["OS"], markers=["M0"],
    )  # fmt: skip
    assert row_of(found, "M0")["hazard_ratio"] > 1.5


def test_few_events_make_age_linear_and_none_make_nothing(tmp_path, tables):
    outcomes = tables["outcomes"].with_columns(
        happened=pl.col("cause").cum_sum().over("endpoint", order_by="patient_id")
    )
    few = outcomes.with_columns(
        cause=pl.when(pl.col("happened") <= 40).then(pl.col("cause")).otherwise(0)
    )
    rows = scan_prognosis(
        build_scan_pool(tmp_path / "a", tables, outcomes=few), endpoints=["OS"]
    ).rows
    assert rows["adjust"].unique().to_list() == ["age_years, sex, log2 wbc_10e9_per_l, lineage"]
    none = outcomes.with_columns(cause=0)
    rows = scan_prognosis(
        build_scan_pool(tmp_path / "b", tables, outcomes=none), endpoints=["OS"]
    ).rows
    assert rows["p_value"].null_count() == rows.height
    assert rows["warnings"].str.starts_with("not assessable: ").all()


def test_delayed_entry_and_splines_are_those_of_a_single_model(tmp_path, tables):
    everyone = tables["statuses"].with_columns(
        status=pl.when(pl.col("status") == "present")
        .then(pl.lit("present"))
        .otherwise(pl.lit("absent"))
    )
    late = tables["outcomes"].with_columns(
        entry_day=pl.when(pl.int_range(pl.len()) % 4 == 0).then(pl.col("time") // 2).otherwise(0)
    )
    pool = build_scan_pool(tmp_path, tables, statuses=everyone, outcomes=late)
    found = row_of(scan_prognosis(pool, endpoints=["CIR"], markers=["M0"]), "M0", "CIR")
    carriers = everyone.filter(marker="M0").select("patient_id", M0=pl.col("status") == "present")
    frame = (
        late.filter(endpoint="CIR")
        .join(tables["patients"], on="patient_id")
        .join(carriers, on="patient_id")
        .with_columns(
            event=pl.col("cause") == 1,
            entry_time=pl.col("entry_day").cast(float),
            time=pl.col("time").cast(float),
        )
    )
    formula = "M0 + ns(age_years, df=3) + sex + log2(wbc_10e9_per_l) + lineage"
    single = fit_cox_model(frame, terms=formula, strata="trial_id")
    term = next(term for term in single.terms if term.term == "M0")
    assert found["n"] == single.n_used == N
    assert found["log_hazard_ratio"] == pytest.approx(term.log_hazard_ratio, rel=1e-6)
    assert found["standard_error"] == pytest.approx(term.standard_error, rel=1e-6)


def test_a_pool_without_what_is_asked_for_gives_no_lines(pool):
    found = scan_prognosis(pool, markers=[], endpoints=["OS"])
    assert found.rows.height == found.by_trial.height == 0
    assert set(found.rows.columns) >= KEYS


def test_a_trial_without_a_covariate_takes_no_part(tmp_path, tables):
    patients = tables["patients"].with_columns(
        wbc_10e9_per_l=pl.when(pl.col("trial_id") != "B").then(pl.col("wbc_10e9_per_l"))
    )
    found = scan_prognosis(
        build_scan_pool(tmp_path, tables, patients=patients), endpoints=["OS"], markers=["M0"]
    )
    assert row_of(found, "M0")["n_trials"] == 2
    line = found.by_trial.filter(trial="B").row(0, named=True)
    assert line["n"] == 0
    assert line["warnings"] == "not assessable: nobody with all covariates known was tested"
    assert any("missing for all" in warning and "trial B" in warning for warning in found.warnings)


def test_more_covariates_than_the_kernel_takes_are_refused_in_words(tmp_path, tables):
    bands = [f"{year}-{year + 4}" for year in range(1900, 2060, 5)]
    patients = tables["patients"].with_columns(
        year_band=pl.Series([bands[place % len(bands)] for place in range(N)])
    )
    pool = build_scan_pool(tmp_path, tables, patients=patients)
    with pytest.raises(InputError, match="`adjust` gives 31 coefficients; a scan takes 29"):
        scan_prognosis(pool, endpoints=["OS"], adjust=["year_band"])
    with pytest.raises(InputError, match="29 at most"):
        scan_markers(np.eye(40)[:, :1], np.arange(40), [True] * 40, covariates=np.eye(40)[:, :30])


def test_what_does_not_exist_is_refused(pool):
    with pytest.raises(InputError, match="unknown marker"):
        scan_prognosis(pool, markers=["M99"], endpoints=["OS"])
    with pytest.raises(InputError, match="unknown covariate"):
        scan_prognosis(pool, adjust=["weight"], endpoints=["OS"])
    with pytest.raises(InputError, match="conf_level"):
        scan_prognosis(pool, conf_level=95, endpoints=["OS"])
    with pytest.raises(InputError, match="`minimum_carriers` is 0; expected 1 or more"):
        RarityRules(minimum_carriers=0)


def test_it_draws_itself(result):
    assert ch.scan_prognosis is scan_prognosis
    import chorall.reports  # noqa: F401

    assert "volcano-marker" in result.plot().name
    assert "Scan" in result._repr_html_()


def test_a_pair_needs_patients_with_neither(tmp_path, tables):
    """Who lacks the one has the other: nobody shows what it is like to have neither."""
    place = pl.col("patient_id").str.slice(1).cast(pl.Int64)
    statuses = tables["statuses"].filter(pl.col("marker").is_in(["M0", "M1"]))
    has = pl.when(pl.col("marker") == "M0").then(place < 460).otherwise(place >= 440)
    statuses = statuses.with_columns(
        status=pl.when(has).then(pl.lit("present")).otherwise(pl.lit("absent"))
    )
    pool = build_scan_pool(tmp_path, tables, statuses=statuses)
    found = scan_prognosis(pool, endpoints=["OS"], pairs=True)
    assert found.rows["model"].unique().to_list() == ["marker"]
    assert any("0 of 1 pairs are looked at" in line for line in found.warnings)


def test_residual_disease_is_refused_as_a_covariate(pool):
    with pytest.raises(InputError, match="look into the future"):
        scan_prognosis(pool, markers=["M0"], endpoints=["OS"], adjust=["age", "mrd"])


@pytest.mark.parametrize(
    ("share", "claim"), [((1.0, 1.0), "replicated"), ((1.0, 0.0), "exploratory")]
)
def test_a_term_of_two_markers_is_exploratory_unless_two_trials_show_it(tmp_path, share, claim):
    # both lesions together are bad, in two trials or in one of them
    rng, n = np.random.default_rng(3), 1600
    a, b = rng.random((2, n)) < 0.5
    trial = np.arange(n) % 2
    hazard = 3.0 ** (np.where(trial == 0, *share) * (a & b)) / 1500
    death, seen = rng.exponential(1 / hazard), rng.uniform(1500, 3500, n)
    frame = pl.DataFrame({
        "patient_id": [f"P{at:04d}" for at in range(n)],
        "trial_id": np.where(trial == 0, "A", "B"),
        "time": np.ceil(np.minimum(death, seen)).astype(int),
        "cause": (death < seen).astype(int),
    })  # fmt: skip
    statuses = [
        frame.select("patient_id", marker=pl.lit(marker), status=pl.Series(words))
        for marker, words in (
            ("M0", np.where(a, "present", "absent")), ("M1", np.where(b, "present", "absent")),
        )
    ]  # fmt: skip
    pool = build_pool(
        tmp_path / "pool",
        patients=frame.select("patient_id", "trial_id"),
        statuses=pl.concat(statuses),
        outcomes=frame.select("patient_id", "time", "cause", endpoint=pl.lit("OS")),
    )
    found = scan_prognosis(pool, endpoints=["OS"], adjust=[], pairs=True).rows
    claims = dict(found.select("model", "claim").unique().iter_rows())
    assert claims["marker"] is None
    assert claims["pair"] == claims["interaction"] == claim
