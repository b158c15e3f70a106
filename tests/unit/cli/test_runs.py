"""Run folders: what is in them, the same bytes twice, and every change is found."""

from __future__ import annotations

import csv
import inspect
import io
import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import typer
from unit.cli.command_runner import Run
from unit.cli.small_pool import write_pool_of

from chorall.cli.app import app
from chorall.errors import DataError
from chorall.reports.runs import read_run


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pool_of(tmp_path_factory.mktemp("runs") / "pool", 1)


@pytest.fixture
def made(run: Run, pool: Path, tmp_path: Path) -> Path:
    code, printed, error = run("table1", pool, "--by", "trial", "--run", tmp_path / "run")
    assert (code, error) == (0, "")
    assert f"Written: {tmp_path / 'run'}" in printed
    return tmp_path / "run"


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_a_run_holds_numbers_figures_and_how_they_were_made(
    run: Run, pool: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    code, *_ = run("prognosis", pool, "-e", "OS", "-a", "none", "--run", folder)
    assert code == 0
    names = set(read_all(folder))
    assert {
        "run.json", "provenance.json", "log.txt", "prognosis.json", "tables/prognosis.parquet",
        "tables/prognosis.csv", "tables/prognosis-summary.parquet", "tables/prognosis-curves.csv",
        "tables/prognosis-side-by-side-table.tex", "figures/prognosis-figure-1.svg",
        "figures/prognosis-figure-1.csv", "texts/prognosis-methods.txt",
    } <= names  # fmt: skip
    about = read_run(folder).about
    assert about["command_line"] == ["prognosis", "--endpoint=OS", "--adjust=none", str(pool)]
    assert about["arguments"]["horizon"] == 5.0, "also what was not typed"
    assert about["inputs"][0]["kind"] == "pool"
    assert {"chorall", "python", "polars", "numpy", "platform"} <= set(about["versions"])
    assert set(about["files"]) == names - {"run.json"}
    frame = pl.read_parquet(folder / "tables" / "prognosis.parquet")
    rows = list(csv.reader(io.StringIO((folder / "tables" / "prognosis.csv").read_text("utf-8"))))
    assert (rows[0], len(rows)) == (frame.columns, frame.height + 1)
    log = (folder / "log.txt").read_text("utf-8")
    assert "120 patients in the pool, simulated" in log
    assert log.endswith("done\n")


def test_the_same_input_gives_the_same_bytes(
    run: Run, pool: Path, made: Path, tmp_path: Path
) -> None:
    before = read_all(made)
    time.sleep(0.01)
    run("table1", pool, "--by", "trial", "--run", tmp_path / "other")
    assert read_all(tmp_path / "other") == before


def test_verify_finds_nothing_in_a_run_that_nobody_touched(run: Run, made: Path) -> None:
    code, printed, error = run("verify", made)
    assert (code, error) == (0, "")
    assert "same, byte for byte" in printed


def test_verify_says_which_number_was_changed_and_by_how_much(run: Run, made: Path) -> None:
    file = made / "tables" / "table1.parquet"
    frame = pl.read_parquet(file)
    median = pl.col("median")
    changed = frame.with_columns(
        pl.when(median.is_not_null() & (pl.int_range(pl.len()) == 0)).then(median * 1.25)
        .otherwise(median).alias("median")
    )  # fmt: skip
    changed.write_parquet(file)
    code, _, error = run("verify", made)
    assert code == 11
    assert "tables/table1.parquet: was changed after the run was written" in error
    assert "1 value of" in error
    assert "column median, row 1, apart by" in error
    assert "(relative 2.0e-01)" in error


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda run: (run / "table1.json").unlink(), "table1.json: is missing"),
        (lambda run: (run / "note.txt").write_text("x"), "note.txt: does not belong to the run"),
        (
            lambda run: (run / "tables/table1-table.md").write_text("x\n"),
            "lines differ, the first is line 1",
        ),
        (lambda run: (run / "log.txt").write_text("x\n"), "log.txt: was changed"),
    ],
)
def test_verify_finds_every_damage(
    run: Run, made: Path, damage: Callable[[Path], object], words: str
) -> None:
    damage(made)
    code, _, error = run("verify", made)
    assert code == 11
    assert words in error


def test_a_changed_description_is_refused(run: Run, made: Path) -> None:
    file = made / "run.json"
    about = json.loads(file.read_text("utf-8"))
    about["command_line"][0] = "incidence"
    file.write_text(json.dumps(about), "utf-8")
    with pytest.raises(DataError, match="was changed after the run was written"):
        read_run(made)
    assert run("verify", made)[0] == 11


def test_a_run_of_another_pool_is_not_verified(run: Run, made: Path, tmp_path: Path) -> None:
    other = write_pool_of(tmp_path / "other", 2)
    code, _, error = run("verify", made, "--pool", other)
    assert code == 11
    assert "is not the pool the run was made from" in error


