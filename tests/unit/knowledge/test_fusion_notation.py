"""Fusions are understood in either order and any common notation; what is not clear is None."""

from __future__ import annotations

import csv

import pytest

from chorall.knowledge.fusion_notation import WORDS_CSV, read_fusion, suggest_fusions
from chorall.knowledge.fusions import fusion_names

NOTATIONS = [
    ("BCR-ABL1", "BCR::ABL1"), ("BCR::ABL1", "BCR::ABL1"), ("BCR/ABL", "BCR::ABL1"),
    ("bcr-abl", "BCR::ABL1"), ("ABL1::BCR", "BCR::ABL1"), (" BCR ABL1 ", "BCR::ABL1"),
    ("BCR--ABL1", "BCR::ABL1"), ("t(9;22)", "BCR::ABL1"), ("t(9;22)(q34;q11)", "BCR::ABL1"),
    ("t(9;22)(q34;q11.2)", "BCR::ABL1"), ("t(22;9)(q11;q34)", "BCR::ABL1"), ("Ph+", "BCR::ABL1"),
    ("Philadelphia chromosome", "BCR::ABL1"), ("TEL-AML1", "ETV6::RUNX1"),
    ("AML1/TEL", "ETV6::RUNX1"), ("t(12;21)", "ETV6::RUNX1"), ("E2A-PBX1", "TCF3::PBX1"),
    ("E2A-HLF", "TCF3::HLF"), ("MLL-AF4", "KMT2A::AFF1"), ("t(4;11)(q21;q23)", "KMT2A::AFF1"),
    ("SIL-TAL1", "STIL::TAL1"), ("CALM-AF10", "PICALM::MLLT10"), ("KMT2A-r", "KMT2A-r"),
    ("KMT2Ar", "KMT2A-r"), ("MLL rearranged", "KMT2A-r"), ("MLL rearrangement", "KMT2A-r"),
    ("MLL-?", "KMT2A-r"), ("11q23", "KMT2A-r"), ("t(v;11q23)", "KMT2A-r"),
    ("KMT2A::AFF1 positive", "KMT2A::AFF1"), ("P2RY8-CRLF2", "P2RY8::CRLF2"),
    ("IGH-CRLF2", "IGH::CRLF2"), ("TRB-NKX2-1", "NKX2-1::TRB"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), NOTATIONS)
def test_notations(text: str, name: str) -> None:
    found = read_fusion(text)
    assert found is not None
    assert found.name == name
    assert found.alteration_class == ("rearrangement" if name.endswith("-r") else "fusion")


@pytest.mark.parametrize(
    "text",
    ["", "Ph-", "Ph neg", "no BCR-ABL1", "BCR-ABL1 neg", "BCR-ABL1 negative", "not BCR::ABL1",
     "t(11;19)", "t(9;22)(p13;q11)", "TP53", "BCR", "blorp-ABL1", "BCR-ABL1/ETV6-RUNX1", "yes"],
)  # fmt: skip
def test_what_is_not_clear_is_none(text: str) -> None:
    assert read_fusion(text) is None


@pytest.mark.parametrize("name", sorted(fusion_names().values()))
def test_every_known_fusion_is_read_in_both_orders(name: str) -> None:
    first, second = name.split("::")
    for text in (name, f"{second}::{first}", f"{first}-{second}", f"{first}/{second}".lower()):
        found = read_fusion(text)
        assert found is not None
        assert found.name == name


def test_words_stand_for_known_fusions() -> None:
    with WORDS_CSV.open(encoding="utf-8", newline="") as file:
        names = {row["fusion"] for row in csv.DictReader(file)}
    assert names <= {*fusion_names().values(), "KMT2A-r"}


def test_close_names_are_suggested() -> None:
    assert "BCR::ABL1" in suggest_fusions("BCR-ABL9")
    assert suggest_fusions("0000") == ()
