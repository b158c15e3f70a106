"""Donor against no donor: who counts, intention to treat, what is planted, what is refused."""

import json

import numpy as np
import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool

from chorall.analyses import donor
from chorall.cli import main
from chorall.errors import DataError, InputError
from chorall.reports.figure_sets import draw_figures
from chorall.stats import fit_cox, kaplan_meier, pool_effects

DAYS = 365.25


def draw(n=900, seed=4, *, without=1.0, with_marker=0.5):
    """Three trials; a donor changes the hazard, by the marker."""
    rng = np.random.default_rng(seed)
    available, marker = rng.random(n) < 0.45, rng.random(n) < 0.4
    ratio = np.where(available, np.where(marker, with_marker, without), 1.0)
    day = rng.integers(20, 50, n)
    death = rng.exponential(1400 / ratio)
    seen = rng.uniform(2000, 4000, n)
    return pl.DataFrame({
        "patient_id": [f"P{at:04d}" for at in range(n)],
        "trial_id": rng.choice(["A", "B", "C"], n),
        "available": available,
        "day": day,
        "time": np.ceil(day + np.minimum(death, seen)).astype(int),
        "cause": (death < seen).astype(int),
        "status": np.where(marker, "present", "absent"),
        "level": np.where(marker, 5e-3, 2e-4),
    })  # fmt: skip


