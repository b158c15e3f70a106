"""The pieces of the karyotype reader, one by one."""

from __future__ import annotations

import math
import re

import pytest

from chorall.knowledge.fusions import fusion_names
from chorall.markers.karyotype import Region, read_karyotype
from chorall.markers.karyotype.bands import read_bands, read_breakpoints, read_chromosomes
from chorall.markers.karyotype.complexity import count_abnormalities
from chorall.markers.karyotype.fish import read_signals
from chorall.markers.karyotype.items import read_item
from chorall.markers.karyotype.layout import clean_text, lay_out
from chorall.markers.karyotype.lesions import recurrent_lesions
from chorall.markers.karyotype.tokens import split_items
from chorall.markers.karyotype.words import find_meanings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q34", "q34"), ("q11.2", "q11.2"), ("q13q33", "q13 q33"), ("q?23", "q23?"),
        ("q2?3", "q23?"), ("q22~23", "q22?"), ("q13orq22", "q13?"), ("p", "p?"), ("q?", "q?"),
        ("p11.2q13", "p11.2 q13"), ("?", ""), ("q2", "q?"),
    ],
)  # fmt: skip
def test_bands(text: str, expected: str) -> None:
    found = read_bands(text)
    assert found is not None
    assert " ".join(b.arm + b.number + "?" * b.uncertain for b in found) == expected


@pytest.mark.parametrize("text", ["blorp", "34", "qq11x"])
def test_what_is_no_band(text: str) -> None:
    found = read_bands(text)
    assert found is None or all(not band.arm for band in found)


def test_chromosomes_and_breakpoints_in_brackets() -> None:
    assert [name for name, _ in read_chromosomes("9;22") or ()] == ["9", "22"]
    assert [name for name, _ in read_chromosomes("?;17") or ()] == ["?", "17"]
    assert read_chromosomes("23") is None
    assert read_chromosomes("KMT2A") is None
    parted = read_breakpoints("p13,q14", 2) or ()
    assert [part[0].arm + part[0].number for part in parted] == ["p13", "q14"]
    glued = read_breakpoints("p13p15", 2) or ()
    assert [part[0].number for part in glued] == ["13", "15"]


@pytest.mark.parametrize(
    ("text", "kind", "extra", "copies", "uncertain"),
    [
        ("+8", "gain", 1, (1, 1), False), ("-Y", "loss", -1, (1, 1), False),
        ("+?22", "gain", 1, (1, 1), True), ("?+X", "gain", 1, (1, 1), True),
        ("+2x8", "gain", 1, (2, 2), False), ("+21x2", "gain", 1, (2, 2), False),
        ("+2mar", "marker", 1, (2, 2), False), ("+1-3mar", "marker", 1, (1, 3), False),
        ("+mar1-5", "marker", 1, (1, 5), False), ("dmin", "marker", 0, (1, 1), False),
        ("2xadd(21)(p11)", "add", 0, (2, 2), False),
        ("+der(1)t(1;7)(p13;q11)", "der", 1, (1, 1), False),
        ("+8x2", "gain", 1, (2, 2), False),
        ("?del(5)(q13)", "del", 0, (1, 1), True), ("5q-", "del", 0, (1, 1), False),
        ("iso(17)(q10)", "i", 0, (1, 1), False),
        ("psu dic(9;20)(p13;q11)", "dic", 0, (1, 1), False),
        ("t(15;17);(q22;q21)", "t", 0, (1, 1), False),
    ],
)  # fmt: skip
def test_items(text: str, kind: str, extra: int, copies: tuple[int, int], uncertain: bool) -> None:
    (one,) = read_item(text)
    assert (one.kind, one.extra, (one.n_low, one.n_high), one.uncertain) == (
        kind, extra, copies, uncertain,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["na", "blorp(7)", "+99", "u.a. mit", "", "???", "(q13)"])
def test_what_is_no_item_is_not_read(text: str) -> None:
    assert read_item(text) == ()


def test_a_choice_gives_both_and_neither_is_sure() -> None:
    both = read_item("del(6)(q15q21)or i(6)(p10)")
    assert [(one.kind, one.uncertain) for one in both] == [("del", True), ("i", True)]


@pytest.mark.parametrize(
    ("text", "lost", "gained"),
    [
        ("del(9)(p13)", [Region("9", "p", 13.0, math.inf)], []),
        ("del(6)(q15q23)", [Region("6", "q", 15.0, 23.0)], []),
        ("i(17)(q10)", [Region("17", "p")], [Region("17", "q")]),
        ("idic(X)(q13)", [Region("X", "q", 13.0)], [Region("X", "p")]),
        ("dic(9;20)(p13;q11)", [Region("9", "p", 13.0), Region("20", "q", 11.0)], []),
        ("der(19)t(1;19)(q23;p13)", [Region("19", "p", 13.0)], [Region("1", "q", 23.0)]),
        ("der(1;7)(q10;p10)", [Region("1", "p"), Region("7", "q")], []),
        ("t(9;22)(q34;q11)", [], []),
        ("dup(1)(q21q42)", [], [Region("1", "q", 21.0, 42.0)]),
        ("+del(11)(q23)", [], [Region("11", "p"), Region("11", "q", 0.0, 23.0)]),
    ],
)
def test_consequences(text: str, lost: list[Region], gained: list[Region]) -> None:
    (one,) = read_item(text)
    assert list(one.lost) == lost
    assert list(one.gained) == gained


