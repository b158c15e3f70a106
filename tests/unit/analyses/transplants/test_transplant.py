"""Transplantation in first remission: answers side by side, refusals, and the grade."""

import numpy as np
import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool

from chorall.analyses import transplant
from chorall.errors import DataError, DefinitionError, InputError
from chorall.reports.figure_sets import draw_figures
from chorall.stats import fit_cox, kaplan_meier

DAYS = 365.25


def draw(n=1200, seed=12, *, effect=0.0, chosen=0.4):
    """Two trials; who lives long enough is transplanted between day 60 and 400."""
    rng = np.random.default_rng(seed)
    planned = np.where(rng.random(n) < chosen, rng.integers(60, 400, n), 100_000)
    before = rng.exponential(900, n)
    after = planned + rng.exponential(900 * np.exp(-effect), n)
    death = np.where(before < planned, before, after)
    follow_up = rng.uniform(1900, 4000, n)
    return pl.DataFrame({
        "patient_id": [f"P{at:04d}" for at in range(n)],
        "trial_id": rng.choice(["A", "B"], n),
        "time": np.ceil(np.minimum(death, follow_up)).astype(int),
        "cause": (death < follow_up).astype(int),
        "planned": planned,
        "status": rng.choice(["present", "absent", "not_tested"], n, p=[0.4, 0.5, 0.1]),
    })  # fmt: skip


def make_pool(path, rows, *, donor="unrelated", remission="first_remission", undated=0):
    done = rows.filter(pl.col("planned") <= pl.col("time"))
    day = pl.when(pl.int_range(pl.len()) < undated).then(None).otherwise("planned")
    table = done.select("patient_id", "trial_id", n=pl.lit(1), day=day, donor=pl.lit(donor),
                        remission_status=pl.lit(remission))  # fmt: skip
    return build_pool(
        path,
        patients=rows.select("patient_id", "trial_id"),
        statuses=rows.select("patient_id", "status", marker=pl.lit("IKZF1_del")),
        outcomes=rows.select("patient_id", "time", "cause", endpoint=pl.lit("OS")),
        others={"transplant": table},
    )


@pytest.fixture(scope="module")
def rows():
    return draw()


@pytest.fixture(scope="module")
def result(rows, tmp_path_factory):
    pool = make_pool(tmp_path_factory.mktemp("transplant") / "pool", rows)
    return transplant(pool, endpoints=["OS"], adjust=[], markers=["IKZF1_del"])


def test_the_dated_covariate_is_coxs_model_of_spans(rows, result):
    time, event = rows["time"].to_numpy().astype(float), (rows["cause"] == 1).to_numpy()
    start, trial = rows["planned"].to_numpy().astype(float), rows["trial_id"].to_numpy()
    done = start < time
    fit = fit_cox(
        np.concatenate([np.zeros(len(time)), np.ones(done.sum())])[:, None],
        np.concatenate([np.where(done, start, time), time[done]]),
        np.concatenate([event & ~done, event[done]]),
        entry_time=np.concatenate([np.zeros(len(time)), start[done]]),
        strata=np.concatenate([trial, trial[done]]),
    )
    line = result.rows.filter(method="time-dependent covariate", group="all").row(0, named=True)
    assert line["hazard_ratio"] == pytest.approx(fit.hazard_ratio[0])
    assert line["upper"] == pytest.approx(fit.upper[0])


def test_where_nothing_is_planted_only_the_wrong_answer_finds_something(result):
    by_method = {row["method"]: row for row in result.rows.filter(group="all").to_dicts()}
    for method in ("time-dependent covariate", "landmark", "sequential landmarks"):
        assert by_method[method]["lower"] < 1 < by_method[method]["upper"]
    wrong = by_method["fixed covariate (wrong)"]
    assert wrong["upper"] < 0.85
    assert "immortal time" in wrong["note"]
    assert any("the answers agree" in line for line in result.warnings)
    assert any("that is immortal time, not an effect" in line for line in result.warnings)


def test_the_landmark_risks_are_those_of_curves(rows, result):
    left = rows.filter(pl.col("time") > 180)
    line = result.rows.filter(method="landmark").row(0, named=True)
    for name, part in (
        ("risk_transplanted", left.filter(pl.col("planned") <= 180)),
        ("risk_other", left.filter(pl.col("planned") > 180)),
    ):
        curve = kaplan_meier(part["time"].to_numpy() - 180, (part["cause"] == 1).to_numpy())
        assert line[name] == pytest.approx(1 - curve.at([5 * DAYS]).survival[0])
    difference = line["risk_transplanted"] - line["risk_other"]
    assert line["risk_difference"] == pytest.approx(difference)


def test_the_curves_are_those_of_simon_and_makuch(rows, result):
    # by the definition: at risk among the transplanted only after transplantation and landmark
    start = np.maximum(rows["planned"].to_numpy(), 180).astype(float)
    time = rows["time"].to_numpy().astype(float)
    use = start < time
    curve = kaplan_meier(time[use], (rows["cause"] == 1).to_numpy()[use], entry_time=start[use]).at(
        [3 * DAYS]
    )
    drawn = result.curves.filter(pl.col("time_years") <= 3, group="transplanted")
    assert drawn["estimate"][-1] == pytest.approx(curve.survival[0], abs=0.01)


def test_the_states_add_up_to_one(result):
    for _, at in result.states.group_by("time_years"):
        assert at["probability"].sum() == pytest.approx(1)
    last = dict(result.states.filter(time_years=5.0).select("state", "probability").iter_rows())
    assert last["event after transplantation"] > 0.05


