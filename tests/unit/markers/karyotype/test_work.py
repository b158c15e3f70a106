"""However long the nonsense that is pasted: twice the text is about twice the work."""

from __future__ import annotations

import sys

import pytest

from chorall.markers.karyotype import derive_karyotype_statuses, read_karyotype

PIECES = {
    "derivatives in one another": "der(",
    "derivatives in doubt": "?der(",
    "open brackets": "t(",
    "breakpoints": "t(9;22)(q34;q11)",
    "items": "t(9;22)(q34;q11),",
    "doubted items": "?del(9)(p2?),",
    "chromosomes": "+1,-2,",
    "clones": "[2]/46,XX,+8",
    "alternatives": "t(1;2)(p1;q1) or ",
    "commas": ",",
}
LONGEST = 2000
"""Characters that the form of the doctor reads."""


def count_lines(text):
    """Return how many lines of Python are run to read a text: the same on every machine."""
    lines = 0

    def count(frame, event, argument):
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        derive_karyotype_statuses(read_karyotype(text))
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("what", PIECES)
def test_twice_the_text_is_not_four_times_the_work(what):
    piece = PIECES[what]
    half = f"46,XX,{piece * (LONGEST // 4 // len(piece))}"
    whole = f"46,XX,{piece * (LONGEST // 2 // len(piece))}"
    derive_karyotype_statuses(read_karyotype(half))  # what is read once from files is read
    assert count_lines(whole) < 3 * count_lines(half)
