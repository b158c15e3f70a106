"""Any table of text is read back cell for cell; any bytes are read or refused."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from chorall.errors import UserError
from chorall.ingest import Delivery, read_delivery

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac-roman"]
ENDINGS = [".csv", ".tsv", ".txt", ".xlsx", ".xls", ".sav", ".dta", ".xpt", ".sas7bdat"]
STARTS = [b"", b"a,b\n", b'a;b\r\n1;"', b"\xff\xfe", b"\xef\xbb\xbf", b"PK\x03\x04", b"$FL2@(#)"]


def read(data: bytes, ending: str = ".csv", **options: str | None) -> Delivery:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"delivery{ending}"
        path.write_bytes(data)
        return read_delivery(path, **options)


def letters(encoding: str) -> st.SearchStrategy[str]:
    return st.characters(codec=encoding.removesuffix("-sig"), exclude_characters="\0\ufeff")


@st.composite
def tables(draw: st.DrawFn, encoding: str) -> list[list[str]]:
    width = draw(st.integers(2, 5))
    # Few letters of meaning to a reader make the hard cells common.
    hard = st.text(st.sampled_from('",;\t|\r\n =-a1'), max_size=6)
    cell = st.one_of(hard, st.text(letters(encoding), max_size=8))
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=12))
    return [[f"column{number}" for number in range(width)], *rows]


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_a_written_table_is_read_back_cell_for_cell(data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(ENCODINGS))
    delimiter = data.draw(st.sampled_from([",", ";", "\t", "|"]))
    line_end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    stated = data.draw(st.booleans())
    table = data.draw(tables(encoding))
    has_line_ends = any("\r" in cell or "\n" in cell for row in table for cell in row)
    quoting = csv.QUOTE_ALL if has_line_ends else csv.QUOTE_MINIMAL
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(table)
    # What states itself by a mark or is UTF-8 need not be stated.
    needs = encoding in ("cp1252", "mac-roman")
    delivery = read(
        text.getvalue().encode(encoding),
        encoding=encoding if needs or stated else None,
        delimiter=delimiter if stated else None,
    )
    expected = [
        (number, *(cell or None for cell in row))
        for number, row in enumerate(table[1:], start=2)
        if any(row)
    ]
    assert delivery.frame.rows() == expected
    assert delivery.frame.columns[1:] == table[0]
    assert delivery.delimiter == delimiter
    assert delivery.has_bom == (encoding in ("utf-8-sig", "utf-16"))


@settings(deadline=None, max_examples=300)
@given(
    start=st.sampled_from(STARTS),
    rest=st.one_of(st.binary(max_size=200), st.text(st.sampled_from('a1",;\r\n'))),
    ending=st.sampled_from(ENDINGS),
)
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes | str, ending: str) -> None:
    data = start + (rest.encode() if isinstance(rest, str) else rest)
    try:
        delivery = read(data, ending)
    except UserError:
        return
    assert delivery.n_bytes == len(data)
    assert delivery.frame.columns[0] == "__row__"
    assert delivery.frame["__row__"].is_sorted()


@settings(deadline=None, max_examples=200)
@given(text=st.text(st.sampled_from('a1",\n'), min_size=1, max_size=60))
def test_the_fast_reader_agrees_with_the_csv_module(text: str) -> None:
    records = list(csv.reader(io.StringIO("x,y\n" + text, newline="")))
    try:
        delivery = read(f"x,y\n{text}".encode())
    except UserError:
        return
    expected = [
        (number, *(cell or None for cell in record))
        for number, record in enumerate(records[1:], start=2)
        if any(record)
    ]
    assert delivery.frame.rows() == expected
