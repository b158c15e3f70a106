import dataclasses
import re
import subprocess
import sys
from html.parser import HTMLParser

import polars as pl
import pytest
from unit.reports.built_results import (
    LABEL,
    MANIFEST,
    built_incidence,
    built_overview,
    built_prognosis,
)

import chorall.reports
from chorall.analyses.result import AnalysisResult
from chorall.reports.documents import write_documents
from chorall.reports.numbers import format_ratio_interval
from chorall.reports.page import render_report
from chorall.reports.selection import select_curve_markers, select_frequency_markers
from chorall.reports.sentences import write_summary


class Outline(HTMLParser):
    """Collect headings, identifiers, links and the visible text of a page."""

    def __init__(self):
        super().__init__()
        self.headings, self.ids, self.links, self.tags, self.words = [], [], [], set(), []
        self.hidden = 0

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.add(tag)
        self.hidden += tag in {"style", "script"}
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if values.get("id"):
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values["href"])

    def handle_endtag(self, tag):
        self.hidden -= tag in {"style", "script"}

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


def results():
    return built_overview(), built_incidence(), built_prognosis()


@pytest.fixture(scope="module")
def page():
    return render_report(*results(), title="Four <trials>", manifest=MANIFEST)


@pytest.fixture(scope="module")
def outline(page):
    outline = Outline()
    outline.feed(page)
    return outline


def test_the_page_loads_nothing_and_runs_nothing(page, outline):
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    assert not {"script", "link", "iframe", "img", "object"} & outline.tags
    assert not re.search(r"(src|href)=[\"'](?!#)", page)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_identifiers_are_unique_and_every_link_leads_somewhere(outline):
    assert len(outline.ids) == len(set(outline.ids))
    assert {link[1:] for link in outline.links} <= set(outline.ids)
    assert len(outline.links) > 6


def test_a_page_without_marker_sheets_counts_its_parts_without_them(page):
    assert "sheets-heading" not in page
    assert "5. Methods and limits" in page


def test_headings_go_down_one_step_at_a_time(outline):
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    steps = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(after <= before + 1 for before, after in steps)


def test_landmarks_language_and_escaped_title(page, outline):
    assert {"header", "nav", "main", "footer", "figure", "caption"} <= outline.tags
    assert '<html lang="en-GB">' in page
    assert "<h1>Four &lt;trials&gt;</h1>" in page


def test_no_machine_word_is_shown(outline):
    shown = " ".join(outline.words)
    assert not re.search(r"\b(nan|NaN|None|null|inf)\b", shown)


def test_synthetic_pools_say_so_and_others_do_not(page):
    assert page.count("SYNTHETIC DATA") >= 3
    label = dataclasses.replace(LABEL, synthetic=False)
    real = render_report(*(dataclasses.replace(result, pool=label) for result in results()))
    assert "SYNTHETIC" not in real
    assert "Research use only" in real


def test_the_page_is_the_same_twice(page):
    assert page == render_report(*results(), title="Four <trials>", manifest=MANIFEST)


def test_every_warning_and_every_hash_is_on_the_page(page):
    for result in results():
        for warning in result.warnings:
            assert warning in page
    assert LABEL.hash in page
    assert page.count("ab12" * 16) == len(MANIFEST["deliveries"])


def test_the_summary_is_made_from_the_numbers_and_claims_no_cause():
    summary = write_summary(*results())
    text = " ".join(summary)
    rows = built_prognosis().summary.filter(pl.col("endpoint") == "OS")
    strongest = rows.sort("adjusted_p_value", nulls_last=True).row(0, named=True)
    names = ("adjusted_hazard_ratio", "adjusted_lower", "adjusted_upper")
    assert format_ratio_interval(*(strongest[name] for name in names)) in text
    assert "associations" in summary[-1]
    assert not re.search(r"\b(causes|leads to|because of|protects|due to)\b", text)
    assert "1 trial has no survival data" in text
    assert 3 <= len(summary) <= 7


def test_an_interval_that_includes_one_is_not_called_a_difference():
    rows = built_prognosis().summary.with_columns(
        adjusted_lower=pl.lit(0.5), adjusted_upper=pl.lit(2.0)
    )
    prognosis = dataclasses.replace(built_prognosis(), summary=rows)
    text = " ".join(write_summary(built_overview(), built_incidence(), prognosis))
    assert "no difference is shown" in text
    assert "higher hazard" not in text


def test_markers_are_chosen_by_difference_and_by_evidence():
    assert "ETV6::RUNX1" in select_frequency_markers(built_incidence())
    assert len(select_frequency_markers(built_incidence())) == 6
    markers = select_curve_markers(built_prognosis(), ["OS"])
    assert len(markers) == 4
    assert "TCF3::HLF" not in markers


def test_a_pool_without_markers_or_survival_still_gives_a_page():
    overview, incidence, prognosis = results()
    empty = dataclasses.replace(
        overview,
        coverage=overview.coverage.head(0),
        quality=overview.quality.head(0),
        rows=overview.rows.with_columns(
            n_events=pl.lit(None, dtype=pl.Int64),
            median_follow_up_years=pl.lit(None, dtype=pl.Float64),
        ),
    )
    nothing = dataclasses.replace(
        prognosis,
        summary=prognosis.summary.head(0),
        curves=prognosis.curves.head(0),
        at_risk=prognosis.at_risk.head(0),
        endpoints=(),
    )
    page = render_report(
        empty, dataclasses.replace(incidence, rows=incidence.rows.head(0)), nothing
    )
    assert "No trial has survival data." in page
    assert page.count("<svg") == 1
    assert "From the delivered rows to the patients tested" in page


def test_a_report_is_written_whole(tmp_path):
    (path,) = write_documents(render_report(*results()), tmp_path / "out" / "report.html", ["html"])
    assert path.read_text("utf-8").rstrip().endswith("</html>")
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


@pytest.mark.parametrize("result", results(), ids=lambda result: result.analysis)
def test_results_show_and_draw_themselves(result):
    assert set(chorall.reports.AnalysisResult.renderers) >= {"overview", "incidence", "prognosis"}
    assert AnalysisResult.renderers is chorall.reports.AnalysisResult.renderers
    html = result._repr_html_()
    assert "SYNTHETIC DATA" in html
    assert "<table>" in html
    assert result.plot().svg().startswith("<svg")


def test_importing_reports_does_not_import_the_plot_library():
    code = (
        "import chorall.reports, sys; print('matplotlib' in sys.modules, 'jinja2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
