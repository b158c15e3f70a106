"""Delimited text files are read cell for cell, and what does not fit is met."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from chorall.errors import DataError, InputError
from chorall.ingest import ROW, Delivery, read_delivery

TABLE = "id,name,wbc\nA1,Müller,5.0\nA2,,+1\n"


def write(folder: Path, data: bytes | str, name: str = "patients.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def rows_of(delivery: Delivery) -> list[tuple[object, ...]]:
    return delivery.frame.rows()


def kinds_of(delivery: Delivery) -> set[str]:
    return {remark.kind for remark in delivery.remarks}


def test_a_file_is_read_as_text_with_row_numbers_hash_and_origin(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE)
    delivery = read_delivery(path)
    assert rows_of(delivery) == [(2, "A1", "Müller", "5.0"), (3, "A2", None, "+1")]
    assert delivery.frame.schema == {ROW: pl.UInt32} | dict.fromkeys(
        ["id", "name", "wbc"], pl.String
    )
    assert delivery.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (delivery.n_bytes, delivery.name) == (path.stat().st_size, "patients.csv")
    assert (delivery.format, delivery.encoding, delivery.delimiter) == ("csv", "utf-8", ",")
    assert (delivery.line_ends, delivery.has_bom, delivery.remarks) == ("LF", False, ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = "id;wbc;note\n1;2,5;a\n2;3,5;\n".replace(";", delimiter)
    if delimiter == ",":
        text = text.replace("2,5", "2.5").replace("3,5", "3.5")
    delivery = read_delivery(write(tmp_path, text))
    assert delivery.delimiter == delimiter
    assert delivery.frame.columns == [ROW, "id", "wbc", "note"]


def test_a_stated_delimiter_is_taken(tmp_path: Path) -> None:
    delivery = read_delivery(write(tmp_path, "a^b,c\n1^2,3\n"), delimiter="^")
    assert rows_of(delivery) == [(2, "1", "2,3")]
    assert delivery.delimiter == "^"


@pytest.mark.parametrize("delimiter", ["", "::", '"', "\n", "§"])
def test_a_delimiter_that_cannot_be_one_is_refused(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(InputError, match="cannot divide columns"):
        read_delivery(write(tmp_path, TABLE), delimiter=delimiter)


def test_one_column_is_a_table_too(tmp_path: Path) -> None:
    delivery = read_delivery(write(tmp_path, "gene\nTP53\nnone, or not seen\n"))
    assert rows_of(delivery) == [(2, "TP53"), (3, "none, or not seen")]
    assert delivery.delimiter == ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("utf-8", TABLE.encode("utf-8-sig")),
        ("utf-16-le", b"\xff\xfe" + TABLE.encode("utf-16-le")),
        ("utf-16-be", b"\xfe\xff" + TABLE.encode("utf-16-be")),
        ("utf-32-le", b"\xff\xfe\0\0" + TABLE.encode("utf-32-le")),
    ],
)
def test_a_byte_order_mark_states_the_encoding(tmp_path: Path, name: str, data: bytes) -> None:
    delivery = read_delivery(write(tmp_path, data))
    assert (delivery.encoding, delivery.has_bom) == (name, True)
    assert kinds_of(delivery) == {"bom"}
    assert rows_of(delivery)[0] == (2, "A1", "Müller", "5.0")


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("cp1252", "Universitätsklinikum Köln, Größe"),
        ("cp1252", "Müller"),
        ("cp1252", "Hôpital Saint-Élie à Besançon"),
        ("cp1252", "10³/µl, à l\u2019hôpital"),
        ("cp1250", "Łódź szpital dziecięcy Wrocław"),
        ("mac-roman", "Universitätsklinikum Köln, Größe"),
    ],
)
def test_another_encoding_is_found_and_told(tmp_path: Path, encoding: str, word: str) -> None:
    text = f"id;clinic\n1;{word}\n2;Bergamo\n3;{word}\n"
    delivery = read_delivery(write(tmp_path, text.encode(encoding)))
    assert delivery.frame["clinic"].to_list() == [word, "Bergamo", word]
    assert delivery.encoding == encoding
    (remark,) = delivery.remarks
    assert remark.kind == "encoding_found"
    assert f'encoding = "{encoding}"' in remark.message


def test_another_encoding_that_reads_as_well_is_named(tmp_path: Path) -> None:
    delivery = read_delivery(write(tmp_path, "id;clinic\n1;Århus\n".encode("cp1252")))
    assert "less likely: " in delivery.remarks[0].message
    assert "cp1250" in delivery.remarks[0].message


def test_a_stated_encoding_is_taken_without_remark(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n1,Łódź\n".encode("iso8859-2"))
    delivery = read_delivery(path, encoding="latin2")
    assert rows_of(delivery) == [(2, "1", "Łódź")]
    assert (delivery.encoding, delivery.remarks) == ("iso8859-2", ())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "UTF-16LE"])
def test_utf16_with_or_without_mark_is_read_when_stated(tmp_path: Path, encoding: str) -> None:
    data = "a,b\n1,ü\n".encode("utf-16" if encoding == "utf-16" else "utf-16-le")
    assert rows_of(read_delivery(write(tmp_path, data), encoding=encoding)) == [(2, "1", "ü")]


@pytest.mark.parametrize(
    ("data", "encoding", "words"),
    [
        ("a,b\n1,2\n".encode("utf-16-le"), None, 'encoding = "utf-16-le"'),
        ("a,b\n1,2\n".encode("utf-16-be"), None, 'encoding = "utf-16-be"'),
        (b"a,b\n1,\x002\n", None, "byte 6 .* is NUL"),
        (b"a,b\n1,2\xff\n", "utf-8", "byte 7 .*does not fit"),
        ("a,b\nü,é\n".encode() + b"\xff,1\n", None, "byte 10 .*does not fit"),
        ("a,b\n1,ü".encode()[:-1] + b"\x00", None, "NUL"),
        (b"\xff\xfea", None, "does not fit"),
        (b"a,b\n1,2\n", "klingon", "not a known text encoding"),
        (b"a,b\n1,2\n", "hex", "not a known text encoding"),
        (b"a,b\n1,2\n", "a\0b", "not a known text encoding"),
    ],
)
def test_bytes_that_are_not_text_say_where_and_what_to_do(
    tmp_path: Path, data: bytes, encoding: str | None, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        read_delivery(write(tmp_path, data), encoding=encoding)


@pytest.mark.parametrize(
    ("end", "name"), [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")], ids=["LF", "CRLF", "CR"]
)
def test_every_kind_of_line_end_is_read(tmp_path: Path, end: str, name: str) -> None:
    text = f'id,note{end}1,"two\r\nlines"{end}2,plain{end}'
    delivery = read_delivery(write(tmp_path, text))
    assert rows_of(delivery) == [(2, "1", "two\r\nlines"), (3, "2", "plain")]
    assert (delivery.line_ends, delivery.remarks) == (name, ())


def test_mixed_line_ends_are_read_and_told(tmp_path: Path) -> None:
    delivery = read_delivery(write(tmp_path, "a,b\r\n1,2\n3,4\r5,6\r\n"))
    assert rows_of(delivery) == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]
    assert delivery.line_ends == "mixed"
    assert kinds_of(delivery) == {"mixed_line_ends"}


def test_a_quoted_line_end_does_not_begin_a_new_row(tmp_path: Path) -> None:
    delivery = read_delivery(write(tmp_path, 'a,b\n1,"x\n\ny"\n2,"say ""no"", please"\n3,""\n'))
    assert rows_of(delivery) == [(2, "1", "x\n\ny"), (3, "2", 'say "no", please'), (4, "3", None)]


def test_blanks_inside_cells_are_kept(tmp_path: Path) -> None:
    delivery = read_delivery(write(tmp_path, 'a,b\n ,"  "\n x ,2\n'))
    assert rows_of(delivery) == [(2, " ", "  "), (3, " x ", "2")]


@pytest.mark.parametrize("blank", ["", ",", '"",""', ',""'])
def test_wholly_empty_rows_are_left_out_and_keep_the_numbers(tmp_path: Path, blank: str) -> None:
    delivery = read_delivery(write(tmp_path, f"a,b\n1,2\n{blank}\n3,4\n"))
    assert rows_of(delivery) == [(2, "1", "2"), (4, "3", "4")]
    (remark,) = delivery.remarks
    assert (remark.kind, remark.rows, remark.n_rows) == ("blank_row", (3,), 1)


def test_empty_lines_above_the_header_count_as_rows(tmp_path: Path) -> None:
    assert rows_of(read_delivery(write(tmp_path, "\n\na,b\n1,2\n"))) == [(4, "1", "2")]


def test_a_cell_that_holds_one_quote_is_not_empty(tmp_path: Path) -> None:
    delivery = read_delivery(write(tmp_path, 'a,b\n"""",""""\n"",1\n'))
    assert rows_of(delivery) == [(2, '"', '"'), (3, None, "1")]


def test_quotes_inside_unquoted_cells_stay(tmp_path: Path) -> None:
    delivery = read_delivery(write(tmp_path, 'a,b\n1,5" tall\n\n2,"x, y"\n'))
    assert rows_of(delivery) == [(2, "1", '5" tall'), (4, "2", "x, y")]
    assert kinds_of(delivery) == {"stray_quote", "blank_row"}


@pytest.mark.parametrize("cell", ['"never closed', '"closed"early'])
def test_quotes_that_do_not_fit_are_met(tmp_path: Path, cell: str) -> None:
    with pytest.raises(DataError, match="quotes of row 3") as caught:
        read_delivery(write(tmp_path, f"a,b\n1,2\n3,{cell}\n5,6\n"))
    assert "early" not in str(caught.value)


@pytest.mark.parametrize("quoted", ["", '"Q"'], ids=["plain", "quoted"])
def test_rows_of_another_width_are_listed(tmp_path: Path, quoted: str) -> None:
    text = f"a,b,c\n1,2,{quoted}\n1,2\n1,2,3,4\n1,2,3\n"
    with pytest.raises(DataError, match="header's 3 fields") as caught:
        read_delivery(write(tmp_path, text))
    assert "row 3: 2 fields" in str(caught.value)
    assert "row 4: 4 fields" in str(caught.value)
    assert "cut off" not in str(caught.value)


def test_rows_of_another_width_are_met_behind_stray_quotes_too(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 3: 1 field\n"):
        read_delivery(write(tmp_path, 'a,b\n1,5" tall\n3\n1,2\n'))


def test_a_file_cut_in_mid_row_is_met(tmp_path: Path) -> None:
    whole = "id,sex,age,wbc\n" + "".join(f"P{n},F,{n % 18},5\n" for n in range(500))
    with pytest.raises(DataError, match="may have been cut off"):
        read_delivery(write(tmp_path, whole[:-5]))


def test_no_more_than_ten_bad_rows_are_listed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="and 15 more"):
        read_delivery(write(tmp_path, "a,b\n" + "1\n" * 25))


def test_a_last_line_without_end_is_told(tmp_path: Path) -> None:
    assert kinds_of(read_delivery(write(tmp_path, "a,b\n1,2"))) == {"no_final_line_end"}


@pytest.mark.parametrize("data", [b"", b"\n\n", b"  \r\n", b"\xef\xbb\xbf", b",,\n,,\n", b'""\n'])
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError, match=r"empty"):
        read_delivery(write(tmp_path, data))


@pytest.mark.parametrize("data", ["a,b", "a,b\n", "a,b\r", "a,b\n\n"])
def test_a_header_alone_is_a_table_without_rows(tmp_path: Path, data: str) -> None:
    frame = read_delivery(write(tmp_path, data)).frame
    assert (frame.columns, frame.height) == ([ROW, "a", "b"], 0)
    assert frame.dtypes == [pl.UInt32, pl.String, pl.String]


def test_double_and_nameless_columns_are_all_listed(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_delivery(write(tmp_path, "a,b, a,,b,__row__\n1,2,3,4,5,6\n"))
    message = str(caught.value)
    assert "`a` is the name of 2 columns" in message
    assert "`b` is the name of 2 columns" in message
    assert "column 4 of 6 has no name" in message
    assert "`__row__` is kept" in message


def test_blanks_around_names_are_trimmed_and_told(tmp_path: Path) -> None:
    delivery = read_delivery(write(tmp_path, ' id ,"wbc "\n1,2\n'))
    assert delivery.frame.columns == [ROW, "id", "wbc"]
    assert kinds_of(delivery) == {"trimmed_name"}


def test_only_the_columns_asked_for_are_kept_in_file_order(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b,c\n,1,2\n\n3,,4\n")
    assert rows_of(read_delivery(path, columns=["c", "a"])) == [(2, None, "2"), (4, "3", "4")]
    assert rows_of(read_delivery(path, columns=[])) == [(2,), (4,)]


def test_missing_columns_are_all_listed_with_those_meant(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_delivery(
            write(tmp_path, "PatID,wbc_10e9\n1,2\n"), columns=["patid", "cns", "wbc_10e9"]
        )
    message = str(caught.value)
    assert "`patid`   did you mean `PatID`?" in message
    assert "`cns`\n" in message
    assert "The file has: PatID, wbc_10e9." in message


@pytest.mark.parametrize("word", ["ذكر", "שלום, עולם", "患者", "\u202eabc", "🙂", "a\u2028b"])
def test_any_script_is_kept(tmp_path: Path, word: str) -> None:
    assert rows_of(read_delivery(write(tmp_path, f'a,b\n1,"{word}"\n'))) == [(2, "1", word)]
