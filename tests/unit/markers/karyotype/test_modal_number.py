"""The chromosome number of the clone that counts."""

from __future__ import annotations

import pytest

from chorall.markers.karyotype import find_modal_number, read_karyotype


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("46,XX[20]", 46),
        ("46,XX[10]", None),
        ("46,XX", None),
        ("54,XX,+X,+4,+6,+10,+14,+17,+18,+21[15]/46,XX[5]", 54),
        ("47,XX,+21c[20]", 46),
        ("55,XX,+X,+4,+6,+10,+14,+17,+18,+21,+21c[15]/47,XX,+21c[5]", 54),
        ("45,XY,-7[12]/46,XY[8]", 45),
        (
            "27,X,-Y,-1,-2,-3,-4,-5,-6,-7,-9,-11,-12,-13,-15,-16,-17,-19,-20,-22[5]/54,idemx2[12]",
            27,
        ),
        ("47,XX,+8[10]/48,idem,+21[10]", None),
        ("47,XX,+8[12]/48,idem,+21[8]", 47),
        ("47~49,XX,+8,+21,inc[cp10]", None),
        ("no metaphases", None),
        ("", None),
    ],
)
def test_the_number_is_that_of_the_clone_that_counts(text, number):
    assert find_modal_number(read_karyotype(text)) == number


def test_metaphases_may_be_stated_beside_the_text():
    assert find_modal_number(read_karyotype("46,XX"), 20) == 46
    assert find_modal_number(read_karyotype("46,XX"), 19) is None