def test_a_pool_that_moved_is_named(run: Run, made: Path, pool: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.symlink_to(pool)
    assert run("verify", made, "--pool", moved)[0] == 0


def test_verify_checks_a_pool_too(run: Run, tmp_path: Path) -> None:
    pool = write_pool_of(tmp_path / "pool", 3)
    code, printed, _ = run("verify", pool)
    assert code == 0
    assert "as it was written" in printed
    with (pool / "patient.parquet").open("ab") as file:
        file.write(b"x")
    code, _, error = run("verify", pool)
    assert code == 11
    assert "patient.parquet" in error


def test_neither_a_pool_nor_a_run(run: Run, tmp_path: Path) -> None:
    assert run("verify", tmp_path)[0] == 10


def test_a_folder_with_other_things_is_not_replaced(run: Run, pool: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.docx").write_text("x")
    code, _, error = run("table1", pool, "--run", folder)
    assert code == 10
    assert "is not a run: it is not replaced" in error
    assert (folder / "thesis.docx").exists()


def test_an_older_run_is_replaced_whole_and_nothing_is_left_beside(
    run: Run, pool: Path, made: Path
) -> None:
    assert run("incidence", pool, "--by", "overall", "--run", made)[0] == 0
    assert "table1.json" not in read_all(made)
    assert [entry.name for entry in made.parent.iterdir()] == ["run"]


def test_a_run_that_cannot_be_finished_leaves_the_old_one(
    run: Run, pool: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_all(made)
    real = Path.write_bytes

    def fail(self: Path, content: bytes) -> int:
        if self.name == "run.json":
            raise OSError(28, os.strerror(28))
        return real(self, content)

    monkeypatch.setattr(Path, "write_bytes", fail)
    code, _, error = run("incidence", pool, "--by", "overall", "--run", made)
    assert code == 10
    assert "No space left" in error
    assert read_all(made) == before
    assert [entry.name for entry in made.parent.iterdir()] == ["run"]


def test_printed_tables_go_beside_the_numbers(run: Run, pool: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, printed, _ = run("table1", pool, "--out", out, "--to", "docx, md")
    assert code == 0
    assert {"table1-table.docx", "table1-table.md"} <= {file.name for file in out.iterdir()}
    assert "table1-table.docx" in printed


def test_figures_are_written_for_one_column_of_a_journal(
    run: Run, pool: Path, tmp_path: Path
) -> None:
    wide, narrow = tmp_path / "wide", tmp_path / "narrow"
    asked = ("incidence", pool, "-m", "TP53")
    assert run(*asked, "--out", wide)[0] == 0
    assert run(*asked, "--out", narrow, "--figure-width", "one_column")[0] == 0
    names = [file.name for file in sorted(wide.iterdir())]
    assert [file.name for file in sorted(narrow.iterdir())] == names
    widths = {
        folder.name: {re.search(r'viewBox="0 0 (\S+)', file.read_text())[1]  # type: ignore[index]
                      for file in folder.glob("*.svg")}
        for folder in (wide, narrow)
    }  # fmt: skip
    assert widths == {"wide": {"518.4"}, "narrow": {"252"}}
    assert all((narrow / name).read_bytes() == (wide / name).read_bytes()
               for name in names if name.endswith(".csv"))  # fmt: skip


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--to", "md"], "--to needs --out"),
        (["--to", "doc", "--out", "x"], "unknown format"),
        (["--figure-width", "one_column"], "--figure-width needs --out"),
        (["--figure-width", "89", "--out", "x"], "unknown width of a figure"),
    ],
)
def test_a_wrong_wish_is_refused_before_the_work(
    run: Run, pool: Path, tmp_path: Path, options: list[str], words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    code, printed, error = run("table1", pool, *options)
    assert (code, printed) == (10, "")
    assert words in error


def test_every_analysis_command_can_write_a_run() -> None:
    def walk(group: typer.Typer) -> list[tuple[str, list[str]]]:
        found = [
            (str(info.name), list(inspect.signature(info.callback).parameters))
            for info in group.registered_commands
            if info.callback is not None
        ]
        for inner in group.registered_groups:
            assert inner.typer_instance is not None
            found += walk(inner.typer_instance)
        return found

    commands = dict(walk(app))
    analyses = {name for name, names in commands.items() if {"json_file", "out"} <= set(names)}
    assert {"incidence", "prognosis", "table1", "treatment", "validate", "marker"} <= analyses
    assert {"predict", "endpoints"} <= analyses
    assert all("run" in commands[name] for name in analyses)
    for option in ("to", "figure_width"):
        no_folder = {name for name in analyses if option not in commands[name]}
        assert no_folder == {"predict"}, "its --out is a file"
    assert "run" not in commands["pool"]