def test_the_grade_is_everywhere(result):
    grades = dict(result.rows.select("method", "evidence").iter_rows())
    assert grades.pop("donor against no donor") == "natural"
    assert set(grades.values()) == {"observational"}
    assert "observational" in result.plot().title
    assert "observational" in result._repr_html_()
    groups = result.rows.drop_nulls("marker")["group"].to_list()
    assert groups == ["absent", "present", "interaction"]
    line = result.rows.filter(group="interaction").row(0, named=True)
    assert line["n_trials"] == 2
    assert line["lower"] < 1 < line["upper"]


def test_a_planted_effect_is_found(tmp_path):
    pool = make_pool(tmp_path / "pool", draw(effect=-0.7, seed=9))
    found = transplant(pool, endpoints=["OS"], adjust=[]).rows
    line = found.filter(method="time-dependent covariate").row(0, named=True)
    assert line["lower"] < np.exp(-0.7) < line["upper"]
    assert line["upper"] < 0.8
    assert line["e_value"] > 2


def test_too_few_events_are_refused_with_the_reason(tmp_path):
    pool = make_pool(tmp_path / "pool", draw(n=300, chosen=0.02))
    found = transplant(pool, endpoints=["OS"], adjust=[]).rows
    assert found["hazard_ratio"].null_count() == found["risk_difference"].null_count()
    assert found["hazard_ratio"].null_count() == found.height
    notes = dict(found.select("method", "note").iter_rows())
    assert "does not hold who was typed" in notes.pop("donor against no donor")
    assert all("at least 10 on either side are needed" in note for note in notes.values())


def confounded(n=3000, seed=8):
    """Draw old patients who die sooner and are transplanted less; it does nothing."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(20, 60, n)
    chosen = rng.random(n) < 1 / (1 + np.exp((age - 35) / 8))
    planned = np.where(chosen, rng.integers(60, 170, n), 100_000)
    death = rng.exponential(2500 * np.exp(-(age - 40) / 15), n)
    follow_up = rng.uniform(2100, 4000, n)
    return pl.DataFrame({
        "patient_id": [f"P{at:04d}" for at in range(n)],
        "trial_id": rng.choice(["A", "B"], n),
        "age_years": age,
        "time": np.ceil(np.minimum(death, follow_up)).astype(int),
        "cause": (death < follow_up).astype(int),
        "planned": planned,
        "status": "absent",
    })  # fmt: skip


def test_overlap_weights_remove_what_was_measured(tmp_path):
    rows = confounded()
    done = rows.filter(pl.col("planned") <= pl.col("time"))
    pool = build_pool(
        tmp_path / "pool",
        patients=rows.select("patient_id", "trial_id", "age_years"),
        outcomes=rows.select("patient_id", "time", "cause", endpoint=pl.lit("OS")),
        others={"transplant": done.select(
            "patient_id", "trial_id", n=pl.lit(1), day="planned", donor=pl.lit("unrelated"),
            remission_status=pl.lit("first_remission"),
        )},
    )  # fmt: skip
    found = transplant(pool, endpoints=["OS"], adjust=["age"])
    plain = found.rows.filter(method="landmark").row(0, named=True)
    weighed = found.rows.filter(method="landmark, overlap weights").row(0, named=True)
    assert plain["upper_risk_difference"] < -0.1
    assert weighed["lower_risk_difference"] < 0 < weighed["upper_risk_difference"]
    assert weighed["lower"] < 1 < weighed["upper"]
    assert weighed["evidence"] == "observational"
    balance = found.balance.row(0, named=True)
    assert balance["covariate"] == "age_years"
    assert balance["before"] < -0.5
    assert abs(balance["after"]) < 1e-6
    figures = [figure.name for figure in draw_figures(found)]
    assert figures == ["answers-OS", "transplant-OS", "balance-OS"]
    assert all("<svg" in figure.svg() for figure in draw_figures(found))


def test_weights_without_a_covariate_are_refused(result):
    line = result.rows.filter(method="landmark, overlap weights").row(0, named=True)
    assert line["hazard_ratio"] is None
    assert "no covariate to weigh by" in line["note"]


def test_what_is_not_counted_is_said(rows, tmp_path):
    pool = make_pool(tmp_path / "pool", rows, donor=None, undated=5)
    found = transplant(pool, endpoints=["OS"], adjust=[])
    assert any("without a known donor count as allogeneic" in line for line in found.warnings)
    assert any(line.startswith("5 patients transplanted") for line in found.warnings)
    assert found.rows["n_patients"][0] == rows.height - 5


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"methods": ["clone-censor-weight"]}, DefinitionError, "chorall target-trial POOL FILE"),
        ({"methods": ["negative-control"]}, DefinitionError, "--negative-outcome"),
        ({"negative_outcomes": ["magic"]}, InputError, "is no endpoint, no marker"),
        ({"negative_exposures": ["magic"]}, DataError, "the table treatment is empty"),
        ({"markers": ["mrd>=2"]}, InputError, "fraction of cells"),
        ({"methods": ["magic"]}, InputError, "unknown method"),
        ({"donors": ["magic"]}, InputError, "unknown donor"),
        ({"donors": ["cord"]}, DataError, "nobody in the pool was transplanted"),
        ({"landmark_days": []}, InputError, "landmark_days"),
        ({"horizon_years": 0}, InputError, "horizon_years"),
    ],
)
def test_what_cannot_be_asked_is_refused(rows, tmp_path, asked, error, words):
    pool = make_pool(tmp_path / "pool", rows)
    with pytest.raises(error, match=words):
        transplant(pool, **({"endpoints": ["OS"], "adjust": []} | asked))


def test_autologous_transplantation_is_none(rows, tmp_path):
    with pytest.raises(DataError, match="of the donors in question: 0"):
        transplant(make_pool(tmp_path / "pool", rows, donor="autologous"), endpoints=["OS"])
