"""Results missing in early deaths are found, and nothing is found where there is nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from chorall.analyses.missingness import check_missingness
from chorall.errors import InputError


def draw_pool(make_pool, *, missing_early: float, missing_else: float = 0.2, seed: int = 7):
    """Two trials; one in ten dies within 90 days; the share without a result depends on it.

    A second marker is missing at random in trial A and not collected in trial B.
    """
    rng, n = np.random.default_rng(seed), 600
    ids = [f"P{i:03d}" for i in range(n)]
    trial = np.where(np.arange(n) < n // 2, "A", "B")
    early = rng.random(n) < 0.1
    time = np.where(early, rng.integers(1, 90, n), rng.integers(91, 2000, n))
    cause = np.where(early, 1, rng.random(n) < 0.3).astype(int)
    missing = rng.random(n) < np.where(early, missing_early, missing_else)
    other = np.where(trial == "B", True, rng.random(n) < 0.2)
    words = rng.choice(["present", "absent"], n)
    return make_pool(
        patients=pl.DataFrame({"patient_id": ids, "trial_id": trial}),
        statuses=pl.concat([
            pl.DataFrame({
                "patient_id": ids, "marker": name, "status": np.where(gap, "failed", words)
            })
            for name, gap in (("TP53", missing), ("NRAS", other))
        ]),
        outcomes=pl.DataFrame(
            {"patient_id": ids, "endpoint": "OS", "time": time, "cause": cause}
        ),
    )  # fmt: skip


def find(result, marker: str, trial: str | None = None) -> dict[str, object]:
    there = pl.col("trial").is_null() if trial is None else pl.col("trial") == trial
    return result.rows.row(by_predicate=(pl.col("marker") == marker) & there, named=True)


def test_missing_early_deaths_are_found_and_said(make_pool) -> None:
    result = check_missingness(draw_pool(make_pool, missing_early=0.7))
    row = find(result, "TP53")
    assert row["finding"] == "early deaths missing"
    # odds of 0.7 against odds of 0.2
    assert row["lower"] < (0.7 / 0.3) / (0.2 / 0.8) < row["upper"]
    assert row["q_value"] < 1e-6
    assert "MISSING MORE OFTEN IN EARLY DEATHS" in row["statement"]
    assert row["statement"] in result.warnings
    assert find(result, "TP53", "A")["finding"] == "early deaths missing"
    assert find(result, "NRAS")["finding"] == "no evidence"


def test_little_is_said_where_missing_goes_with_nothing(make_pool) -> None:
    """Two markers, two tests each, at a false discovery rate of 5 %: one pool in ten at most."""
    pools = [draw_pool(make_pool, missing_early=0.2, seed=seed) for seed in range(20, 30)]
    results = [check_missingness(pool) for pool in pools]
    found = [result.rows.filter(pl.col("trial").is_null())["finding"] for result in results]
    assert sum(set(finding) != {"no evidence"} for finding in found) <= 3
    quiet = next(result for result in results if set(result.rows["finding"]) == {"no evidence"})
    assert quiet.warnings == ()
    assert "no evidence that missing goes with early death" in find(quiet, "TP53")["statement"]


def test_a_trial_that_did_not_collect_a_marker_does_not_count(make_pool) -> None:
    result = check_missingness(draw_pool(make_pool, missing_early=0.7))
    assert find(result, "NRAS")["n"] == 300
    assert result.rows.filter(marker="NRAS", trial="B").is_empty()
    assert find(result, "TP53")["n"] == 600


def test_who_is_censored_early_or_comes_late_is_not_judged(make_pool) -> None:
    """By hand: of 24 patients two are censored before day 90 and one comes on day 10."""
    ids = [f"P{i:02d}" for i in range(24)]
    time = [10] * 3 + [20] * 3 + [50, 60] + [500] * 16
    cause = [1] * 6 + [0] * 2 + [1, 0] * 8
    status = ["not_tested"] * 3 + ["present"] * 3 + ["absent"] * 2 + ["not_tested", "absent"] * 8
    pool = make_pool(
        patients=pl.DataFrame({"patient_id": ids, "trial_id": "A"}),
        statuses=pl.DataFrame({"patient_id": ids, "marker": "X", "status": status}),
        outcomes=pl.DataFrame({
            "patient_id": ids, "endpoint": "OS", "time": time, "cause": cause,
            "entry_day": [0] * 23 + [10],
        }),
    )  # fmt: skip
    row = find(check_missingness(pool), "X")
    assert (row["n"], row["n_missing"], row["n_not_judged"]) == (24, 11, 3)
    assert (row["early_deaths_missing"], row["n_judged_missing"]) == (3, 11)
    assert (row["early_deaths_tested"], row["n_judged_tested"]) == (3, 10)
    assert row["odds_ratio"] == pytest.approx(3 * 7 / (3 * 8))
    shorter = find(check_missingness(pool, horizon_days=15), "X")
    assert (shorter["early_deaths_missing"], shorter["early_deaths_tested"]) == (3, 0)
    assert shorter["odds_ratio"] is None  # three early deaths are too few to test
    assert shorter["n_not_judged"] == 1


def test_kinds_of_tests_and_mrd_are_items_too(make_pool, consortium) -> None:
    patients = consortium["patients"]
    half = patients[:300]
    runs = half.select("patient_id", "trial_id").with_columns(
        run_id=pl.col("patient_id"), assay_id=pl.lit("K"), performed=pl.lit("yes"),
        quality=pl.lit("passed"),
    )  # fmt: skip
    assays = pl.DataFrame(
        {"assay_id": ["K"], "trial_id": ["A"], "method": ["karyotype"], "version": ["1"],
         "no_run": ["not_tested"]}
    )  # fmt: skip
    mrd = half.select("patient_id", "trial_id").with_columns(
        timepoint=pl.lit("end_of_induction"), category=pl.lit("undetected")
    )
    pool = make_pool(**consortium, others={"assay_run": runs, "assay": assays, "mrd": mrd})
    result = check_missingness(pool, markers=[])
    assert result.rows.filter(pl.col("trial").is_null())["marker"].to_list() == [
        "any result of karyotype", "MRD at end of induction",
    ]  # fmt: skip
    assert set(find(result, "MRD at end of induction").items()) >= {("n", 400), ("n_missing", 100)}


def test_numbers_out_of_range_are_refused(make_pool, consortium) -> None:
    pool = make_pool(**consortium)
    with pytest.raises(InputError, match="horizon_days"):
        check_missingness(pool, horizon_days=0)
    with pytest.raises(InputError, match="false_discovery_rate"):
        check_missingness(pool, false_discovery_rate=1)
    with pytest.raises(InputError, match="NOPE"):
        check_missingness(pool, markers=["NOPE"])
