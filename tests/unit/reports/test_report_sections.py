"""The sections on risk, on less treatment and on checklists: words agree with the numbers."""

from __future__ import annotations

import dataclasses
from functools import cache

import polars as pl
import pytest
from unit.reports.built_results import built_incidence, built_overview, built_prognosis
from unit.reports.made_results import bleak_pool, made_result, simulated_pool

import chorall as ch
from chorall.analyses.bank.tripod_known import NO_BANK, fill_tripod_of_pool
from chorall.analyses.deescalation.result import DeescalationResult
from chorall.analyses.risk.intensity import OVER, UNDER
from chorall.analyses.risk.result import RiskResult
from chorall.reports.checklist_table import COMPLETE, NOTHING, count_items
from chorall.reports.deescalation_section import say_deescalation
from chorall.reports.documents.blocks import Grid, Heading, Paragraph
from chorall.reports.documents.page_reader import read_page, say
from chorall.reports.numbers import format_percent_interval
from chorall.reports.page import render_report
from chorall.reports.risk_section import say_risk, select_readings


def risks() -> RiskResult:
    found = made_result("risk")
    assert isinstance(found, RiskResult)
    return found


def groups() -> DeescalationResult:
    found = made_result("deescalation")
    assert isinstance(found, DeescalationResult)
    return found


REMARK = pl.DataFrame({
    "item": [1, 2, 3, 4],
    "topic": ["Markers", "Patients", "Specimens", "Endpoints"],
    "known": ["TP53", "60 patients", "", "OS"],
    "to_fill": ["Why `these`.", "", "Kind of specimen.", ""],
})  # fmt: skip


@cache
def page() -> str:
    prognosis = dataclasses.replace(built_prognosis(), remark=REMARK)
    tripod = fill_tripod_of_pool(simulated_pool(3))
    return render_report(
        built_overview(), built_incidence(), prognosis, risk=risks(), deescalation=groups(),
        tripod=tripod,
    )  # fmt: skip


def test_the_sections_stand_in_every_format_because_all_are_read_from_the_page() -> None:
    blocks = read_page(page()).blocks
    headings = [block.text for block in blocks if isinstance(block, Heading) and block.level == 1]
    assert headings[5:] == [
        "5. Risk groups: treated too much or too little",
        "6. Less treatment: whom a trial could ask",
        "7. Methods and limits",
        "8. Checklists for a paper",
        "9. Provenance",
    ]
    grids = {block.caption: block for block in blocks if isinstance(block, Grid)}
    assert len(grids["REMARK, item by item"].rows) == REMARK.height
    assert len(grids["TRIPOD+AI, item by item"].rows) > 40
    assert grids["REMARK, item by item"].rows[2][2] == NOTHING
    assert grids["REMARK, item by item"].rows[1][3] == COMPLETE


def test_a_report_without_these_answers_has_no_such_sections() -> None:
    plain = render_report(built_overview(), built_incidence(), built_prognosis())
    assert not any(f'id="{name}"' in plain for name in ("risk", "deescalation", "checklists"))


def test_what_cannot_be_answered_is_said_in_its_place() -> None:
    told = render_report(
        built_overview(), built_incidence(), built_prognosis(), risk="no trial has EFS <here>."
    )
    words = [say(one.words) for one in read_page(told).blocks if isinstance(one, Paragraph)]
    assert "No answer here: no trial has EFS <here>." in words


def test_the_pool_report_answers_or_says_why_not(tmp_path) -> None:
    pool = bleak_pool()
    pool.manifest["name"] = "Made-up trials"
    steps: list[tuple[int, int]] = []
    written = ch.report(
        pool, tmp_path / "r.html", progress=lambda _, done, total: steps.append((done, total))
    )
    blocks = read_page(written.read_text("utf-8")).blocks
    words = [say(one.words) for one in blocks if isinstance(one, Paragraph)]
    assert sum(text.startswith("No answer here: ") for text in words) == 2
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]


def test_risks_are_said_with_their_limits_and_the_untested_are_counted() -> None:
    result = risks()
    view = f"day {result.landmark_day:.0f}"
    rows = result.printed.filter(grouping="nci", view=view).to_dicts()
    told = " ".join(say_risk(result))
    for row in rows:
        if row["group"] in ("standard", "high"):
            figure = format_percent_interval(row["risk"], row["lower"], row["upper"])
            assert f"{figure} in {row['n_patients']} patients of {row['group']}" in told
    (untested,) = [row for row in rows if row["group"].startswith("not assessable")] or [None]
    assert untested is None or f"{untested['n_patients']:,} patient" in told


@pytest.mark.parametrize(("upper", "overlap"), [(0.2, False), (0.5, True)])
def test_limits_that_overlap_are_said_to(upper: float, overlap: bool) -> None:
    result = risks()
    group = pl.col("group")
    rows = result.rows.with_columns(
        risk=pl.when(group == "standard").then(0.1).otherwise(0.45),
        lower=pl.when(group == "standard").then(0.05).otherwise(0.4),
        upper=pl.when(group == "standard").then(upper).otherwise(0.6),
    )
    told = say_risk(dataclasses.replace(result, rows=rows))
    assert ("the limits overlap" in told[0]) is overlap


def test_readings_are_counted_and_over_treatment_comes_first() -> None:
    result = risks()
    cells = result.intensity.filter(era="all").head(3).with_columns(
        n_patients=pl.Series([40, 50, 60]), reading=pl.Series([UNDER, "", OVER])
    )  # fmt: skip
    result = dataclasses.replace(result, intensity=cells)
    assert select_readings(result)["reading"].to_list() == [OVER, UNDER]
    assert (
        "Of 3 lines of 20 patients or more (a group of a trial on one treatment), the limits of 1 "
        "hint at over-treatment and those of 1 at under-treatment." in " ".join(say_risk(result))
    )


def test_no_group_that_passes_is_said_with_the_nearest_by_its_limit() -> None:
    result = groups()
    row = result.printed.row(0, named=True)
    told = say_deescalation(result)
    assert "(one-sided, 97.5 %)" in told[0]
    assert f"1 {row['word']}" in told[0]
    assert "No group passes. Nearest by its upper limit was nci: standard" in told[1]
    assert "does not show" in told[2] or "not shown" in told[2]


def test_items_are_counted_by_what_is_left_to_a_person() -> None:
    assert count_items(REMARK) == (
        "4 items: told wholly by the data 2, in part 1, left to a person 1."
    )
    assert "`" not in " ".join(
        cell for block in read_page(page()).blocks if isinstance(block, Grid)
        and block.caption.startswith("REMARK") for row in block.rows for cell in row
    )  # fmt: skip


def test_a_pool_tells_of_its_data_and_leaves_the_model_to_a_validation() -> None:
    tripod = fill_tripod_of_pool(simulated_pool(3))
    known = dict(tripod.select("item", "known").iter_rows())
    to_fill = dict(tripod.select("item", "to_fill").iter_rows())
    assert "3 trials (simulated)" in known["5a"]
    assert known["20a"].startswith(f"{simulated_pool(3).table('patient').height:,} patients")
    assert known["23a"] == ""
    assert to_fill["23a"].startswith(NO_BANK)
    assert NO_BANK not in to_fill["2"], "no run could know the abstract"
