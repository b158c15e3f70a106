import math

import pytest

from chorall.reports.numbers import (
    format_count,
    format_count_of,
    format_difference,
    format_p_value,
    format_p_with_sign,
    format_percent,
    format_percent_interval,
    format_quartiles,
    format_ratio,
    format_ratio_interval,
    format_share,
    format_text,
    format_years,
)

DASH = "\N{EN DASH}"


@pytest.mark.parametrize(
    ("estimate", "expected"),
    [
        ((0.71, 0.64, 0.77), f"71 % (64{DASH}77)"),
        ((0.084, 0.051, 0.123), f"8.4 % (5.1{DASH}12.3)"),
        ((0.0997, 0.06, 0.14), f"10 % (6{DASH}14)"),
        ((0.0, 0.0, 0.04), f"0 % (0{DASH}4)"),
        ((1.0, 0.97, 1.0), f"100 % (97{DASH}100)"),
        ((0.5, None, None), f"50 % (?{DASH}?)"),
        ((None, None, None), "not estimated"),
        ((math.nan, math.nan, math.nan), "not estimated"),
    ],
)
def test_shares_are_percentages_with_limits(estimate, expected):
    assert format_percent_interval(*estimate) == expected


@pytest.mark.parametrize(
    ("estimate", "expected"),
    [
        ((3.53, 2.82, 4.41), f"3.53 (2.82{DASH}4.41)"),
        ((12.34, 0.004, 2345.0), f"12.3 (<0.01{DASH}>100)"),
        ((9.997, 9.0, 11.0), f"10.0 (9.00{DASH}11.0)"),
        ((2.0, 0.0, math.inf), f"2.00 (<0.01{DASH}>100)"),
        ((None, None, None), "not estimated"),
        ((math.inf, None, None), "not estimated"),
    ],
)
def test_hazard_ratios_have_two_decimals_and_bounds(estimate, expected):
    assert format_ratio_interval(*estimate) == expected


@pytest.mark.parametrize(
    ("p_value", "expected"),
    [
        (0.0, "<0.001"),
        (0.00099, "<0.001"),
        (0.0042, "0.004"),
        (0.0213, "0.02"),
        (0.0496, "0.050"),
        (0.0484, "0.048"),
        (0.05, "0.05"),
        (0.0512, "0.051"),
        (0.2, "0.20"),
        (0.9999, ">0.99"),
        (None, DASH),
        (math.nan, DASH),
    ],
)
def test_p_values_never_blur_the_customary_level(p_value, expected):
    assert format_p_value(p_value) == expected


def test_signs_stay_with_their_number():
    assert format_p_with_sign("q", 0.0001) == "q\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}0.001"
    assert format_p_with_sign("q", 0.02) == "q\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.02"
    assert format_p_with_sign("q", None) == "q not estimated"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (format_count(12345), "12,345"),
        (format_count(None), DASH),
        (format_count_of(3, 1200), "3 / 1,200"),
        (format_percent(None), "not estimated"),
        (format_ratio(math.nan), "not estimated"),
        (format_years(4.0), "4.0"),
        (format_years(None), "not estimated"),
        (format_text(None), DASH),
        (format_text(""), DASH),
    ],
)
def test_what_is_not_known_is_written_in_words_or_a_dash(written, expected):
    assert written == expected


def test_a_hidden_count_shows_neither_number_nor_percentage() -> None:
    assert format_share(3, 80, hidden=True) == "hidden"
    assert format_quartiles(1, 2, 3, hidden=True) == "hidden"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (format_share(12, 80), "12 (15 %)"),
        (format_share(1200, 8000, of=True), "1,200 / 8,000 (15 %)"),
        (format_share(0, 80), "0 (0 %)"),
        (format_share(0, 0), DASH),
        (format_quartiles(4.45, 2.1, 9.0), f"4.5 (2.1{DASH}9.0)".replace("4.5", f"{4.45:.1f}")),
        (format_quartiles(1234.4, 120.6, 2000), f"1,234 (121{DASH}2,000)"),
        (format_quartiles(None, None, None), DASH),
        (format_difference(0.1249), "0.12"),
        (format_difference(math.nan), DASH),
    ],
)
def test_cells_of_a_baseline_table(found: str, expected: str) -> None:
    assert found == expected
