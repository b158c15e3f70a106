"""`chorall report`: the ending or --to decides what is written."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool
from unit.cli.command_runner import Run


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ids = [f"P{i:02d}" for i in range(60)]
    patients = pl.DataFrame({"patient_id": ids, "trial_id": "A", "age_years": 30.0})
    status = ["present", "absent", "absent"] * 20
    statuses = pl.DataFrame({"patient_id": ids, "marker": "TP53", "status": status})
    times = [100 + 30 * i for i in range(60)]
    outcomes = pl.DataFrame({
        "patient_id": ids, "endpoint": "OS", "time": times, "cause": [1, 0] * 30,
    })  # fmt: skip
    path = tmp_path_factory.mktemp("report") / "pool"
    return build_pool(path, patients=patients, statuses=statuses, outcomes=outcomes).path


def test_an_unknown_format_is_refused_before_the_work(run: Run, pool: Path, tmp_path: Path) -> None:
    code, printed, error = run("report", pool, "-o", tmp_path / "r.html", "--to", "html,odt")
    assert (code, printed) == (10, "")
    assert "html, pdf, docx" in error
    assert not list(tmp_path.iterdir())


def test_several_are_written_and_named(
    run: Run, pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import chorall as ch

    opened = ch.read_pool(pool)
    opened.manifest["name"] = "Made-up trials"
    monkeypatch.setattr("chorall.read_pool", lambda _: opened)
    code, printed, error = run("report", pool, "-o", tmp_path / "r.html", "--to", "pdf, docx")
    assert (code, error) == (0, "")
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["r.docx", "r.pdf"]
    assert "r.pdf" in printed
    assert "r.docx" in printed
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
