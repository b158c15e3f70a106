"""A cut-off of eligibility: what is planted at the cut, refusals, and what is said."""

import numpy as np
import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool

from chorall.analyses import cut_off
from chorall.cli import main
from chorall.errors import InputError
from chorall.models.discontinuity import fit_discontinuity
from chorall.reports.figure_sets import draw_figures
from chorall.stats import kaplan_meier

DAYS = 365.25


def draw(n=6000, seed=5, *, effect=-0.9, rule=True):
    """Three trials; from MRD 1e-3 on most are transplanted; risk rises smoothly with MRD."""
    rng = np.random.default_rng(seed)
    level = rng.normal(-3.2, 1.0, n)
    treated = rng.random(n) < np.where((level >= -3) & rule, 0.8, 0.1)
    hazard = np.exp(0.5 * (level + 3) + effect * treated) / 1200
    death, seen = rng.exponential(1 / hazard), rng.uniform(1900, 4000, n)
    return pl.DataFrame({
        "patient_id": [f"P{at:05d}" for at in range(n)],
        "trial_id": rng.choice(["A", "B", "C"], n),
        "age_years": rng.uniform(20, 60, n),
        "wbc_10e9_per_l": 2 ** rng.normal(4, 1, n),
        "level": 10.0**level,
        "treated": treated,
        "time": np.ceil(np.minimum(death, seen)).astype(int),
        "cause": (death < seen).astype(int),
    })  # fmt: skip


def make_pool(path, rows):
    return build_pool(
        path,
        patients=rows.select("patient_id", "trial_id", "age_years", "wbc_10e9_per_l"),
        outcomes=rows.select("patient_id", "time", "cause", endpoint=pl.lit("OS")),
        others={
            "mrd": rows.select(
                "patient_id", "trial_id", timepoint=pl.lit("end_of_induction"), day=pl.lit(0),
                category=pl.lit("quantified"), mrd_fraction="level",
            ),
            "transplant": rows.filter("treated").select(
                "patient_id", "trial_id", n=pl.lit(1), day=pl.lit(1),
                remission_status=pl.lit("first_remission"),
            ),
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    return make_pool(tmp_path_factory.mktemp("cut") / "pool", draw())


@pytest.fixture(scope="module")
def result(pool):
    return cut_off(pool, variable="mrd", cut=1e-3, bandwidth=1.0, endpoint="OS")


def test_a_kink_is_no_jump_and_a_jump_is_seen():
    x = np.linspace(-1, 1, 400)
    bent = fit_discontinuity(x, np.where(x < 0, x, 3 * x), 0.8)
    assert bent.jump == pytest.approx(0, abs=1e-12)
    jumped = fit_discontinuity(x, np.where(x < 0, 1 + x, 3 + 2 * x), 0.8)
    assert (jumped.below, jumped.above, jumped.jump) == pytest.approx((1, 3, 2))
    assert jumped.n_below == jumped.n_above == 160
    few = fit_discontinuity(np.array([-0.5, 0.5]), np.array([0.0, 1.0]), 1.0)
    assert np.isnan(few.jump)


def test_what_is_planted_at_the_cut_is_found(result):
    together = result.rows.filter(pl.col("trial").is_null())
    assert together["bandwidth"].to_list() == [0.5, 1.0, 2.0]
    line = together.row(1, named=True)
    assert line["lower_transplanted_jump"] < 0.7 < line["upper_transplanted_jump"]
    # at the cut: risks without and with the treatment, of whom 10 and 80 % have it
    alone, treated = (1 - np.exp(-5 * DAYS * np.exp(e) / 1200) for e in (0.0, -0.9))
    planted = 0.7 * (treated - alone)
    assert line["lower_risk_difference"] < planted < line["upper_risk_difference"] < 0
    assert line["risk_below"] == pytest.approx(0.9 * alone + 0.1 * treated, abs=0.06)
    assert set(result.rows["evidence"]) == {"natural"}
    assert any("the effect of the rule" in warning for warning in result.warnings)
    # the crude comparison goes the other way: patients above the cut are sicker
    rows = draw()
    above = (rows["level"] >= 1e-3).to_numpy()
    crude = [1 - kaplan_meier(rows["time"].to_numpy()[side],
                              rows["cause"].to_numpy()[side] == 1).at(5 * DAYS).survival[0]
             for side in (above, ~above)]  # fmt: skip
    assert crude[0] - crude[1] > line["risk_difference"] + 0.1


def test_each_trial_stands_beside(result):
    lines = result.rows.filter(pl.col("bandwidth") == 1.0)
    assert lines["trial"][0] is None
    assert set(lines["trial"][1:]) == {"A", "B", "C"}
    assert lines["n_below"][0] == lines["n_below"][1:].sum()


def test_where_the_rule_changes_nothing_it_says_so(tmp_path):
    found = cut_off(
        make_pool(tmp_path / "p", draw(rule=False)), variable="mrd", cut=1e-3, bandwidth=1.0,
        endpoint="OS",
    )  # fmt: skip
    line = found.rows.filter(pl.col("trial").is_null(), pl.col("bandwidth") == 1.0).row(
        0, named=True
    )
    assert line["lower_risk_difference"] < 0 < line["upper_risk_difference"]
    assert any("no effect can be read" in warning for warning in found.warnings)


@pytest.mark.parametrize(("variable", "cut", "width"), [("age", 40, 10), ("wbc", 16, 1.5)])
def test_age_and_white_cells_can_be_rules_too(pool, variable, cut, width):
    rows = draw()
    found = cut_off(pool, variable=variable, cut=cut, bandwidth=width, endpoint="OS")
    value = rows["age_years"] if variable == "age" else rows["wbc_10e9_per_l"].log(2)
    middle = cut if variable == "age" else np.log2(cut)
    expected = ((value >= middle) & (value < middle + width)).sum()
    line = found.rows.filter(pl.col("trial").is_null(), pl.col("bandwidth") == width)
    assert line["n_above"][0] == expected


def test_too_few_are_refused_and_wrong_words_named(pool, tmp_path):
    few = make_pool(tmp_path / "p", draw(n=60))
    found = cut_off(few, variable="mrd", cut=1e-3, bandwidth=0.5, endpoint="OS")
    assert found.rows["risk_difference"].null_count() == found.rows.height
    assert found.rows["note"].str.starts_with("refused").all()
    for changed, words in (
        ({"variable": "height"}, "unknown variable"),
        ({"cut": 0}, "expected above 0"),
        ({"bandwidth": -1}, "expected above 0"),
    ):
        asked = {"variable": "mrd", "cut": 1e-3, "bandwidth": 1.0, "endpoint": "OS"} | changed
        with pytest.raises(InputError, match=words):
            cut_off(pool, **asked)


def test_the_command_prints_and_draws(result, pool, tmp_path, monkeypatch, capsys):
    assert "natural experiment" in draw_figures(result)[0].title
    assert "<svg" in draw_figures(result)[0].svg()
    monkeypatch.setattr(
        "sys.argv",
        ["chorall", "cut-off", str(pool.path), "--variable", "mrd", "--at", "1e-3", "--bandwidth",
         "1", "-e", "OS", "--out", str(tmp_path / "out")],
    )  # fmt: skip
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "natural" in capsys.readouterr().out
    assert (tmp_path / "out" / "cut-off-points.csv").exists()
