"""Target trials: the file, who is eligible, what is planted, refusals, the negative control."""

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool
from unit.stats.test_cloned_strategies import draw

from chorall.analyses import target_trial
from chorall.analyses.target_trials.definition import TargetTrial, read_target_trial
from chorall.cli import main
from chorall.errors import DataError, DefinitionError, InputError
from chorall.reports.figure_sets import draw_figures
from chorall.stats import compare_cloned_strategies

DAYS = 365.25
STATED = {
    "name": "made up",
    "endpoint": "OS",
    "horizon_years": 4,
    "strategies": [{"name": "by day 180", "start_by_day": 180}, {"name": "none", "never": True}],
    "confounders": {"adjust": ["age"]},
    "settings": {"resamples": 50},
}
PAGE = Path(__file__).parents[4] / "docs/target_trial.md"


def state(**changes):
    return TargetTrial.model_validate(STATED | changes)


def make_pool(path, n=1000, seed=3, *, effect=-0.7, control=None, **others):
    """Pool patients of whom the old start sooner."""
    data = draw(n, seed, effect=effect)
    rng = np.random.default_rng(seed)
    rows = pl.DataFrame({
        "patient_id": [f"P{at:05d}" for at in range(n)],
        "trial_id": rng.choice(["A", "B"], n),
        "age_years": 45 + 8 * data["x"][:, 0],
        "time": data["time"].astype(int),
        "cause": data["cause"],
        "start": data["start"],
    })  # fmt: skip
    done = rows.filter(pl.col("start") < pl.col("time"))
    outcomes = [rows.select("patient_id", "time", "cause", endpoint=pl.lit("OS"))]
    if control is not None:
        outcomes.append(control(rows))
    return rows, build_pool(
        path,
        patients=rows.select("patient_id", "trial_id", "age_years"),
        outcomes=pl.concat(outcomes),
        others={
            "transplant": done.select(
                "patient_id", "trial_id", n=pl.lit(1), day=pl.col("start").cast(pl.Int64),
                remission_status=pl.lit("first_remission"),
            ),
            **others,
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_pool(tmp_path_factory.mktemp("target") / "pool")


@pytest.fixture(scope="module")
def found(made):
    return target_trial(made[1], state())


def test_the_page_states_a_sound_target_trial(tmp_path):
    text = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL).group(1)
    (tmp_path / "t.toml").write_text(text, "utf-8")
    read = read_target_trial(tmp_path / "t.toml")
    assert read.strategies[0].window == (0, 180)
    assert read.strategies[1].window is None
    assert read.endpoint == tomllib.loads(text)["endpoint"]


def test_figures_are_those_of_the_kernel(made, found):
    rows, _ = made
    line = found.rows.row(0, named=True)
    trial = (rows["trial_id"] == "B").to_numpy()
    expected = compare_cloned_strategies(
        np.column_stack([rows["age_years"], trial]), rows["time"], rows["cause"], rows["start"],
        windows=[(0, 180), None], horizon=4 * DAYS, interval=10,
    )  # fmt: skip
    assert line["method"] == "clone-censor-weight"
    assert line["risk_difference"] == pytest.approx(expected.risk_difference)
    assert line["years_gained"] == pytest.approx(expected.time_gained / DAYS)
    assert line["lower_risk_difference"] < line["risk_difference"] < line["upper_risk_difference"]


def test_a_planted_effect_is_found_that_the_landmark_sees_too(found):
    clones, sequence = found.rows.to_dicts()
    assert clones["upper_risk_difference"] < -0.05
    assert clones["years_gained"] > 0.2
    assert sequence["method"] == "sequential landmarks"
    assert sequence["lower"] < np.exp(-0.7) < sequence["upper"]
    assert sequence["upper"] < 0.85
    assert {clones["evidence"], sequence["evidence"]} == {"observational"}


def test_the_flow_adds_up_and_the_weights_balance(made, found):
    steps = dict(found.flow.iter_rows())
    assert steps.pop("patients of the trials") == 1000
    eligible = steps.pop("eligible, confounders known")
    assert sum(steps.values()) + eligible == 1000
    assert found.rows["n_eligible"][0] == eligible
    line = found.balance.row(0, named=True)
    assert line["covariate"] == "age_years"
    assert abs(line["before"]) > 0.2
    assert abs(line["after"]) < abs(line["before"]) / 2


def test_strategies_turned_round_turn_the_signs(made, found):
    turned = target_trial(made[1], state(strategies=STATED["strategies"][::-1]))
    one, other = found.rows.to_dicts(), turned.rows.to_dicts()
    assert one[0]["risk_difference"] == pytest.approx(-other[0]["risk_difference"])
    assert one[1]["hazard_ratio"] == pytest.approx(1 / other[1]["hazard_ratio"])
    assert one[1]["lower"] == pytest.approx(1 / other[1]["upper"])


def test_eligibility_is_applied_and_counted(made):
    rows, pool = made
    chosen = {"age_years": [30, 50], "trials": ["A"]}
    found = target_trial(pool, state(eligibility=chosen))
    expected = rows.filter(pl.col("age_years").is_between(30, 50, closed="left"), trial_id="A")
    assert found.rows["n_eligible"][0] == expected.height
    assert "not 30 to below 50 years old" in found.flow["step"].to_list()


def test_residual_disease_that_is_left_open_makes_nobody_eligible(tmp_path):
    def sample(rows):
        kinds = pl.DataFrame({
            "category": ["quantified", "quantified", "undetected", "undetected", "below_limit"],
            "mrd_fraction": [2e-3, 5e-4, None, None, None],
            "sensitivity": [1e-5, 1e-5, 1e-5, 1e-2, 1e-5],
            "limit_fraction": [None, None, None, None, 1e-3],
        })  # fmt: skip
        picked = kinds[[at % 5 for at in range(rows.height)]]
        return pl.concat([rows.select("patient_id", "trial_id"), picked], how="horizontal")

    rows, _ = make_pool(tmp_path / "p", n=1000)
    mrd = sample(rows).with_columns(timepoint=pl.lit("end_of_induction"), day=pl.lit(0))
    _, pool = make_pool(tmp_path / "pool", n=1000, mrd=mrd)
    for asked, share in (({"mrd_from": 1e-3}, 1), ({"mrd_below": 1e-3}, 3)):
        flow = target_trial(pool, state(eligibility=asked)).flow
        assert flow["n"][-1] == 200 * share
    used = target_trial(pool, state(confounders={"adjust": ["age"], "mrd_cuts": [1e-3]}))
    assert dict(used.flow.iter_rows())["a confounder not known"] == 200
    assert "mrd_from_0.001" in used.balance["covariate"].to_list()


def test_after_a_relapse_nobody_starts_and_nobody_is_blamed(tmp_path):
    rows, _ = make_pool(tmp_path / "p")
    # half of those not transplanted by day 100 relapse there
    early = rows.filter(pl.col("start") > 100, pl.col("time") > 101)[::2]
    relapse = early.select("patient_id", "trial_id", type=pl.lit("relapse"), day=pl.lit(100))
    _, pool = make_pool(tmp_path / "pool", event=relapse)
    plain = target_trial(make_pool(tmp_path / "q")[1], state()).rows.row(0, named=True)
    line = target_trial(pool, state()).rows.row(0, named=True)
    late = early.filter(pl.col("start") <= 180, pl.col("start") < pl.col("time"))
    assert line["n_started"] == plain["n_started"] - late.height
    # who relapsed follows both strategies to the end of the grace period
    followed = early.filter(pl.col("time") > 180).height
    assert line["n_following_first"] > plain["n_following_first"] + 0.7 * followed


def test_too_little_is_refused_with_the_reason(tmp_path):
    _, few = make_pool(tmp_path / "few", n=60)
    note = target_trial(few, state()).rows["note"][0]
    assert re.search(r"refused: (\d+ eligible patients started|too little overlap|\d+ and)", note)
    result = target_trial(few, state())
    assert result.rows["risk_difference"][0] is None
    assert draw_figures(result) == []
    rows, pool = make_pool(tmp_path / "pool", n=800)
    started = (rows["start"] < rows["time"]).to_numpy()
    told = rows.select("patient_id", status=pl.Series(np.where(started, "present", "absent")),
                       marker=pl.lit("IKZF1_del"))  # fmt: skip
    decided = build_pool(
        tmp_path / "decided",
        patients=pool.table("patient").select("patient_id", "trial_id", "age_years"),
        statuses=told,
        outcomes=rows.select("patient_id", "time", "cause", endpoint=pl.lit("OS")),
        others={"transplant": pool.table("transplant")},
    )
    note = target_trial(decided, state(confounders={"markers": ["IKZF1_del"]})).rows["note"][0]
    assert note == "refused: confounders decide who starts: there is no overlap"


def test_a_negative_control_tells_what_was_not_measured(tmp_path):
    def blind(rows):
        # depends on age alone: nothing is to be found once age is known
        rng = np.random.default_rng(5)
        hazard = np.exp(0.1 * (rows["age_years"].to_numpy() - 45)) / 2000
        time = np.ceil(rng.exponential(1 / hazard))
        return rows.select("patient_id", time=pl.Series(np.minimum(time, 4000).astype(int)),
                           cause=pl.Series((time < 4000).astype(int)),
                           endpoint=pl.lit("CONTROL"))  # fmt: skip

    _, pool = make_pool(tmp_path / "pool", n=1600, control=blind)
    control = {"endpoint": "CONTROL", "reason": "drawn from age alone"}
    good = target_trial(pool, state(negative_control=control))
    assert good.rows["role"].to_list() == ["outcome"] * 2 + ["negative control"] * 2
    assert any("no sign of confounding left" in line for line in good.warnings)
    bad = target_trial(pool, state(negative_control=control, confounders={"adjust": []}))
    assert any("where there can be no effect" in line for line in bad.warnings)


def test_drugs_can_be_started_too(made, tmp_path):
    _, pool = made
    given = pool.table("transplant").select(
        "patient_id", "trial_id", kind=pl.lit("drug"), item=pl.lit("drug A"), start_day="day"
    )
    _, other = make_pool(tmp_path / "pool", treatment=given)
    asked = {"kind": "treatment", "items": ["drug A"]}
    found = target_trial(other, state(treatment=asked)).rows.row(0, named=True)
    expected = target_trial(pool, state()).rows.row(0, named=True)
    assert found["risk_difference"] == pytest.approx(expected["risk_difference"])
    with pytest.raises(InputError, match="unknown item of treatment"):
        target_trial(other, state(treatment=asked | {"items": ["drug B"]}))
    with pytest.raises(DataError, match="holds nothing of these trials"):
        target_trial(pool, state(treatment=asked))


def test_every_problem_of_a_file_is_told_with_its_line(tmp_path):
    path = tmp_path / "t.toml"
    path.write_text(
        'name = "x"\nendpoint = "OS"\nhorizon_years = -1\n'
        '[[strategies]]\nname = "a"\nnever = true\nstart_by_day = 3\n'
        '[[strategies]]\nname = "b"\nnever = true\n[confounders]\nadjusted = ["age"]\n',
        "utf-8",
    )
    with pytest.raises(DefinitionError, match="3 problems") as told:
        read_target_trial(path)
    message = str(told.value)
    assert "t.toml:3" in message
    assert "either `start_by_day` or `never = true`" in message
    assert "adjusted" in message
    with pytest.raises(InputError, match="no file"):
        read_target_trial(tmp_path / "none.toml")


def test_the_command_prints_and_writes(made, tmp_path, monkeypatch, capsys):
    path = tmp_path / "t.toml"
    path.write_text(
        'name = "made up"\nendpoint = "OS"\nhorizon_years = 4\n'
        '[[strategies]]\nname = "by day 180"\nstart_by_day = 180\n'
        '[[strategies]]\nname = "none"\nnever = true\n[confounders]\nadjust = ["age"]\n'
        "[settings]\nresamples = 50\n",
        "utf-8",
    )
    out = tmp_path / "out"
    monkeypatch.setattr(
        "sys.argv",
        ["chorall", "target-trial", str(made[1].path), str(path), "--out", str(out),
         "--json", str(tmp_path / "t.json")],
    )  # fmt: skip
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    printed = capsys.readouterr().out
    assert "observational" in printed
    assert "Research use only" in printed
    written = json.loads((tmp_path / "t.json").read_text("utf-8"))
    assert written["definition"]["strategies"][0]["start_by_day"] == 180
    assert {"rows", "flow", "balance", "warnings"} <= set(written)
    assert "<svg" in (out / "target-trial-figure-1.svg").read_text("utf-8")
    assert (out / "target-trial-balance.csv").read_text("utf-8").startswith("covariate")


def test_landmarks_leave_out_who_can_no_longer_start(tmp_path):
    rows, _ = make_pool(tmp_path / "p")
    plain = target_trial(make_pool(tmp_path / "q")[1], state()).rows.row(1, named=True)
    # who is not transplanted by day 20 relapses there: nobody is left to compare with at day 30
    early = rows.filter(pl.col("start") > 20, pl.col("time") > 21)
    relapse = early.select("patient_id", "trial_id", type=pl.lit("relapse"), day=pl.lit(20))
    _, pool = make_pool(tmp_path / "pool", event=relapse)
    line = target_trial(pool, state()).rows.row(1, named=True)
    assert plain["hazard_ratio"] is not None
    assert line["hazard_ratio"] is None
    assert line["events_second"] < 10 < plain["events_second"]