def make_pool(path, rows, searches=None, others=None):
    typed = rows.select("patient_id", "trial_id", "available", "day", donor=pl.lit("any"))
    done = rows.filter(pl.col("available"))[::2]
    return build_pool(
        path,
        patients=rows.select("patient_id", "trial_id"),
        statuses=rows.select("patient_id", "status", marker=pl.lit("IKZF1_del")),
        outcomes=rows.select("patient_id", "time", "cause", endpoint=pl.lit("OS")),
        others={
            "donor_search": typed if searches is None else searches,
            "transplant": done.select(
                "patient_id", "trial_id", n=pl.lit(1), day=pl.col("day") + 60,
                remission_status=pl.lit("first_remission"),
            ),
            "mrd": rows.select(
                "patient_id", "trial_id", timepoint=pl.lit("end_of_induction"), day=pl.lit(30),
                category=pl.lit("quantified"), mrd_fraction="level",
            ),
            **(others or {}),
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    return draw()


@pytest.fixture(scope="module")
def pool(rows, tmp_path_factory):
    return make_pool(tmp_path_factory.mktemp("donor") / "pool", rows)


@pytest.fixture(scope="module")
def result(pool):
    return donor(pool, endpoints=["OS"], markers=["IKZF1_del", "mrd>=1e-3"])


def test_each_trial_by_itself_then_together_from_the_result_on(rows, result):
    lines = result.rows.filter(group="all").to_dicts()
    assert [line["trial"] for line in lines] == [None, "A", "B", "C"]
    effects, errors = [], []
    for line in lines[1:]:
        own = rows.filter(trial_id=line["trial"])
        time, event = (own["time"] - own["day"]).to_numpy(), (own["cause"] == 1).to_numpy()
        side = own["available"].to_numpy()
        fit = fit_cox(side[:, None] * 1.0, time, event)
        effects.append(fit.log_hazard_ratio[0])
        errors.append(fit.standard_error[0])
        assert line["hazard_ratio"] == pytest.approx(fit.hazard_ratio[0])
        risks = [1 - kaplan_meier(time[one], event[one]).at(5 * DAYS).survival[0]
                 for one in (side, ~side)]  # fmt: skip
        assert line["risk_donor"] == pytest.approx(risks[0])
        assert line["risk_difference"] == pytest.approx(risks[0] - risks[1])
    pooled = pool_effects(effects, errors)
    assert lines[0]["hazard_ratio"] == pytest.approx(np.exp(pooled.estimate))
    assert lines[0]["lower"] == pytest.approx(np.exp(pooled.lower))
    assert lines[0]["n_donor"] == int(rows["available"].sum())


def test_what_was_done_does_not_change_the_side(result):
    line = result.rows.row(0, named=True)
    assert line["transplanted_donor"] == pytest.approx(0.5, abs=0.01)
    assert line["transplanted_no_donor"] == 0
    assert set(result.rows["evidence"]) == {"natural"}
    assert any("compared is having a donor, not transplantation" in w for w in result.warnings)


def test_a_marker_and_residual_disease_show_whom_a_donor_helps(result):
    by_marker = result.rows.filter(marker="IKZF1_del").to_dicts()
    assert [line["group"] for line in by_marker] == ["absent", "present", "interaction"]
    absent, present, interaction = by_marker
    assert absent["lower"] < 1 < absent["upper"]
    assert present["lower"] < 0.5 < present["upper"] < 1
    assert interaction["hazard_ratio"] < 0.8
    assert interaction["claim"] in {"not shown", "consistent", "replicated"}
    # residual disease was drawn to be the same groups
    by_level = result.rows.filter(marker="mrd>=1e-3").to_dicts()
    for one, other in zip(by_marker, by_level, strict=True):
        assert one["hazard_ratio"] == other["hazard_ratio"]


def test_typing_is_not_the_same_as_a_donor_and_days_matter(rows, tmp_path):
    typed = rows.select("patient_id", "trial_id", "available", "day", donor=pl.lit("any"))
    some = typed.filter(pl.int_range(pl.len()) % 3 > 0)
    undated = some.with_columns(
        day=pl.when(pl.int_range(pl.len()) < 20).then(None).otherwise("day")
    )
    found = donor(make_pool(tmp_path / "p", rows, undated), endpoints=["OS"])
    line = found.rows.row(0, named=True)
    assert line["n_donor"] + line["n_no_donor"] == some.height - 20
    assert any(warning.startswith("20 of 600 patients were typed") for warning in found.warnings)
    assert found.patients["n_undated"].sum() == 20
    slow = typed.with_columns(day=pl.when("available").then("day").otherwise(pl.col("day") + 90))
    told = donor(make_pool(tmp_path / "q", rows, slow), endpoints=["OS"]).warnings
    assert any("had to live longer" in warning for warning in told)


def test_one_of_several_searches_is_enough_and_kinds_can_be_chosen(rows, tmp_path):
    sibling = rows.select("patient_id", "trial_id", "available", "day",
                          donor=pl.lit("matched_sibling"))  # fmt: skip
    other = sibling.with_columns(
        available=pl.int_range(pl.len()) % 2 == 0, day=pl.col("day") + 60, donor=pl.lit("unrelated")
    )
    pool = make_pool(tmp_path / "p", rows, pl.concat([sibling, other]))
    line = donor(pool, endpoints=["OS"], donors=["matched_sibling"]).rows.row(0, named=True)
    assert line["n_donor"] == sibling["available"].sum()
    either = donor(pool, endpoints=["OS"]).rows.row(0, named=True)
    # the clock starts with the last result: only then is it known that there is none
    some = rows.filter(sibling["available"] | other["available"])
    some = some.filter(pl.col("time") >= pl.col("day") + 60)
    assert either["n_donor"] == some.height
    own = some.filter(trial_id="A")
    curve = kaplan_meier((own["time"] - own["day"] - 60).to_numpy(), (own["cause"] == 1).to_numpy())
    line = donor(pool, endpoints=["OS"], horizon_years=2).rows.filter(trial="A").row(0, named=True)
    assert line["risk_donor"] == pytest.approx(1 - curve.at(2 * DAYS).survival[0])
    with pytest.raises(InputError, match="unknown donor"):
        donor(pool, donors=["magic"])


def test_what_cannot_be_answered_says_what_is_missing(rows, pool, tmp_path):
    typed = pool.table("donor_search")
    empty = make_pool(tmp_path / "a", rows, typed.clear())
    with pytest.raises(DataError, match="needs patients of either kind"):
        donor(empty)
    all_found = make_pool(tmp_path / "b", rows, typed.filter(pl.col("available")))
    with pytest.raises(DataError, match=r"with a donor \d+\."):
        donor(all_found)
    blank = make_pool(tmp_path / "c", rows, typed.with_columns(day=pl.lit(None, pl.Int32)))
    with pytest.raises(DataError, match=r"Map `donor_search\.day`"):
        donor(blank, endpoints=["OS"])
    with pytest.raises(InputError, match="fraction of cells"):
        donor(pool, markers=["mrd>=much"])
    few = donor(make_pool(tmp_path / "d", rows[:24]), endpoints=["OS"]).rows
    assert few["note"].str.contains("fewer than 5 patients").any()


def test_the_command_prints_writes_and_draws(result, pool, tmp_path, monkeypatch, capsys):
    figure = draw_figures(result)[0]
    assert "natural experiment" in figure.title
    assert "<svg" in figure.svg()
    out, file = tmp_path / "out", tmp_path / "d.json"
    monkeypatch.setattr(
        "sys.argv",
        ["chorall", "donor", str(pool.path), "-e", "OS", "-m", "IKZF1_del", "--json", str(file),
         "--out", str(out)],
    )  # fmt: skip
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "natural" in capsys.readouterr().out
    written = json.loads(file.read_text("utf-8"))
    assert written["rows"][0]["evidence"] == "natural"
    assert written["patients"][0]["n_typed"] > 0
    assert (out / "donor-figure-1.svg").exists()
