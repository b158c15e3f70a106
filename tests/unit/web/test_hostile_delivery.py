"""A delivery whose names are code: pages show it, files do not run it."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from fastapi.testclient import TestClient

import chorall as ch
from chorall.web.app import create_app
from chorall.web.settings import Settings

BASE = "http://127.0.0.1:8765"
TAG = "<script>alert(1)</script>"
FORMULA = f"=HYPERLINK(1){TAG}$\\frac{{$"
PAGES = ("/", "/analyst", "/analyst/marker?marker=TP53", "/analyst/quality")
FILES = ("/analyst/trials.csv", "/analyst/quality.csv?part=quarantine")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Serve a pool whose group, file, column and name are formulas, markup and half a formula."""
    folder = tmp_path_factory.mktemp("hostile")
    ch.simulate(folder / "sim", patients=300, trials=1, seed=5)
    trial = folder / "sim" / "syn-paed-1"
    mapping, file = trial / "mapping.toml", trial / "paediatric.csv"
    text = mapping.read_text("utf-8").replace("AGE_MONTHS", "=A1<b>x")
    text = text.replace('"paediatric.csv"', '"=B1<b>x.csv"')
    group = next(line for line in text.splitlines() if line.startswith("group = "))
    mapping.write_text(text.replace(group, f"group = '{FORMULA}'"), "utf-8")
    head, *lines = file.read_text("utf-8").replace("AGE_MONTHS", "=A1<b>x").splitlines()
    place = head.split(",").index("=A1<b>x")
    for n in range(9):  # so many that the number is not hidden
        cells = lines[n].split(",")
        lines[n] = ",".join([*cells[:place], "999999", *cells[place + 1 :]])
    (trial / "=B1<b>x.csv").write_text("\n".join([head, *lines, ""]), "utf-8")
    whole = folder / "sim" / "consortium.toml"
    whole.write_text(
        whole.read_text("utf-8").replace('"Simulated consortium"', f"'{TAG}'"), "utf-8"
    )
    pool = ch.build_pool(whole, folder / "POOL")
    return TestClient(create_app(Settings(pool=pool)), base_url=BASE)


@pytest.mark.parametrize("path", PAGES)
def test_markup_in_names_is_shown_not_run(client, path):
    found = client.get(path)
    assert found.status_code == 200
    assert "<script>alert" not in found.text
    assert "<b>x" not in found.text


@pytest.mark.parametrize("path", FILES)
def test_no_cell_of_a_file_is_a_formula(client, path):
    found = client.get(path)
    assert found.status_code == 200
    assert "HYPERLINK" in found.text or "A1<b>x" in found.text
    for row in csv.reader(io.StringIO(found.text)):
        assert not [cell for cell in row if cell.startswith(("=", "+", "@"))]


def test_numbers_of_a_file_stay_as_they_are(client):
    found = pl.read_csv(io.StringIO(client.get("/analyst/incidence.csv?marker=TP53").text))
    assert found["proportion"].dtype == pl.Float64