def test_additional_material_only_perhaps_replaces_an_arm() -> None:
    (one,) = read_item("add(9)(p13)")
    assert one.lost == ()
    assert one.perhaps_lost == (Region("9", "p", 13.0),)


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ("XX,t(10;11)(p13,q14),+8", ["XX", "t(10;11)(p13,q14)", "+8"]),
        ("XY,del(6(q15q23),-7", ["XY", "del(6(q15q23)", "-7"]),
        ("XX+8,add(16)(p13)[4]-19[2]", ["XX", "+8", "add(16)(p13)[4]", "-19[2]"]),
        ("XX,+1-3mar,5q-", ["XX", "+1-3mar", "5q-"]),
        ("XY,der(6)t(6;12)q21;p13),-7", ["XY", "der(6)t(6;12)q21;p13)", "-7"]),
    ],
)
def test_items_are_parted_at_the_right_commas(body: str, items: list[str]) -> None:
    assert split_items(body) == items


def test_layout_parts_clones_methods_and_remarks() -> None:
    layout = lay_out(clean_text("Befund: 47,XX,+8[3]46,XX[2] 46,XX[5]. nuc ish(MYCx3)[5] (Ulm)"))
    assert [clone.low for clone in layout.clones] == [47, 46, 46]
    assert layout.methods == ("nuc ish(MYCx3)[5] (Ulm)",)
    assert layout.remarks == ("Befund",)


def test_signals_of_fish() -> None:
    (copies,) = read_signals("nuc ish(RUNX1x5~8)[90]")
    assert (copies.probes, copies.n_low, copies.n_high) == (("RUNX1",), 5, 8)
    both = read_signals("nuc ish(ABL1,BCR)x3(ABL1 con BCRx2)[180]")
    assert [(one.probes, one.kind, one.n_low) for one in both] == [
        (("ABL1", "BCR"), "together", 2), (("ABL1",), "copies", 3), (("BCR",), "copies", 3),
    ]  # fmt: skip
    assert read_signals("FISH: t(15;17) positive") == ()


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("No metaphases.", ("failed",)), ("keine auswertbaren Metaphasen", ("failed",)),
        ("ÉCHEC", ("failed",)), ("not done", ("not_done",)), ("na", ("not_reported",)),
        ("banana", ()), ("caryotype normal", ("normal",)), ("komplexer Karyotyp", ("complex",)),
        ("near-tetraploid clone", ("near_tetraploidy",)),
    ],
)  # fmt: skip
def test_words(text: str, meanings: tuple[str, ...]) -> None:
    assert find_meanings(text) == meanings


def test_idem_stands_for_the_first_abnormal_clone_and_minus_takes_away() -> None:
    read = read_karyotype("46,XX[5]/47,XX,+8,+mar,-7[5]/47,idem,+21,-mar[3]")
    last = read.clones[-1]
    assert [one.text for one in last.abnormalities] == ["+8", "-7", "+21"]
    assert last.sex == "XX"
    assert read.n_metaphases == 13


def test_one_of_several_markers_is_taken_away() -> None:
    read = read_karyotype("48,XX,+2mar[5]/47,idem,-mar[3]")
    (left,) = read.clones[-1].abnormalities
    assert (left.kind, left.n_low, left.n_high) == ("marker", 1, 1)


def test_abnormalities_are_counted_once_over_all_clones() -> None:
    assert count_abnormalities(read_karyotype("47,XX,+8[5]/48,XX,+8,+21[3]")) == 2
    assert count_abnormalities(read_karyotype("48,XX,+8,+8[5]/47,XX,+8[3]")) == 2
    assert count_abnormalities(read_karyotype("46,XX,-7,+der(7)t(1;7)(q21;p13)[5]")) == 1
    assert count_abnormalities(read_karyotype("46,XX,inv(9)(p11q13)[5]")) == 0


def test_what_could_not_be_read_is_listed_and_the_text_is_kept() -> None:
    read = read_karyotype("44,XX,na,-12[4]/46,XX[5]")
    assert read.raw_text == "44,XX,na,-12[4]/46,XX[5]"
    assert (read.reading, read.unread) == ("partly_read", ("na",))


def test_fusions_of_the_lesions_have_the_names_of_the_list_of_fusions() -> None:
    names = {one.marker for one in recurrent_lesions() if one.alteration_class == "fusion"}
    assert names <= set(fusion_names().values())


def test_lesions_have_chromosomes_that_exist_and_bands_for_each() -> None:
    for lesion in recurrent_lesions():
        assert all(read_chromosomes(name) for name in lesion.chromosomes), lesion.marker
        if lesion.kind == "t" and lesion.bands:
            assert len(lesion.bands) == len(lesion.chromosomes), lesion.marker
        for allowed in lesion.bands:
            assert all(re.fullmatch(r"[pq](\d{2}(\.\d+)?)?", band) for band in allowed)
