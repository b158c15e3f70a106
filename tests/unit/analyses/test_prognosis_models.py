"""Stable rows, grades, continuous markers, transplantation and warnings on small pools."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from chorall.analyses.effect_batch import fit_effects
from chorall.analyses.marker_effect import fit_effect
from chorall.analyses.prognosis import prognosis
from chorall.errors import DataError, InputError
from chorall.stats import fit_cox

PROMISED = {
    "marker", "endpoint", "model", "adjust", "trial", "n", "n_events", "n_present",
    "hazard_ratio", "lower", "upper", "p_value", "q_value", "i2", "tau2",
    "prediction_lower", "prediction_upper", "grade", "warnings",
}  # fmt: skip


@pytest.fixture
def transplants(consortium):
    """Every third patient with a remission, on day 150."""
    chosen = consortium["outcomes"].filter(pl.col("endpoint") == "OS", pl.col("time") > 200)
    return (
        chosen.gather_every(3)
        .join(consortium["patients"], on="patient_id")
        .select("patient_id", "trial_id", n=pl.lit(1), day=pl.lit(150))
        .with_columns(remission_status=pl.lit("first_remission"))
    )


def test_the_stable_rows_have_the_promised_names_and_one_line_of_each(make_pool, consortium):
    result = prognosis(make_pool(**consortium), endpoints=["OS", "CIR"])
    rows = result.to_dict()["rows"]
    assert set(rows[0]) >= PROMISED
    keys = [(r["marker"], r["endpoint"], r["model"], r["adjust"], r["trial"]) for r in rows]
    assert len(keys) == len(set(keys))
    models = {row["model"] for row in rows}
    assert {"cox", "two_stage", "fine_gray", "cox_early", "cox_late", "age_per_decade"} <= models
    fine_gray = [row for row in rows if row["model"] == "fine_gray"]
    assert {row["endpoint"] for row in fine_gray} == {"CIR"}
    for row in rows:
        graded = row["model"] in {"cox", "two_stage"} and row["trial"] is None
        assert (row["grade"] is not None) == graded


def test_the_two_stages_are_made_of_the_trials_and_counted_with_them(make_pool, consortium):
    result = prognosis(make_pool(**consortium), endpoints=["OS"], markers=["TP53"])
    adjusted = result.rows.filter(pl.col("adjust") != "none")
    trials = adjusted.filter(pl.col("model") == "cox", pl.col("trial").is_not_null())
    (pooled,) = adjusted.filter(model="two_stage").to_dicts()
    assert sorted(trials["trial"]) == ["A", "B", "C"]
    assert pooled["n"] == trials["n"].sum()
    assert pooled["n_trials"] == 3
    low, high = trials["log_hazard_ratio"].min(), trials["log_hazard_ratio"].max()
    assert low < pooled["log_hazard_ratio"] < high
    assert pooled["prediction_lower"] <= pooled["lower"] * (1 + 1e-12) < pooled["upper"]
    assert result.leave_one_out.height == 3


def test_a_batch_gives_every_marker_what_a_single_fit_gives_it(make_pool, consortium):
    """Twelve markers of all kinds: common, rare, without events, constant, equal to a covariate."""
    from chorall.analyses.endpoint_choice import read_cohorts
    from chorall.models.design_matrix import Term

    pool = make_pool(**consortium)
    terms = (Term("age_years", "numeric"), Term("sex", "categorical"))
    (cohort,) = read_cohorts(pool, ("CIR",), pool.table("patient"), pool.trials, terms)
    rng = np.random.default_rng(4)
    n = len(cohort.time)
    shares = [0.5, 0.3, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005]
    columns = [rng.random(n) < share for share in shares]
    columns += [(rng.random(n) < 0.2) & ~cohort.event, np.ones(n, bool), cohort.trial == 0]
    columns += [cohort.covariates.values[:, 1] == 1]
    groups = np.column_stack(columns).astype(np.int8)
    groups[rng.random(groups.shape) < 0.2] = -1
    names = [f"M{number}" for number in range(len(columns))]
    everybody = np.ones(n, bool)
    fitted = 0
    for adjusted in (False, True):
        batch = fit_effects(cohort, groups, everybody, markers=names, adjusted=adjusted)
        for place, name in enumerate(names):
            alone = fit_effect(
                cohort, groups[:, place], everybody, marker=name, adjusted=adjusted, conf_level=0.95
            )
            assert batch.notes[place] == alone.note
            assert (batch.n[place], batch.n_events[place]) == (alone.n_used, alone.n_events)
            given = alone.term is not None
            assert given == np.isfinite(batch.log_hazard_ratio[place])
            if alone.term is not None:
                fitted += 1
                assert batch.log_hazard_ratio[place] == pytest.approx(
                    alone.term.log_hazard_ratio, abs=1e-7
                )
                assert batch.standard_error[place] == pytest.approx(
                    alone.term.standard_error, rel=1e-6
                )
    assert fitted >= 10


def test_few_carriers_get_the_penalised_likelihood_and_it_is_said(make_pool, consortium):
    few = [f"P{i:03d}" for i in range(0, 35, 5)]
    statuses = (
        consortium["statuses"]
        .filter(marker="TP53")
        .with_columns(
            status=pl.when(pl.col("patient_id").is_in(few))
            .then(pl.lit("present"))
            .otherwise(pl.lit("absent"))
        )
    )
    pool = make_pool(**consortium | {"statuses": statuses})
    result = prognosis(pool, endpoints=["OS"], adjust=[])
    (row,) = result.summary.to_dicts()
    assert row["note"] == "7 patients on the smaller side: Firth's likelihood"
    frame = (
        consortium["outcomes"]
        .filter(endpoint="OS")
        .join(consortium["patients"], on="patient_id")
        .sort("patient_id")
    )
    present = frame["patient_id"].is_in(few).to_numpy().astype(float)
    fit = fit_cox(
        present[:, None], frame["time"], frame["cause"] == 1, strata=frame["trial_id"], firth=True
    )
    assert row["hazard_ratio"] == pytest.approx(fit.hazard_ratio[0], rel=1e-6)


def test_a_model_with_more_covariates_than_events_allow_is_not_given(make_pool, consortium):
    outcomes = consortium["outcomes"].with_columns(
        cause=pl.when(pl.int_range(pl.len()) % 60 == 0).then(1).otherwise(0)
    )
    result = prognosis(
        make_pool(**consortium | {"outcomes": outcomes}), markers=["TP53"], endpoints=["OS"]
    )
    (row,) = result.summary.to_dicts()
    assert row["adjusted_hazard_ratio"] is None
    assert "events per variable are too few to adjust" in row["note"]
    assert row["grade"] == "not assessable"


@pytest.mark.parametrize(
    "word", ["wbc>50", "wbc >= 100", "cut:wbc", "optimal_cutpoint(mrd)", "maxstat(wbc)"]
)
def test_a_cut_point_is_refused_with_what_to_ask_instead(make_pool, consortium, word):
    with pytest.raises(InputError, match="stay continuous") as refused:
        prognosis(make_pool(**consortium), markers=[word])
    assert "per doubling" in str(refused.value)


def test_the_white_cell_count_stays_continuous(make_pool, consortium):
    result = prognosis(
        make_pool(**consortium), markers=["wbc", "TP53"], endpoints=["OS"], adjust=["sex"]
    )
    (row,) = result.rows.filter(
        pl.col("trial").is_null(), marker="wbc", model="cox", adjust="none"
    ).to_dicts()
    frame = (
        consortium["outcomes"].filter(endpoint="OS").join(consortium["patients"], on="patient_id")
    )
    x = np.log2(frame["wbc_10e9_per_l"].to_numpy() + 0.1)
    fit = fit_cox(x[:, None], frame["time"], frame["cause"] == 1, strata=frame["trial_id"])
    assert row["log_hazard_ratio"] == pytest.approx(fit.log_hazard_ratio[0], rel=1e-8)
    assert row["warnings"].startswith("per doubling; p = ")
    assert result.rows.filter(marker="wbc", model="two_stage").height == 2
    assert result.summary["marker"].to_list() == ["TP53"]


def test_mrd_is_a_level_or_none_and_waits_for_its_day(make_pool, consortium):
    ids = consortium["patients"]["patient_id"].to_list()
    trial = consortium["patients"]["trial_id"].to_list()
    quantified = [i % 3 != 0 for i in range(len(ids))]
    mrd = pl.DataFrame({
        "patient_id": ids,
        "trial_id": trial,
        "timepoint": "end_of_induction",
        "day": 33,
        "category": ["quantified" if q else "undetected" for q in quantified],
        "mrd_fraction": [10.0 ** -(1 + i % 4) if q else None for i, q in enumerate(quantified)],
    })  # fmt: skip
    pool = make_pool(**consortium, others={"mrd": mrd})
    result = prognosis(pool, markers=["TP53", "mrd"], endpoints=["OS"], adjust=["mrd"])
    assert result.adjusted_for == ("log10 mrd",)
    frame = (
        consortium["outcomes"]
        .filter(endpoint="OS")
        .join(consortium["patients"], on="patient_id")
        .join(consortium["statuses"].filter(marker="TP53"), on="patient_id")
        .join(mrd.select("patient_id", "mrd_fraction"), on="patient_id")
        .filter(pl.col("status").is_in(["present", "absent"]), pl.col("time") > 33)
    )
    level = frame["mrd_fraction"].log(10).to_numpy()
    x = np.column_stack(
        [np.isfinite(level), np.nan_to_num(level + 4), frame["status"] == "present"]
    )
    fit = fit_cox(
        x, frame["time"], frame["cause"] == 1, strata=frame["trial_id"],
        entry_time=np.full(frame.height, 33.0),
    )  # fmt: skip
    (row,) = result.summary.to_dicts()
    assert row["adjusted_hazard_ratio"] == pytest.approx(fit.hazard_ratio[-1], rel=1e-7)
    assert row["n_adjusted"] == frame.height
    (whole,) = result.rows.filter(
        pl.col("trial").is_null(), marker="mrd", model="cox", adjust="none"
    ).to_dicts()
    assert whole["n"] == sum(
        q and t > 33
        for q, t in zip(
            quantified, consortium["outcomes"].filter(endpoint="OS")["time"], strict=True
        )
    )


def test_simon_and_makuch_count_nobody_as_transplanted_before_the_day(
    make_pool, consortium, transplants
):
    pool = make_pool(**consortium, others={"transplant": transplants})
    result = prognosis(
        pool, markers=["TP53"], endpoints=["OS"], transplant="time_dependent", adjust=["sex"]
    )
    assert result.adjusted_for == ("sex", "transplant in first remission")
    curves = result.transplant_curves
    assert set(curves["method"]) == {"simon_makuch", "landmark"}
    done = curves.filter(method="simon_makuch", group="transplanted")
    assert done["n"][0] == transplants.height
    first = done.filter(pl.col("estimate") < 1)["time_years"].min()
    assert first > 150 / 365.25
    assert "time-dependent" in result.methods_text


def test_transplantation_that_nobody_recorded_is_no_covariate(make_pool, consortium):
    with pytest.raises(DataError, match="no transplantation in first remission"):
        prognosis(make_pool(**consortium), transplant="time_dependent")
    with pytest.raises(InputError, match="expected one of: ignore"):
        prognosis(make_pool(**consortium), transplant="sometimes")


def test_who_was_tested_because_of_the_event_is_warned_of(make_pool, consortium):
    event = consortium["outcomes"].filter(endpoint="OS").select("patient_id", "cause")
    rng = np.random.default_rng(8)
    statuses = consortium["statuses"].filter(marker="TP53").join(event, on="patient_id")
    kept = pl.Series(rng.random(statuses.height)) < statuses["cause"] * 0.7 + 0.2
    selected = statuses.with_columns(
        status=pl.when(kept).then("status").otherwise(pl.lit("not_tested"))
    ).drop("cause")
    result = prognosis(make_pool(**consortium | {"statuses": selected}), endpoints=["OS"])
    assert any("informative testing" in line and "TP53" in line for line in result.warnings)
    assert "tested more often in patients with the event" in result.summary["warnings"][0]
    fair = prognosis(make_pool(**consortium), endpoints=["OS"])
    assert not any("informative testing" in line for line in fair.warnings)


def test_only_estimates_are_the_same_estimates_without_curves(make_pool, consortium):
    pool = make_pool(**consortium)
    full, short = (prognosis(pool, endpoints=["OS"], detail=word) for word in ("full", "estimates"))
    assert short.curves.is_empty()
    names = ["hazard_ratio", "adjusted_hazard_ratio", "pooled_hazard_ratio", "grade", "n_present"]
    assert short.summary.select(names).equals(full.summary.select(names))


def test_the_methods_and_the_checklist_say_what_was_done(make_pool, consortium):
    result = prognosis(make_pool(**consortium), endpoints=["OS", "CIR"], horizon_years=3)
    for words in ("3 trials (A, B, C)", "read at 3 years", "Hartung and Knapp", "Fine and Gray"):
        assert words in result.methods_text
    assert result.remark["item"].to_list() == list(range(1, 21))
    known = dict(result.remark.select("item", "known").iter_rows())
    assert "400 patients of 3 trials" in known[2]
    assert known[10] == result.methods_text
    assert all(row["known"] or row["to_fill"] for row in result.remark.to_dicts())


def test_the_ratio_of_adult_to_child_is_that_of_their_hazard_ratios(make_pool, consortium):
    result = prognosis(make_pool(**consortium), markers=["TP53"], endpoints=["OS"])
    (row,) = result.summary.to_dicts()
    ratio = row["adult_hazard_ratio"] / row["child_hazard_ratio"]
    assert row["adult_to_child_ratio"] == pytest.approx(ratio)
    (child,) = result.rows.filter(model="cox_child").to_dicts()
    young = consortium["patients"].filter(pl.col("age_years") < 16)["patient_id"]
    tested = consortium["statuses"].filter(
        pl.col("status").is_in(["present", "absent"]), marker="TP53"
    )
    assert child["n"] == tested["patient_id"].is_in(young.implode()).sum()
    assert math.isfinite(row["decade_ratio"])
