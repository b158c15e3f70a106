"""Texts of laboratories mean what their table says, and what it refuses is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from spec.ascii_tables import read_rows
from spec.mrd_cases import READ, REFUSED

from chorall.errors import DefinitionError
from chorall.harmonise.mrd import UnreadableMrd, read_mrd_text
from chorall.knowledge.mrd_words import read_mrd_words
from chorall.tables.mrd_result import MrdResult


def value(cell: str) -> str | None:
    return None if cell == "-" else cell


def number(cell: str) -> float | None:
    return None if cell == "-" else float(cell)


@pytest.mark.parametrize("row", read_rows(READ), ids=lambda row: f"{row['text']}, {row['unit']}")
def test_a_text_means_what_its_row_says(row: dict[str, str]) -> None:
    assert read_mrd_text(row["text"], unit=value(row["unit"])) == MrdResult(
        category=value(row["category"]),
        mrd_fraction=number(row["fraction"]),
        limit_fraction=number(row["limit"]),
        sensitivity=number(row["sensitivity"]),
        method=value(row["method"]),
        missing=value(row["missing"]),
    )


@pytest.mark.parametrize("row", read_rows(REFUSED), ids=lambda row: f"{row['text']}, {row['unit']}")
def test_what_is_not_clear_is_refused_with_its_reason(row: dict[str, str]) -> None:
    with pytest.raises(UnreadableMrd) as refusal:
        read_mrd_text(row["text"], unit=value(row["unit"]))
    assert refusal.value.args == (row["refused"],)


@pytest.mark.parametrize(
    ("word", "meaning", "expected"),
    [
        ("n.d.", "undetected", MrdResult("undetected")),
        ("n.d.", "not_done", MrdResult(missing="not_done")),
        ("pos", "detected_not_quantifiable", MrdResult("detected_not_quantifiable")),
        ("see letter", "not_reported", MrdResult(missing="not_reported")),
        ("neg", "not_done", MrdResult(missing="not_done")),
    ],
)
def test_the_laboratory_s_own_words_go_first(word: str, meaning: str, expected: MrdResult) -> None:
    assert read_mrd_text(word, words={word: meaning}) == expected


def test_an_own_word_may_stand_beside_method_and_sensitivity() -> None:
    read = read_mrd_text("n.d. (sens 1e-5), flow", words={"n.d.": "undetected"})
    assert read == MrdResult("undetected", sensitivity=1e-5, method="flow")


def test_a_word_cannot_have_two_meanings(tmp_path: Path) -> None:
    shipped = Path(read_mrd_words.__code__.co_filename).with_name("mrd_words.toml")
    text = shipped.read_text("utf-8").replace('"failed", "failure"', '"failed", "NEG."')
    (tmp_path / "words.toml").write_text(text, "utf-8")
    with pytest.raises(DefinitionError, match=r"`NEG\.`: undetected and failed"):
        read_mrd_words(tmp_path / "words.toml")
