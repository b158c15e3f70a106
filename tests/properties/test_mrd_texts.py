"""Whatever a laboratory writes: nothing unreadable gets a value, no category contradicts itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chorall.harmonise.mrd import UnreadableMrd, read_mrd_text
from chorall.tables.mrd_result import MrdResult
from chorall.tables.words import MISSING_REASONS, MRD_CATEGORIES

PIECES = (
    "<", "neg", "pos", "nq", "sens", "1e-4", "5x10-3", "10^-4", "0.01", "0", "%", "(", ")", "flow",
    "PCR", "failed", "n.d.", "MRD", "-", ",", "not", "quantifiable", "10E-4", "1,2,3",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map(" ".join) | st.text()
UNITS = st.sampled_from([None, "fraction", "percent"])
REFUSALS = {
    "unreadable", "ambiguous_word", "contradiction", "ambiguous_number", "no_unit",
    "ambiguous_unit", "out_of_range",
}  # fmt: skip


def try_to_read(text: str, unit: str | None) -> MrdResult | str:
    try:
        return read_mrd_text(text, unit=unit)
    except UnreadableMrd as refusal:
        return str(refusal.args[0])


@given(text=TEXTS, unit=UNITS)
def test_a_text_is_read_whole_or_refused_with_a_known_word(text: str, unit: str | None) -> None:
    read = try_to_read(text, unit)
    if isinstance(read, str):
        assert read in REFUSALS
        return
    assert (read.category is None) != (read.missing is None)
    assert read.category is None or read.category in MRD_CATEGORIES
    assert read.missing is None or read.missing in MISSING_REASONS
    assert (read.mrd_fraction is not None) == (read.category == "quantified")
    assert (read.category == "below_limit") <= (read.limit_fraction is not None)
    for value in (read.mrd_fraction, read.limit_fraction, read.sensitivity):
        assert value is None or 0 < value <= 1


@given(text=TEXTS)
def test_a_unit_never_changes_what_is_read_without_one(text: str) -> None:
    """Saying fraction may make more texts readable; it never changes one that was readable."""
    without = try_to_read(text, None)
    if isinstance(without, MrdResult):
        assert try_to_read(text, "fraction") == without


STYLES = ("{m}x10-{p}", "{m}\u00d710^-{p}", "{m}*10E-{p}", "{m} x 10^-{p}", "{m}\u00b710\u2212{p}")


@given(mantissa=st.integers(1, 9), power=st.integers(1, 6), style=st.sampled_from(STYLES))
def test_all_spellings_of_a_power_of_ten_are_one_number(
    mantissa: int, power: int, style: str
) -> None:
    read = try_to_read(style.format(m=mantissa, p=power), None)
    assert read == MrdResult("quantified", mrd_fraction=float(f"{mantissa}e-{power}"))
