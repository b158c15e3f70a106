"""The baseline table on patients that can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from properties.table_attack import attack
from unit.analyses.pool_builder import build_pool

from chorall.analyses.baseline import table_one
from chorall.errors import DataError, InputError
from chorall.reports.baseline_table import baseline_columns, caption_baseline
from chorall.reports.table import format_cells
from chorall.tables.store import Pool

STATUSES = ["present", "absent", "absent", "not_tested", "failed"]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    """60 patients: 40 in A, 20 in B; every fifth has the same status of TP53, by STATUSES."""
    ids = [f"P{i:02d}" for i in range(60)]
    patients = pl.DataFrame({
        "patient_id": ids,
        "trial_id": ["A"] * 40 + ["B"] * 20,
        "sex": ["female"] * 10 + ["male"] * 30 + ["female"] * 10 + ["male"] * 8 + [None] * 2,
        "age_years": [float(i % 20) for i in range(60)],
        "lineage": ["B"] * 57 + ["T"] * 2 + [None],
    }, schema_overrides={"sex": pl.String})  # fmt: skip
    statuses = pl.DataFrame({
        "patient_id": ids, "marker": "TP53", "status": STATUSES * 12,
    }).with_columns(
        rules_out=pl.col("status").is_in(["present", "absent"]) & (pl.col("patient_id") != "P00")
    )  # fmt: skip
    others = {
        "allocation": pl.DataFrame({
            "patient_id": ids[:40], "trial_id": "A", "question": "R1", "randomised": True,
            "assigned_arm": ["x", "y"] * 20,
        }),
        "arm": pl.DataFrame({
            "trial_id": ["A", "A"], "arm_id": ["x", "y"], "label": ["dexamethasone", "prednisone"],
        }),
        "measurement": pl.DataFrame({
            "patient_id": [*ids[:40], "P00", "P41"], "trial_id": "A",
            "item": "haemoglobin_g_per_l", "day": [0] * 40 + [3, 200],
            "value": [80.0] * 20 + [100.0] * 20 + [999.0, 999.0],
        }),
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("baseline") / "pool"
    return build_pool(folder, patients=patients, statuses=statuses, others=others)


def find(result: Any, variable: str, level: str | None, group: str) -> dict[str, Any]:
    lines = result.rows.filter(
        pl.col("variable") == variable,
        pl.col("level").eq_missing(pl.lit(level)),
        pl.col("group") == group,
    )
    assert lines.height == 1
    return lines.row(0, named=True)


def test_percentages_are_of_the_tested_and_the_others_have_lines_of_their_own(pool: Pool) -> None:
    result = table_one(pool, smallest=1)
    # of the 8 present in A one was found by a test that cannot show absence
    present = find(result, "TP53", "present", "A")
    assert (present["n"], present["n_known"], present["fraction"]) == (7, 23, 7 / 23)
    counts = {
        level: find(result, "TP53", level, "A")["n"]
        for level in ("absent", "not_tested", "failed", "positive_only", "inconclusive")
    }
    assert counts == {"absent": 16, "not_tested": 8, "failed": 8, "positive_only": 1,
                      "inconclusive": 0}  # fmt: skip
    assert not find(result, "TP53", "not_tested", "A")["known"]
    assert find(result, "TP53", "not_tested", "A")["fraction"] is None
    lines = result.rows.filter(variable="TP53", group="A")
    assert lines["n"].sum() == 40, "every patient stands in one line"


def test_a_missing_value_is_no_level(pool: Pool) -> None:
    result = table_one(pool)
    female = find(result, "sex", "female", "B")
    assert (female["n"], female["n_known"]) == (10, 18)
    assert find(result, "sex", "not_done", "B")["n"] == 2
    assert find(result, "sex", "not_done", "all")["n"] == 2


def test_numbers_have_medians_and_quartiles_of_type_7(pool: Pool) -> None:
    age = find(table_one(pool), "age_years", None, "B")
    assert (age["lower_quartile"], age["median"], age["upper_quartile"]) == (4.75, 9.5, 14.25)


def test_a_measurement_is_the_one_nearest_to_day_0_and_not_after_a_week(pool: Pool) -> None:
    result = table_one(pool)
    assert find(result, "haemoglobin_g_per_l", None, "A")["median"] == 90
    assert find(result, "haemoglobin_g_per_l", None, "B")["n"] == 0
    assert find(result, "haemoglobin_g_per_l", "not_reported", "B")["n"] == 20


def test_standardised_differences_by_hand(pool: Pool) -> None:
    found = {row["variable"]: row for row in table_one(pool).differences.to_dicts()}
    # female 10 of 40 and 10 of 18
    a, b = 10 / 40, 10 / 18
    expected = abs(a - b) / ((a * (1 - a) + b * (1 - b)) / 2) ** 0.5
    assert found["sex"]["standardised_difference"] == pytest.approx(expected, rel=1e-12)
    assert found["sex"]["between"] == "A and B"
    assert found["age_years"]["standardised_difference"] == pytest.approx(0.0, abs=1e-12)
    assert found["haemoglobin_g_per_l"]["standardised_difference"] is None
    # 4 present in B are too few to show, and the difference would give them away
    assert found["TP53"] == {"variable": "TP53", "standardised_difference": None, "between": "",
                             "note": "a count is hidden"}  # fmt: skip


def test_small_counts_are_hidden_in_every_form(pool: Pool) -> None:
    result = table_one(pool)
    hidden = find(result, "TP53", "present", "B")
    assert hidden["hidden"]
    assert (hidden["n"], hidden["fraction"]) == (None, None)
    open_table = table_one(pool, smallest=1)
    assert find(open_table, "TP53", "present", "B")["n"] == 4
    assert not open_table.rows["hidden"].any()
    printed = [
        cell for row in format_cells(result.printed, baseline_columns(result)) for cell in row
    ]
    assert "hidden" in printed
    assert "4 / 12 (33 %)" not in printed


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("trial", {"A": 40, "B": 20, "all": 60}),
        ("all", {"all": 60}),
        # below 1 year there are 3 patients: the next smallest group joins them
        ("age band", {"1-9": 27, "10-15": 18, "other groups": 15, "all": 60}),
        ("marker:TP53", {"present": 11, "absent": 24, "not tested": 25, "all": 60}),
        ("arm", {"dexamethasone": 20, "prednisone": 20, "all": 40}),
        (
            "trial + sex",
            {"A · female": 10, "A · male": 30, "B · female": 10, "B · male": 8, "all": 58},
        ),
        (
            "sex+trial",
            {"female · A": 10, "female · B": 10, "male · A": 30, "male · B": 8, "all": 58},
        ),
        # 4 carriers in B are too few for a column: the next smallest group, 7 in A, joins them
        (
            "trial+marker:TP53",
            {
                "A · absent": 16,
                "A · not tested": 17,
                "B · absent": 8,
                "B · not tested": 8,
                "other groups": 11,
                "all": 60,
            },
        ),
        (
            "arm+sex",
            {
                "dexamethasone · female": 5,
                "dexamethasone · male": 15,
                "prednisone · female": 5,
                "prednisone · male": 15,
                "all": 40,
            },
        ),
    ],
)
def test_groups(pool: Pool, by: str, groups: dict[str, int]) -> None:
    result = table_one(pool, by)
    assert dict(result.groups.select("group", "n_patients").iter_rows()) == groups


@pytest.mark.parametrize(
    ("by", "words"),
    [("trial+all", "all"), ("trial+trial", "names one grouping twice"), ("trial+height", "height")],
)
def test_groupings_that_cannot_be_joined_are_refused(pool: Pool, by: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        table_one(pool, by)


def test_a_question_needs_arms_among_the_joined(pool: Pool) -> None:
    assert table_one(pool, "arm+sex", question="R1").groups.height == 5
    with pytest.raises(InputError, match="it is for arms"):
        table_one(pool, "trial+sex", question="R1")


def test_columns_of_joined_groups_are_named_part_by_part(pool: Pool) -> None:
    headers = [one.header for one in baseline_columns(table_one(pool, "trial+age_band"))]
    assert "A, 1\N{EN DASH}9 years, n = 18" in headers
    result = table_one(pool, "sex+marker:TP53", smallest=1)
    assert caption_baseline(result) == "Patients at baseline by sex and TP53"
    headers = [one.header for one in baseline_columns(result)]
    # two of every ten, and the carrier whose test could not have shown absence
    assert "Female, TP53 not tested, n = 9" in headers
    assert any(text.startswith("Sex not known, TP53 ") for text in headers)
    assert not result.warnings, "nothing is hidden, so that no sum gives anything away"
    assert "publish one of them" in " ".join(table_one(pool, "trial+sex").warnings)


@pytest.mark.parametrize("seed", range(8))
def test_nobody_can_work_out_a_hidden_count_of_joined_groups(tmp_path: Path, seed: int) -> None:
    sizes = {("A", "female"): 8, ("A", "male"): 10, ("B", "female"): 7, ("B", "male"): 9}
    rng, n = np.random.default_rng(seed), sum(sizes.values())
    ids = [f"P{i:02d}" for i in range(n)]
    rows = [group for group, size in sizes.items() for _ in range(size)]
    patients = pl.DataFrame(rows, schema=["trial_id", "sex"], orient="row").with_columns(
        patient_id=pl.Series(ids), lineage=pl.lit("B"), age_years=5.0
    )
    share = rng.uniform(0.1, 0.9)
    status = rng.choice(["present", "absent"], n, p=[share, 1 - share])
    statuses = pl.DataFrame({"patient_id": ids, "marker": "TP53", "status": status})
    small = build_pool(tmp_path / "pool", patients=patients, statuses=statuses)
    shown, whole = (
        table_one(small, "trial+sex", variables=[], smallest=smallest).rows.filter("known")
        for smallest in (5, 1)
    )
    n_levels = shown["level"].n_unique()
    counts = whole["n"].to_numpy().reshape(n_levels, -1)[:, :-1]
    hidden = shown["hidden"].to_numpy().reshape(n_levels, -1)
    assert shown["n"].is_null().to_list() == shown["hidden"].to_list()
    for cell, values in attack(counts, hidden).items():
        assert len(values) > 1, f"{cell} of {counts.tolist()} can only be {values}"
    assert hidden.any() == bool(((counts > 0) & (counts < 5)).any())


def test_too_few_of_unknown_group_are_left_out_and_told(pool: Pool) -> None:
    result = table_one(pool, "sex")
    assert result.groups["n_patients"].to_list() == [20, 38, 58]
    assert "2 of the patients are left out" in result.warnings[0]
    assert table_one(pool, "sex", smallest=1).groups["unknown"].to_list() == [
        False, False, True, False,
    ]  # fmt: skip


def test_those_not_randomised_are_left_out_and_told(pool: Pool) -> None:
    assert table_one(pool, "arm").warnings == (
        "20 patients of these trials were not randomised here: left out.",
    )


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"by": "centre"}, InputError, "unknown grouping"),
        ({"by": "marker:TP35"}, InputError, "did you mean `TP53`"),
        ({"by": "arm", "question": "R9"}, InputError, "R1 in A"),
        ({"by": "trial", "question": "R1"}, InputError, "it is for arms"),
        ({"variables": ["ages"]}, InputError, "unknown variable"),
        ({"smallest": 0}, InputError, "`smallest` is 0"),
        ({"smallest": 61}, DataError, "fewer than 61"),
    ],
)
def test_refusals(pool: Pool, arguments: dict[str, Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        table_one(pool, **arguments)


def test_two_questions_in_one_trial_must_be_told_apart(make_pool: Callable[..., Pool]) -> None:
    ids = [f"P{i}" for i in range(10)]
    pool = make_pool(
        patients=pl.DataFrame({"patient_id": ids, "trial_id": "A"}),
        others={
            "allocation": pl.DataFrame({
                "patient_id": ids * 2, "trial_id": "A", "question": ["R1"] * 10 + ["R2"] * 10,
                "randomised": True, "assigned_arm": ["x", "y"] * 10,
            })
        },
    )  # fmt: skip
    with pytest.raises(InputError, match="several in one trial"):
        table_one(pool, "arm")
    assert table_one(pool, "arm", question="R2").groups["n_patients"].to_list() == [5, 5, 10]
