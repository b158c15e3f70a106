import math

import numpy as np
import polars as pl
import pytest

from chorall.analyses.prognosis import prognosis
from chorall.errors import DataError, InputError
from chorall.stats import (
    adjust_p_values,
    cumulative_incidence,
    fit_cox,
    kaplan_meier,
    logrank,
)  # fmt: skip

HORIZON_DAYS = 2 * 365.25


@pytest.fixture
def result(make_pool, consortium):
    return prognosis(make_pool(**consortium), horizon_years=2.0, adjust=["age", "sex", "wbc"])


@pytest.fixture
def joined(consortium):
    """One row per patient and endpoint, with everything the kernels need."""
    wide = consortium["statuses"].pivot("marker", index="patient_id", values="status")
    return (
        consortium["outcomes"]
        .join(consortium["patients"], on="patient_id")
        .join(wide, on="patient_id")
    )


def line(result, marker, endpoint):
    return result.summary.row(
        by_predicate=(pl.col("marker") == marker) & (pl.col("endpoint") == endpoint), named=True
    )


def test_six_patients_by_hand(make_pool):
    """Present die at 1, 2 and 3; absent die at 4, and are followed to 2000 and 2000."""
    ids = [f"P{i}" for i in range(6)]
    pool = make_pool(
        patients=pl.DataFrame({"patient_id": ids, "trial_id": "A"}),
        statuses=pl.DataFrame(
            {"patient_id": ids, "marker": "X", "status": ["present"] * 3 + ["absent"] * 3}
        ),
        outcomes=pl.DataFrame({
            "patient_id": ids,
            "endpoint": "OS",
            "time": [1, 2, 3, 4, 2000, 2000],
            "cause": [1, 1, 1, 1, 0, 0],
        }),
    )  # fmt: skip
    result = prognosis(pool, endpoints=["OS"], adjust=[])
    row = line(result, "X", "OS")
    assert (row["n_present"], row["events_present"], row["estimate_present"]) == (3, 3, 0.0)
    assert (row["n_absent"], row["events_absent"]) == (3, 1)
    assert row["estimate_absent"] == pytest.approx(2 / 3)
    assert row["hazard_ratio"] is row["logrank_p_value"] is None
    assert row["note"] == "only 3 patients with the marker"
    steps = result.curves.filter(group="present")
    assert steps["time_years"].to_list() == pytest.approx([0, 1 / 365.25, 2 / 365.25, 3 / 365.25])
    assert steps["estimate"].to_list() == pytest.approx([1, 2 / 3, 1 / 3, 0])
    absent = result.at_risk.filter(group="absent")
    assert absent["n_at_risk"].to_list() == [3, 2, 2, 2, 2, 2]
    assert absent["n_events"].to_list() == [0, 1, 1, 1, 1, 1]
    assert absent["n_censored"].to_list() == [0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("marker", ["TP53", "IKZF1_del"])
def test_counts_are_of_patients_with_the_endpoint(result, joined, marker):
    os = joined.filter(endpoint="OS")
    row = line(result, marker, "OS")
    assert row["n_patients"] == 400
    assert row["n_present"] == os.filter(pl.col(marker) == "present").height
    assert row["n_absent"] == os.filter(pl.col(marker) == "absent").height
    assert row["n_unknown"] == 400 - row["n_present"] - row["n_absent"]
    assert row["events_present"] == os.filter(pl.col(marker) == "present", cause=1).height
    assert row["n_trials"] == 3


def test_survival_at_the_horizon_is_that_of_the_kernel(result, joined):
    os = joined.filter(pl.col("TP53") == "present", endpoint="OS")
    at = kaplan_meier(os["time"], os["cause"] == 1).at(HORIZON_DAYS)
    row = line(result, "TP53", "OS")
    assert row["estimate_present"] == at.survival[0]
    assert (row["lower_present"], row["upper_present"]) == (at.lower[0], at.upper[0])


def test_a_competing_endpoint_reads_cumulative_incidence_and_draws_both_causes(result, joined):
    cir = joined.filter(pl.col("TP53") == "absent", endpoint="CIR")
    at = cumulative_incidence(cir["time"], cir["cause"]).at(HORIZON_DAYS)
    row = line(result, "TP53", "CIR")
    assert row["estimate_absent"] == at.cumulative_incidence[0, 0]
    assert (row["lower_absent"], row["upper_absent"]) == (at.lower[0, 0], at.upper[0, 0])
    causes = result.curves.filter(endpoint="CIR", marker="TP53")["cause"].unique().sort()
    assert causes.to_list() == [1, 2]
    assert result.curves.filter(endpoint="OS")["cause"].unique().to_list() == [1]


@pytest.mark.parametrize("endpoint", ["OS", "CIR"])
def test_test_and_hazard_ratio_are_stratified_and_cause_specific(result, joined, endpoint):
    tested = joined.filter(pl.col("TP53").is_in(["present", "absent"]), endpoint=endpoint)
    event, present = tested["cause"] == 1, (tested["TP53"] == "present").to_numpy()
    strata = tested["trial_id"].to_numpy()
    test = logrank(tested["time"], event, present, strata=strata)
    fit = fit_cox(present[:, None].astype(float), tested["time"], event, strata=strata)
    row = line(result, "TP53", endpoint)
    assert row["logrank_chi_square"] == pytest.approx(test.chi_square)
    assert row["logrank_p_value"] == pytest.approx(test.p_value)
    assert row["hazard_ratio"] == pytest.approx(fit.hazard_ratio[0])
    assert (row["lower"], row["upper"]) == pytest.approx((fit.lower[0], fit.upper[0]))
    assert row["p_value"] == pytest.approx(fit.p_value[0])


def fit_adjusted(tested, strata=None):
    x = np.column_stack([
        tested["TP53"] == "present",
        tested["age_years"],
        tested["sex"] == "male",
        np.log2(tested["wbc_10e9_per_l"].to_numpy() + 0.1),
    ]).astype(float)  # fmt: skip
    return fit_cox(x, tested["time"], tested["cause"] == 1, strata=strata)


def test_the_adjusted_model_is_the_kernel_on_complete_cases(result, joined):
    tested = joined.filter(
        pl.col("TP53").is_in(["present", "absent"]),
        pl.col("age_years").is_not_null(),
        endpoint="EFS",
    )
    fit = fit_adjusted(tested, tested["trial_id"].to_numpy())
    row = line(result, "TP53", "EFS")
    assert row["adjusted_hazard_ratio"] == pytest.approx(fit.hazard_ratio[0])
    assert row["adjusted_lower"] == pytest.approx(fit.lower[0])
    assert row["adjusted_upper"] == pytest.approx(fit.upper[0])
    assert row["adjusted_p_value"] == pytest.approx(fit.p_value[0])
    assert row["n_adjusted"] == tested.height < row["n_present"] + row["n_absent"]
    assert row["events_adjusted"] == (tested["cause"] == 1).sum()
    assert result.adjusted_for == ("age_years", "sex", "log2 wbc_10e9_per_l")


def test_by_trial_is_the_adjusted_model_within_the_trial(result, joined):
    tested = joined.filter(pl.col("TP53").is_in(["present", "absent"]), endpoint="OS", trial_id="B")
    fit = fit_adjusted(tested.drop_nulls("age_years"))
    (row,) = result.by_trial.filter(marker="TP53", endpoint="OS", trial_id="B").to_dicts()
    assert row["n_present"] == tested.filter(TP53="present").height
    assert row["events_absent"] == tested.filter(TP53="absent", cause=1).height
    assert row["hazard_ratio"] == pytest.approx(fit.hazard_ratio[0])
    assert result.by_trial.height == 2 * 3 * 3


def test_q_values_are_adjusted_over_the_markers_of_one_endpoint(result):
    for endpoint in ("OS", "EFS", "CIR"):
        rows = result.summary.filter(endpoint=endpoint)
        expected = adjust_p_values(rows["adjusted_p_value"])
        assert rows["q_value"].to_list() == pytest.approx(expected.tolist())


def test_the_not_tested_have_a_curve_of_their_own(result):
    groups = result.curves.filter(marker="TP53", endpoint="OS")["group"]
    assert groups.unique().sort().to_list() == ["absent", "not tested", "present"]


def test_without_covariates_adjusted_equals_unadjusted(make_pool, consortium):
    row = line(prognosis(make_pool(**consortium), adjust=[]), "TP53", "OS")
    assert row["adjusted_hazard_ratio"] == row["hazard_ratio"]
    assert row["n_adjusted"] == row["n_present"] + row["n_absent"]


def test_trials_restricts_to_the_named_trials(make_pool, consortium):
    result = prognosis(make_pool(**consortium), trials=["C"], markers=["TP53"], endpoints=["OS"])
    assert result.by_trial["trial_id"].to_list() == ["C"]
    n = consortium["patients"].filter(trial_id="C").height
    assert result.summary["n_patients"].to_list() == [n]


def test_progress_is_told_after_each_comparison(make_pool, consortium):
    told = []
    prognosis(make_pool(**consortium), progress=lambda done, total: told.append((done, total)))
    assert told == [(i, 6) for i in range(1, 7)]


def test_a_result_can_be_written_as_plain_values(result):
    written = result.to_dict()
    assert written["analysis"] == "prognosis"
    whole = [r for r in written["rows"] if r["model"] == "two_stage" and r["adjust"] == "none"]
    assert [(r["marker"], r["endpoint"]) for r in whole] == [
        (marker, endpoint) for marker in ("IKZF1_del", "TP53") for endpoint in ("OS", "EFS", "CIR")
    ]
    assert not any(
        isinstance(v, float) and math.isnan(v) for r in written["rows"] for v in r.values()
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"markers": ["TP35"]}, "did you mean `TP53`"),
        ({"endpoints": ["os"]}, "did you mean `OS`"),
        ({"adjust": ["agee"]}, "did you mean `age`"),
        ({"trials": ["Z"]}, "Known: "),
        ({"horizon_years": 0}, "horizon_years"),
        ({"conf_level": 95}, "conf_level"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(make_pool, consortium, arguments, message):
    with pytest.raises(InputError, match=message):
        prognosis(make_pool(**consortium), **arguments)


def test_trials_with_different_clocks_are_not_pooled(make_pool, consortium):
    trials = pl.DataFrame({
        "trial_id": ["A", "B", "C"],
        "time_zero": ["diagnosis", "registration", "diagnosis"],
    })  # fmt: skip
    pool = make_pool(**consortium, others={"trial": trials})
    with pytest.raises(DataError, match=r"OS: A diagnosis, B registration, C diagnosis"):
        prognosis(pool)
    assert prognosis(pool, trials=["A", "C"]).summary.height == 6
    # CIR counts from remission, which is the same day whatever day 0 is
    assert prognosis(pool, endpoints=["CIR"]).summary.height == 2
