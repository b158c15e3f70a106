"""What `chorall marker` prints and writes, and what it refuses."""

from __future__ import annotations

import json

import pytest
from golden.golden_consortium import write_golden_consortium

from chorall.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from chorall.consortium.build import build_pool

    place = tmp_path_factory.mktemp("marker")
    build_pool(write_golden_consortium(place / "in"), place / "pool")
    return place / "pool"


@pytest.fixture
def run(monkeypatch, capsys):
    def run_command(*arguments):
        monkeypatch.setattr("sys.argv", ["chorall", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run_command


def test_one_page_is_printed_and_written(run, folder, tmp_path):
    code, out, _ = run(
        "marker", folder, "TP53", "-e", "OS", "--json", tmp_path / "a.json", "--out", tmp_path
    )
    assert code == 0
    for title in ("Frequency among those tested", "Prognosis", "Across trials"):
        assert title in out
    assert "Not counted as negative" in out
    names = {file.name for file in tmp_path.iterdir()}
    figures = {f"marker-figure-1.{ending}" for ending in ("svg", "png", "csv")}
    assert figures | {"marker.json", "marker.csv", "marker-incidence.csv"} <= names
    found = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert {row["marker"] for row in found["rows"] + found["incidence"]} == {"TP53"}


def test_an_unknown_marker_is_10(run, folder):
    code, _, error = run("marker", folder, "TP35")
    assert code == 10
    assert "did you mean `TP53`" in error


def test_a_report_takes_the_names_of_its_sheets(run, folder, tmp_path):
    page = tmp_path / "report.html"
    assert run("report", folder, "-o", page, "-m", "TP53")[0] == 0
    text = page.read_text("utf-8")
    assert "The markers that were asked for." in text
    assert text.count('id="figure-marker-tp53') == 1
    code, _, error = run("report", folder, "-o", page, "-m", "TP35")
    assert code == 10
    assert "TP35" in error
