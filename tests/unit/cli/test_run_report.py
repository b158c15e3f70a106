"""`chorall report RUN`: everything that a run holds, and whether it still stands."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import docx
import polars as pl
import pytest
from unit.cli.command_runner import Run
from unit.cli.small_pool import write_pool_of

import chorall
from chorall.errors import DataError
from chorall.reports.documents.blocks import Grid, Heading, Picture
from chorall.reports.documents.grid_table import split_grid
from chorall.reports.documents.page_reader import read_page
from chorall.reports.runs import read_run
from chorall.reports.runs.folder import describe_content
from chorall.reports.runs.method_words import method_words
from chorall.reports.runs.reading import read_drawings, read_tables
from chorall.tables.manifest import content_hash

SOURCE = Path(chorall.__file__).parent
DOCS = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pool_of(tmp_path_factory.mktemp("reported") / "pool", 1)


@pytest.fixture
def made(run: Run, pool: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    assert run("prognosis", pool, "-e", "OS", "-a", "none", "--run", folder)[0] == 0
    return folder


def seal(folder: Path, name: str, content: str) -> None:
    """Change a file of a run as somebody would who also corrects the hashes."""
    (folder / name).write_text(content, "utf-8")
    about = json.loads((folder / "run.json").read_text("utf-8"))
    about["files"][name] = describe_content(content.encode())
    about["content_hash"] = content_hash(about)
    (folder / "run.json").write_text(json.dumps(about), "utf-8")


def test_a_report_shows_all_that_the_run_holds(run: Run, made: Path, tmp_path: Path) -> None:
    code, printed, error = run("report", made, "-o", tmp_path / "r.html", "--to", "html,pdf,docx")
    assert (code, error) == (0, "")
    assert [printed.count(f"r.{ending}") for ending in ("html", "pdf", "docx")] == [1, 1, 1]
    page = (tmp_path / "r.html").read_text("utf-8")
    found = read_page(page)
    headings = [block.text for block in found.blocks if isinstance(block, Heading)]
    assert {"1. What was asked", "3. Results", "6. Checklists for a paper"} <= set(headings)
    tables = {grid.caption: grid for grid in found.blocks if isinstance(grid, Grid)}
    for shown in read_tables(read_run(made), "prognosis", 200):
        assert tables[shown.caption].rows == shown.rows
    pictures = [block for block in found.blocks if isinstance(block, Picture)]
    drawings = sorted((made / "figures").glob("*.svg"))
    assert sorted(one.svg for one in pictures) == sorted(one.read_text() for one in drawings)
    text = unescape(page)
    for warning in json.loads((made / "prognosis.json").read_text())["warnings"]:
        assert warning in text
    assert (made / "texts" / "prognosis-methods.txt").read_text("utf-8").strip() in text
    about = read_run(made).about
    assert f"chorall {' '.join(about['command_line'])}" in text
    hashes = {one["sha256"] for one in [*about["files"].values(), *about["inputs"]]}
    assert all(one in text for one in hashes)
    remark = pl.read_parquet(made / "tables" / "prognosis-remark.parquet")
    assert len(tables["REMARK, item by item"].rows) == remark.height
    assert "chorall verify would have found every input" in text
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    word = docx.Document(str(tmp_path / "r.docx"))
    assert "1. What was asked" in [one.text for one in word.paragraphs]
    assert len(word.tables) == sum(len(split_grid(one)) for one in tables.values())


def test_the_same_run_gives_the_same_page(run: Run, made: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run("report", made, "-o", tmp_path / f"{name}.html")[0] == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda pool: shutil.rmtree(pool), "pool: no longer there"),
        (lambda pool: write_other(pool), "pool: something else lies there now"),
    ],
)
def test_an_input_that_verify_would_not_find_is_told(
    run: Run, pool: Path, tmp_path: Path, loss, words: str
) -> None:
    own = tmp_path / "own"
    shutil.copytree(pool, own)
    run("table1", own, "-m", "none", "--run", tmp_path / "run")
    loss(own)
    assert run("report", tmp_path / "run", "-o", tmp_path / "r.html")[0] == 0
    text = (tmp_path / "r.html").read_text("utf-8")
    assert f"would not have found 1 input ({words})" in text
    assert "REMARK" not in text


def write_other(pool: Path) -> None:
    shutil.rmtree(pool)
    write_pool_of(pool, 2)


def test_nothing_is_reported_of_a_run_that_was_changed(
    run: Run, made: Path, tmp_path: Path
) -> None:
    file = made / "tables" / "prognosis-table.html"
    file.write_text(file.read_text("utf-8").replace("TP53", "TP54"), "utf-8")
    (made / "log.txt").unlink()
    code, _, error = run("report", made, "-o", tmp_path / "r.html")
    assert code == 11
    assert "tables/prognosis-table.html: was changed after" in error
    assert "log.txt: is missing" in error
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize(
    "foreign",
    [
        "<script>alert(1)</script>", '<a href="#x"><g/></a>', '<rect onclick="x()"/>',
        '<rect fill="url(x.svg#a)"/>', "<foreignObject/>",
        '<use xmlns:x="http://www.w3.org/1999/xlink" x:href="other.svg#a"/>',
    ],
)  # fmt: skip
def test_a_drawing_that_is_none_of_ours_is_refused(made: Path, foreign: str) -> None:
    name = "figures/prognosis-figure-1.svg"
    svg = (made / name).read_text("utf-8")
    assert read_drawings(read_run(made), "prognosis")[0][1] == svg
    seal(made, name, svg.replace("</svg>", f"{foreign}</svg>"))
    ElementTree.fromstring((made / name).read_text("utf-8"))
    with pytest.raises(DataError, match="no figure of ours"):
        read_drawings(read_run(made), "prognosis")


def test_words_of_a_table_are_no_markup(run: Run, made: Path, tmp_path: Path) -> None:
    name = "tables/prognosis-table.html"
    page = (made / name).read_text("utf-8")
    seal(made, name, page.replace(">TP53<", ">&lt;script&gt;x()&lt;/script&gt;<", 1))
    assert run("report", made, "-o", tmp_path / "r.html")[0] == 0
    assert "<script" not in (tmp_path / "r.html").read_text("utf-8")


def test_a_long_table_is_cut_and_says_so(made: Path) -> None:
    whole = read_tables(read_run(made), "prognosis", 200)
    cut = read_tables(read_run(made), "prognosis", 1)
    long = next(place for place, table in enumerate(whole) if len(table.rows) > 1)
    assert cut[long].rows == whole[long].rows[:1]
    assert f"(the first 1 of {len(whole[long].rows)} rows" in cut[long].caption
    assert whole[long].caption in cut[long].caption
    assert whole[0].notes == cut[0].notes != ()


def test_a_marker_is_not_asked_of_a_run(run: Run, made: Path, tmp_path: Path) -> None:
    code, _, error = run("report", made, "-o", tmp_path / "r.html", "-m", "TP53")
    assert code == 2
    assert "--marker is for a pool" in error


def test_every_analysis_has_its_words_and_its_page() -> None:
    files = [*SOURCE.glob("analyses/**/*.py")]
    names = {
        name
        for file in files
        for name in re.findall(r"analysis=\"([a-z0-9-]+)\"", file.read_text())
    }
    assert len(names) > 20
    assert names <= set(method_words())
    for words in method_words().values():
        assert (DOCS / words.page).is_file(), words.page
