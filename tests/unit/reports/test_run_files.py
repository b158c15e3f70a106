"""The files of a run, and how their differences are told."""

from __future__ import annotations

import io

import polars as pl
import pytest
from unit.reports.built_results import built_overview, built_prognosis

from chorall.reports.runs.content import describe_difference
from chorall.reports.runs.files import _flatten, render_files


def test_no_frame_of_a_result_is_left_out() -> None:
    result = built_overview()
    files = render_files([result])
    for name, frame in {"": result.rows, "-coverage": result.coverage, "-quality": result.quality,
                        "-follow-up": result.follow_up}.items():  # fmt: skip
        found = pl.read_parquet(io.BytesIO(files[f"tables/overview{name}.parquet"]))
        assert found.equals(frame)
        assert f"tables/overview{name}.csv" in files


def test_no_frame_comes_twice() -> None:
    names = [name for name in render_files([built_prognosis()]) if name.endswith(".parquet")]
    assert len(names) == len(set(names))
    assert names.count("tables/prognosis-summary.parquet") == 1
    assert "tables/prognosis-rows.parquet" not in names


def test_lists_become_json_in_csv() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": [["x", "y"], None]})
    assert _flatten(frame).write_csv() == 'a,b\n1,"[""x"", ""y""]"\n2,null\n'


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        ("a.json", b'{"x": [1.0, 2.0]}', b'{"x": [1.0, 2.5]}',
         "1 value of 2 differ; most at x[1], apart by 0.5 (relative 2.0e-01)"),
        ("a.json", b'{"x": 1}', b'{"x": 1, "y": 2}', "1 value in one of both only"),
        ("a.json", b'{"x": 1}', b'{"x":1}', "other bytes, the same values"),
        ("a.json", b'{"x": 1}', b"{", "one of both cannot be read"),
        ("a.csv", b"n,m\n1,2\n3,4\n", b"n,m\n1,2\n3,5\n",
         "1 value of 4 differ; most at column m, row 2, apart by 1 (relative 2.0e-01)"),
        ("a.csv", b"n\nabc\n", b"n\nabd\n", "1 value of 1 differ; most at column n, row 1"),
        ("a.svg", b"a\nb\nc\n", b"a\nx\n", "2 lines differ, the first is line 2"),
        ("a.txt", b"a\n", b"a\r\n", "other line ends"),
    ],
)  # fmt: skip
def test_a_difference_is_told_by_place_and_size_never_by_value(
    name: str, before: bytes, after: bytes, expected: str
) -> None:
    assert describe_difference(name, before, after) == expected
