"""Karyotypes: no text breaks the reader, and less knowledge never makes a lesion absent."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chorall.markers.karyotype import (
    assign_ploidy,
    derive_karyotype_statuses,
    karyotype_rules,
    list_karyotype_markers,
    read_karyotype,
)
from chorall.markers.karyotype.copies import count_copies
from chorall.tables.words import MARKER_STATUSES

PIECES = st.sampled_from(
    ["46", "47", "27", "58<2n>", "~45", "44-46", "XX", "XY", "X", "Y", "idem", "sl", "sdl1", "+8",
     "-7", "+?21", "+21c", "t(9;22)(q34;q11)", "t(9;22", "der(7)t(2;7)(q21;p13)", "del(5(q13",
     "add(9p)", "dic(9;20)(p13;q11)", "+1-3mar", "inc", "cp", "[20]", "[cp3]", "[]", "/", ";", ",",
     "(", ")", "x2", "?", "or", "i(17q)", "5q-", "nuc ish(RUNX1x5~8)[90]", "FISH", "no metaphases",
     "iAMP21", "normal", " ", "na", ".", "-", "+", "r(7)", "+der(22)t(9;22)(q34;q11)"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map("".join))
ABNORMALITIES = st.lists(
    st.sampled_from(
        ["+4", "+10", "+17", "-7", "t(9;22)(q34;q11)", "del(6)(q15)", "inv(3)(q21q26)", "+mar"]
    ),
    unique=True,
    max_size=5,
)


@given(TEXTS)
def test_any_text_is_read_and_given_a_status_for_every_marker(text: str) -> None:
    karyotype = read_karyotype(text)
    statuses = derive_karyotype_statuses(karyotype)
    assert karyotype.raw_text == text
    assert karyotype.reading in ("fully_read", "partly_read", "unread")
    assert (karyotype.reading == "fully_read") == (not karyotype.unread)
    assert set(list_karyotype_markers()) <= set(statuses)
    assert {one.status for one in statuses.values()} <= set(MARKER_STATUSES)


@given(TEXTS)
def test_what_karyotypes_do_not_show_is_never_absent(text: str) -> None:
    statuses = derive_karyotype_statuses(read_karyotype(text))
    for marker, (_, may_be_absent) in list_karyotype_markers().items():
        assert may_be_absent or statuses[marker].status != "absent"


def write_karyotype(items: list[str], cells: int | None) -> str:
    number = 46 + sum(item.startswith("+") for item in items) - ("-7" in items)
    count = "" if cells is None else f"[{cells}]"
    return ",".join([str(number), "XX", *items]) + count


@given(ABNORMALITIES, st.integers(1, 30))
def test_the_written_number_and_the_items_add_up(items: list[str], cells: int) -> None:
    karyotype = read_karyotype(write_karyotype(items, cells))
    copies = count_copies(karyotype.clones[0])
    assert copies.agrees
    assert copies.base == 2
    assert karyotype.n_metaphases == cells


@given(ABNORMALITIES, st.integers(1, 30))
def test_an_unread_token_makes_nothing_absent(items: list[str], cells: int) -> None:
    clean = derive_karyotype_statuses(read_karyotype(write_karyotype(items, cells)))
    doubted = derive_karyotype_statuses(read_karyotype(write_karyotype([*items, "??!"], cells)))
    ploidy = {m for m in doubted if m.endswith("ploidy") or m.startswith("hypodiploidy")}
    for marker in set(doubted) - ploidy - {"near_haploidy", "complex_karyotype"}:
        assert doubted[marker].status != "absent", marker
        if clean[marker].status == "present":
            assert doubted[marker].status == "present"


@given(st.integers(1, 40))
def test_fewer_metaphases_never_exclude_more(cells: int) -> None:
    statuses = derive_karyotype_statuses(read_karyotype(f"46,XX[{cells}]"))
    needed = karyotype_rules().normal_metaphases
    expected = "absent" if cells >= needed else "inconclusive"
    assert statuses["BCR::ABL1"].status == expected


@given(st.integers(20, 110))
def test_every_chromosome_number_has_one_class(number: int) -> None:
    classes = karyotype_rules().ploidy
    holding = [one.name for one in classes if one.lower <= number <= one.upper]
    inside = classes[0].lower <= number <= classes[-1].upper
    assert len(holding) == (1 if inside else 0)


def test_a_rule_can_be_changed_without_touching_the_data() -> None:
    lenient = replace(karyotype_rules(), normal_metaphases=10)
    karyotype = read_karyotype("46,XX[10]")
    assert derive_karyotype_statuses(karyotype)["BCR::ABL1"].status == "inconclusive"
    assert derive_karyotype_statuses(karyotype, rules=lenient)["BCR::ABL1"].status == "absent"
    # The count in the text goes before a number that is stated beside it.
    stated = derive_karyotype_statuses(karyotype, n_metaphases=20)
    assert stated["BCR::ABL1"].status == "inconclusive"
    uncounted = derive_karyotype_statuses(read_karyotype("46,XX"), n_metaphases=20)
    assert uncounted["BCR::ABL1"].status == "absent"
    assert assign_ploidy(karyotype).main is None
