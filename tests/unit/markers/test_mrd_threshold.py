"""What an MRD report says about a threshold, and which EuroMRD response it is (S76)."""

from __future__ import annotations

import pytest

from chorall.errors import InputError
from chorall.markers.mrd_threshold import (
    assess_mrd_response,
    is_mrd_below,
    read_mrd_range,
)
from chorall.tables.mrd_result import MrdResult
from chorall.tables.words import MRD_CATEGORIES

UNDETECTED, PNQ, BELOW, QUANTIFIED = MRD_CATEGORIES


@pytest.mark.parametrize(
    ("report", "below"),
    [
        (None, None),
        (MrdResult(missing="not_done"), None),
        (MrdResult(QUANTIFIED, mrd_fraction=9.99e-5), True),
        (MrdResult(QUANTIFIED, mrd_fraction=1e-4), False),
        (MrdResult(QUANTIFIED, mrd_fraction=1e-3), False),
        (MrdResult(QUANTIFIED), None),
        (MrdResult(BELOW, limit_fraction=1e-4), True),
        (MrdResult(BELOW, limit_fraction=1e-5), True),
        (MrdResult(BELOW, limit_fraction=1e-3), None),
        (MrdResult(BELOW), None),
        (MrdResult(UNDETECTED, sensitivity=1e-5), True),
        (MrdResult(UNDETECTED, sensitivity=1e-4), True),
        (MrdResult(UNDETECTED, sensitivity=1e-3), None),
        (MrdResult(UNDETECTED), None),
        (MrdResult(PNQ), None),
        (MrdResult(PNQ, sensitivity=1e-5), None),
        (MrdResult(PNQ, limit_fraction=1e-4), True),
        (MrdResult(PNQ, limit_fraction=1e-3), None),
    ],
)
def test_a_report_is_below_1e_4_above_it_or_cannot_tell(
    report: MrdResult | None, below: bool | None
) -> None:
    assert is_mrd_below(report, 1e-4) is below


@pytest.mark.parametrize(
    ("report", "responses"),
    [
        (None, {"complete", "intermediate", "failure"}),
        (MrdResult(UNDETECTED, sensitivity=1e-4), {"complete"}),
        (MrdResult(UNDETECTED, sensitivity=1e-5), {"complete"}),
        (MrdResult(UNDETECTED, sensitivity=1.01e-4), {"intermediate"}),
        (MrdResult(UNDETECTED), {"complete", "intermediate"}),
        (MrdResult(PNQ), {"intermediate"}),
        (MrdResult(QUANTIFIED, mrd_fraction=9.9e-5), {"intermediate"}),
        (MrdResult(QUANTIFIED, mrd_fraction=1e-4), {"failure"}),
        (MrdResult(QUANTIFIED), {"intermediate", "failure"}),
        (MrdResult(BELOW, limit_fraction=1e-4), {"complete", "intermediate"}),
        (MrdResult(BELOW, limit_fraction=1e-3), {"complete", "intermediate", "failure"}),
        (MrdResult(BELOW), {"complete", "intermediate", "failure"}),
    ],
)
def test_negative_without_a_sensitivity_of_1e_4_is_never_a_complete_response(
    report: MrdResult | None, responses: set[str]
) -> None:
    assert assess_mrd_response(report) == responses


def test_an_insensitive_negative_may_be_positive_and_an_adequate_one_may_not() -> None:
    assert read_mrd_range(MrdResult(UNDETECTED, sensitivity=1e-3)).may_be_positive
    assert not read_mrd_range(MrdResult(UNDETECTED, sensitivity=1e-4)).may_be_positive
    assert not read_mrd_range(MrdResult(QUANTIFIED, mrd_fraction=1e-5)).may_be_negative


def test_a_report_of_no_category_or_no_fraction_is_refused() -> None:
    with pytest.raises(InputError, match="no MRD category"):
        read_mrd_range(MrdResult("negative"))
    with pytest.raises(InputError, match="above 0 and at most 1"):
        read_mrd_range(MrdResult(QUANTIFIED, mrd_fraction=5.0))
    with pytest.raises(InputError, match="`undetected`"):
        assess_mrd_response(MrdResult(QUANTIFIED, mrd_fraction=0.0))
