"""The marker scan against one coxph per marker in R, and Firth's fit against its definition."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.stats import scan_markers

# both sides iterate until rounding stops them (R: eps = 1e-14); the rest is error of summation
ITERATED = 1e-8
# R's gradient is a difference quotient
DIFFERENCED = 1e-6


def run_case(case, **options):
    patients = read_patients()
    markers = read_oracle("scan_markers").cast(pl.Float64).to_numpy()
    return scan_markers(
        markers,
        patients["time"],
        patients["event"],
        covariates=patients.select("x2", "x3"),
        strata=None if case == "plain" else patients["stratum"],
        entry_time=patients["entry_time"] if case.endswith("entry") else None,
        interaction=patients["x1"].to_numpy() == 1 if case.startswith("inter") else None,
        minimum_carriers=1,
        **options,
    )


@pytest.mark.parametrize("case", ["plain", "strata", "entry", "interaction", "interaction_entry"])
def test_a_scan_is_one_coxph_per_marker(case):
    expected = read_oracle("scan").filter(case=case)
    scan = run_case(case, firth_below=0, separated="score", tolerance=1e-11)
    for name in ("n_tested", "n_carriers", "n_events", "n_events_carriers"):
        np.testing.assert_array_equal(getattr(scan, name), expected[name])
    for ours, theirs in [
        ("log_hazard_ratio", "log_hazard_ratio"),
        ("standard_error", "standard_error"),
        ("likelihood_ratio_chi_square", "likelihood_ratio"),
        ("score_chi_square", "score"),
    ]:
        wanted = expected[theirs].cast(pl.Float64).fill_null(np.nan)
        np.testing.assert_allclose(
            getattr(scan, ours), wanted, rtol=ITERATED, atol=ITERATED, err_msg=ours
        )
    fitted = expected["log_hazard_ratio"].is_not_null().to_numpy()
    np.testing.assert_array_equal(scan.method == "likelihood", fitted)
    assert fitted.sum() >= 20


@pytest.mark.parametrize(("case", "below"), [("strata", 12), ("entry", 12), ("interaction", 15)])
def test_rare_markers_get_the_maximum_of_the_penalised_likelihood(case, below):
    expected = read_oracle("scan").filter(case=case)
    scan = run_case(case, firth_below=below)
    rare = expected["firth_log_hazard_ratio"].is_not_null().to_numpy()
    assert rare.sum() >= 4
    assert (scan.method[rare] == "firth").all()
    for ours, theirs in [
        ("log_hazard_ratio", "firth_log_hazard_ratio"),
        ("standard_error", "firth_standard_error"),
        ("likelihood_ratio_chi_square", "firth_likelihood_ratio"),
    ]:
        wanted = expected[theirs].cast(pl.Float64).fill_null(np.nan).to_numpy()[rare]
        np.testing.assert_allclose(
            getattr(scan, ours)[rare], wanted, rtol=DIFFERENCED, atol=DIFFERENCED, err_msg=ours
        )
