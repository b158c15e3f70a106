"""The page of one marker: what stands on it, and which markers get one."""

from __future__ import annotations

import dataclasses
import re
from xml.etree import ElementTree

import polars as pl
import pytest
from unit.analyses.scan_pool import build_scan_pool, draw_scan_tables
from unit.reports.built_results import built_incidence, built_overview, built_prognosis

import chorall as ch
from chorall.errors import InputError
from chorall.reports.marker_sheet_figure import draw_marker_sheet
from chorall.reports.marker_sheet_frequencies import list_trials
from chorall.reports.numbers import format_ratio_interval
from chorall.reports.page import render_report
from chorall.reports.selection import MOST_SHEETS, select_sheets

SVG = "{http://www.w3.org/2000/svg}"


def texts(figure):
    return [element.text for element in ElementTree.fromstring(figure.svg()).iter(f"{SVG}text")]


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    tables = draw_scan_tables()
    nobody = tables["patients"].filter(pl.col("trial_id") == "C")["patient_id"]
    untested = pl.col("patient_id").is_in(nobody.implode()) & (pl.col("marker") == "M1")
    status = pl.when(untested).then(pl.lit("failed")).otherwise("status")
    changed = tables["statuses"].with_columns(status=status)
    return build_scan_pool(tmp_path_factory.mktemp("sheets"), tables, statuses=changed)


@pytest.fixture(scope="module")
def sheet(pool):
    return ch.marker(pool, "M1", endpoints=["OS", "CIR"])


@pytest.fixture(scope="module")
def figure(sheet):
    return draw_marker_sheet(sheet)


def test_all_parts_of_the_issue_stand_on_the_page(sheet, figure):
    shown = texts(figure)
    wanted = {
        "M1", "Not", "Failed", "Unclear", "One more trial", "All, one stage", "All, two stages",
        "Under 16 years", "26 years and over", "At risk", "B lineage", "T lineage", "Grade", "q",
    }  # fmt: skip
    assert wanted <= set(shown)
    for row in sheet.prognosis.summary.iter_rows(named=True):
        assert row["grade"] in shown
        figures = (row[f"adjusted_{name}"] for name in ("hazard_ratio", "lower", "upper"))
        assert format_ratio_interval(*figures) in shown
    joined = " ".join(text or "" for text in shown)
    assert "Per 10 years of age, within trials" in joined
    assert "Associations, not causes. Research use only." in joined
    assert "SYNTHETIC" in shown


def test_a_trial_where_every_test_failed_has_no_frequency(sheet, figure):
    failed = sheet.incidence.rows.filter(pl.col("by") == "overall", pl.col("trial") == "C")
    assert failed["n_tested"].to_list() == [0]
    shown = texts(figure)
    assert "nobody tested" in shown
    assert f"{failed['n_failed'][0]:,}" in shown
    assert f"{failed['n_failed'][0]:,} failed" in " ".join(text or "" for text in shown)


def test_each_column_of_the_frequencies_is_what_its_head_says(sheet):
    rows = {row.label: row for row in list_trials(sheet.incidence)}
    assert [row.kind for row in rows.values()] == ["pooled", "single", "single", "single"]
    for label, row in rows.items():
        trial = pl.col("trial").is_null() if label == "All, pooled" else pl.col("trial") == label
        line = sheet.incidence.rows.filter(pl.col("by") == "overall", trial).row(0, named=True)
        rest = line["n_not_reported"] + line["n_positive_only"]
        names = ("n_not_tested", "n_failed", "n_inconclusive")
        assert row.cells[1] == f"{line['n_present']:,} / {line['n_tested']:,}"
        assert row.cells[2:] == (*(f"{line[name]:,}" for name in names), f"{rest:,}")
    assert len({rows["A"].cells[2], rows["A"].cells[3]}) == 2, "columns that cannot be told apart"


def test_the_page_is_the_same_twice_and_shows_no_machine_words(figure):
    assert figure.svg() == figure.svg()
    shown = " ".join([figure.alt, *(text or "" for text in texts(figure))])
    assert not re.search(r"\b(nan|None|null|inf)\b", shown)
    assert "OS" in figure.data["line"].to_list() or "Overall survival" in shown
    assert {"pooled", "single", "prediction"} <= set(figure.data["kind"])


def test_warnings_of_the_marker_are_read_on_its_page(sheet):
    said = sheet.prognosis.summary.with_columns(warnings=pl.lit("take care here"))
    warned = dataclasses.replace(
        sheet, prognosis=dataclasses.replace(sheet.prognosis, summary=said)
    )
    assert "OS, CIR: take care here." in texts(draw_marker_sheet(warned))


def grade(result, grades):
    """Give the markers grades, the first the smallest p value."""
    markers = list(grades)
    frame = result.summary.head(0)
    line = result.summary.row(0, named=True)
    lines = [
        line | {"marker": marker, "grade": word, "adjusted_p_value": 0.001 * (place + 1)}
        for place, (marker, word) in enumerate(grades.items())
    ]
    assert len(markers) == len(lines)
    return dataclasses.replace(result, summary=pl.DataFrame(lines, schema=frame.schema))


def test_sheets_go_to_the_graded_at_most_eight_by_p_value():
    result = built_prognosis()
    words = ["not shown", "replicated", "single-trial", "consistent", "heterogeneous"]
    few = grade(result, {f"G{place}": word for place, word in enumerate(words)})
    chosen, rule = select_sheets(few)
    assert chosen == ["G1", "G3", "G4"]
    assert "replicated, consistent or heterogeneous" in rule
    many = grade(result, {f"G{place:02d}": "replicated" for place in range(11)})
    chosen, rule = select_sheets(many)
    assert chosen == [f"G{place:02d}" for place in range(MOST_SHEETS)]
    assert "11, of which the 8" in rule
    none = grade(result, {f"G{place}": "not shown" for place in range(6)})
    chosen, rule = select_sheets(none)
    assert chosen == ["G0", "G1", "G2", "G3"]
    assert rule.startswith("No marker is graded")


def test_sheets_can_be_asked_for_by_name():
    few = grade(built_prognosis(), {"G0": "not shown", "G1": "replicated"})
    assert select_sheets(few, ["G0"])[0] == ["G0"]
    with pytest.raises(InputError, match="unknown marker"):
        select_sheets(few, ["G7"])


def test_a_report_has_sheets_in_their_own_section(sheet):
    parts = built_overview(), built_incidence(), built_prognosis()
    with_sheets = render_report(*parts, sheets=[sheet], sheet_rule="Why these.")
    assert '<h2 id="sheets-heading">5. Marker sheets</h2>' in with_sheets
    assert "Why these." in with_sheets
    assert "6. Methods and limits" in with_sheets
    assert "figure-marker-m1" in with_sheets
