"""One cell of a delivery becomes one value of the pool, or a reason why there is none."""

from __future__ import annotations

from typing import Any

import pytest
from unit.harmonise.trial_builder import read_cell

from chorall.harmonise.values import STATUS_OF_REASON
from chorall.tables.words import MARKER_STATUSES, MISSING_REASONS

NR = 'blank = "not_reported"'


@pytest.mark.parametrize(
    ("field", "unit", "cell", "expected"),
    [
        ("patient.wbc_10e9_per_l", "10^9/L", "12.5", 12.5),
        ("patient.wbc_10e9_per_l", "G/L", "12.5", 12.5),
        ("patient.wbc_10e9_per_l", "10^3/uL", "12.5", 12.5),
        ("patient.wbc_10e9_per_l", "/uL", "12500", 12.5),
        ("patient.wbc_10e9_per_l", "/mm3", "12500", 12.5),
        ("patient.wbc_10e9_per_l", "/L", "12500000000", 12.5),
        ("mrd.mrd_fraction", "percent", "0.01", 1e-4),
        ("mrd.mrd_fraction", "fraction", "1e-4", 1e-4),
        ("mrd.mrd_fraction", "percent", "100", 1.0),
        ("finding.vaf", "percent", "44.86", 0.4486),
        ("measurement/haemoglobin_g_per_l.value", "g/dL", "9.5", 95.0),
        ("measurement/haemoglobin_g_per_l.value", "g/L", "95", 95.0),
        ("measurement/platelets_10e9_per_l.value", "/uL", "35000", 35.0),
        ("measurement/bm_blasts_percent.value", "fraction", "0.9", 90.0),
        ("patient.age_years", "years", "17.5", 17.5),
        ("patient.age_years", "months", "18", 1.5),
        ("patient.age_years", "weeks", "26", 26 * 7 / 365.25),
        ("patient.age_years", "days", "7305", 20.0),
        ("event.day", "days", "-3", -3),
        ("event.day", "weeks", "2", 14),
        ("event.day", "months", "1", 30),
        ("event.day", "years", "1.5", 548),
    ],
)
def test_units_are_converted_to_the_unit_of_the_column(
    field: str, unit: str, cell: str, expected: float
) -> None:
    blank = "quarantine" if field.startswith(("event", "measurement")) else "not_reported"
    spec = f'{{ from = "x", unit = "{unit}", blank = "{blank}" }}'
    value, missing, problem, skip = read_cell(field, spec, cell)
    assert value == pytest.approx(expected, rel=1e-12)
    assert (missing, problem, skip) == (None, None, False)


@pytest.mark.parametrize(
    ("decimal", "cell", "expected"),
    [
        (",", "12,5", 12.5),
        (",", "12", 12.0),
        (",", "1.234", None),  # a thousands point: 1234 or 1.234, nobody knows
        (",", "1.234,5", None),
        (",", "1,234,5", None),
        (".", "12.5", 12.5),
        (".", "12,5", None),
        (".", "1,234", None),
        (".", "1 234", None),
    ],
)
def test_the_decimal_mark_is_the_stated_one_and_no_other(
    decimal: str, cell: str, expected: float | None
) -> None:
    spec = f'{{ from = "x", unit = "10^9/L", {NR} }}'
    value, missing, problem, _ = read_cell(
        "patient.wbc_10e9_per_l", spec, cell, source=f'decimal = "{decimal}"'
    )
    assert value == expected
    assert problem == (None if expected is not None else "not_a_number")
    assert missing == (None if expected is not None else "withheld")


def test_a_mapped_number_is_written_as_in_toml_whatever_the_decimal_mark_of_the_file() -> None:
    spec = f'{{ from = "x", unit = "10^9/L", map = {{ "<1" = 0.5 }}, {NR} }}'
    made = read_cell("patient.wbc_10e9_per_l", spec, "<1", source='decimal = ","')
    assert made == (0.5, None, None, False)


@pytest.mark.parametrize(
    "cell", ["inf", "-Infinity", "NaN", "1e400", "0x10", "1_000", "<5", "five"]
)
def test_what_is_not_a_finite_number_is_withheld(cell: str) -> None:
    spec = f'{{ from = "x", unit = "10^9/L", {NR} }}'
    made = read_cell("patient.wbc_10e9_per_l", spec, cell)
    assert made == (None, "withheld", "not_a_number", False)


@pytest.mark.parametrize(
    ("field", "unit", "inside", "outside"),
    [
        ("patient.age_years", "years", ["0", "110"], ["-0.01", "110.01"]),
        ("patient.age_years", "months", ["0", "1320"], ["1321"]),
        ("patient.wbc_10e9_per_l", "/uL", ["0", "2000000"], ["-1", "2000001"]),
        ("mrd.mrd_fraction", "percent", ["1e-7", "100"], ["100.01", "0", "-1"]),
        ("event.day", "days", ["-3650", "36525"], ["-3651", "36526"]),
        ("transplant.day", "years", ["100"], ["100.1"]),
    ],
)
def test_limits_belong_to_the_range_and_nothing_is_clipped(
    field: str, unit: str, inside: list[str], outside: list[str]
) -> None:
    spec = f'{{ from = "x", unit = "{unit}", blank = "quarantine" }}'
    for cell in inside:
        assert read_cell(field, spec, cell)[2] is None, cell
    for cell in outside:
        assert read_cell(field, spec, cell)[::2] == (None, "out_of_range"), cell


def test_a_mapping_may_narrow_the_range() -> None:
    spec = f'{{ from = "x", unit = "years", minimum = 18, maximum = 60.5, {NR} }}'
    problems = [
        read_cell("patient.age_years", spec, cell)[2] for cell in ("17", "18", "60.5", "61")
    ]
    assert problems == ["out_of_range", None, None, "out_of_range"]


@pytest.mark.parametrize("reason", MISSING_REASONS)
@pytest.mark.parametrize("cell", [None, "", "   "])
def test_a_blank_is_missing_for_the_reason_that_the_mapping_says(
    reason: str, cell: str | None
) -> None:
    spec = f'{{ from = "x", unit = "years", blank = "{reason}" }}'
    assert read_cell("patient.age_years", spec, cell) == (None, reason, None, False)


@pytest.mark.parametrize("status", MARKER_STATUSES)
def test_a_blank_marker_has_the_status_that_the_mapping_says(status: str) -> None:
    spec = f'{{ map = {{ "1" = "present" }}, blank = "{status}" }}'
    assert read_cell("marker_result.status", spec, None) == (status, None, None, False)


@pytest.mark.parametrize("field", ["patient.sex", "event.type", "marker_result.status"])
def test_a_blank_may_mean_that_no_row_is_made(field: str) -> None:
    assert read_cell(field, '{ from = "x", blank = "no_row" }', None)[3] is True
    assert read_cell(field, '{ from = "x", blank = "no_row" }', "word")[3] is False


@pytest.mark.parametrize("field", ["patient.sex", "event.type", "marker_result.status"])
def test_a_blank_may_be_a_mistake(field: str) -> None:
    assert read_cell(field, '{ from = "x", blank = "quarantine" }', " ")[2] == "blank_not_allowed"


def test_a_marker_whose_blank_is_a_mistake_still_has_a_status() -> None:
    status, *_ = read_cell("marker_result.status", '{ blank = "quarantine" }', None)
    assert status == "not_reported"


@pytest.mark.parametrize("reason", MISSING_REASONS)
def test_missing_codes_give_their_reason_and_never_absent(reason: str) -> None:
    codes = f'missing_codes = {{ "9" = "{reason}" }}'
    spec = f'{{ from = "x", unit = "years", {NR} }}'
    assert read_cell("patient.age_years", spec, " 9 ", source=codes) == (None, reason, None, False)
    own = f'{{ from = "x", unit = "years", {codes}, {NR} }}'
    assert read_cell("patient.age_years", own, "9") == (None, reason, None, False)
    status, *_ = read_cell("marker_result.status", f'{{ {codes}, blank = "absent" }}', "9")
    assert status == STATUS_OF_REASON[reason] != "absent"


@pytest.mark.parametrize(
    ("blank", "expected"), [("no_row", (None, True)), ("quarantine", ("blank_not_allowed", False))]
)
def test_a_missing_code_where_there_must_be_a_value_is_as_good_as_a_blank(
    blank: str, expected: tuple[str | None, bool]
) -> None:
    spec = f'{{ from = "x", unit = "days", blank = "{blank}" }}'
    made = read_cell("event.day", spec, "NA", source='missing_codes = { NA = "not_reported" }')
    assert (made[2], made[3]) == expected


def test_words_outside_the_map_and_the_vocabulary_are_withheld() -> None:
    mapped = f'{{ from = "x", map = {{ "1" = "male" }}, {NR} }}'
    assert read_cell("patient.sex", mapped, "1") == ("male", None, None, False)
    assert read_cell("patient.sex", mapped, "male")[::2] == (None, "unmapped_code")
    plain = f'{{ from = "x", {NR} }}'
    assert read_cell("patient.sex", plain, "female")[0] == "female"
    assert read_cell("patient.sex", plain, "F") == (None, "withheld", "unmapped_code", False)
    assert read_cell("patient.down_syndrome", plain, "True")[0] is True
    assert read_cell("patient.down_syndrome", plain, "1")[::2] == (None, "unmapped_code")
    mapped = f'{{ from = "x", map = {{ "1" = true, "0" = false }}, {NR} }}'
    assert read_cell("patient.down_syndrome", mapped, "0")[0] is False


def test_a_status_that_the_mapping_does_not_know_is_not_reported_and_told() -> None:
    spec = '{ map = { "0" = "absent" }, blank = "not_tested" }'
    assert read_cell("marker_result.status", spec, "2") == (
        "not_reported",
        None,
        "unmapped_code",
        False,
    )


@pytest.mark.parametrize(
    ("cell", "symbol", "problem"),
    [
        ("tp53", "TP53", None),
        ("MLL", "KMT2A", None),
        ("SFRS2", "SRSF2", None),
        ("NOSUCH1", None, "unknown_gene"),
        ("TP 53", None, "not_a_gene"),
        ("=TP53", None, "not_a_gene"),
        ("2-Mar", None, "gene_turned_into_date"),
    ],
)
def test_genes_are_named_by_their_symbol(
    cell: str, symbol: str | None, problem: str | None
) -> None:
    made = read_cell("finding.gene", '{ from = "x", blank = "quarantine" }', cell)
    assert (made[0], made[2]) == (symbol, problem)


ZERO = "2001-03-01"
GERMAN = f'{{ from = "x", date_format = "%d.%m.%Y", {NR} }}'


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("01.03.2001", 0),
        ("28.02.2001", -1),
        ("1.3.2001", 0),
        ("29.02.2004", 1095),
        ("01.03.2004", 1096),
    ],
)
def test_dates_become_days_across_leap_days(cell: str, day: int) -> None:
    assert read_cell("transplant.day", GERMAN, cell, zero=ZERO) == (day, None, None, False)


@pytest.mark.parametrize(
    "cell",
    [
        "31.02.2001",
        "29.02.2001",
        "2001-03-01",
        "03/01/2001",
        "01.03.2001 00:00",
        "01.03.01",  # not the year 1, and not the year 2001 either: the form says four digits
        "01.03.9999",
        "01.03.1753",
        "1.3.-200",
        "soon",
    ],
)
def test_impossible_dates_and_dates_of_another_form_are_withheld(cell: str) -> None:
    made = read_cell("transplant.day", GERMAN, cell, zero=ZERO)
    assert made == (None, "withheld", "bad_date", False)


def test_the_date_form_of_the_source_is_used_unless_a_unit_is_given() -> None:
    source = 'date_format = "%Y-%m-%d"'
    dated = f'{{ from = "x", {NR} }}'
    assert read_cell("transplant.day", dated, "2001-03-11", source=source, zero=ZERO)[0] == 10
    counted = f'{{ from = "x", unit = "days", {NR} }}'
    assert read_cell("transplant.day", counted, "10", source=source)[0] == 10


def test_a_date_without_day_zero_is_withheld() -> None:
    assert read_cell("transplant.day", GERMAN, "01.03.2001")[1:3] == ("withheld", "no_time_zero")


@pytest.mark.parametrize(
    ("cell", "age"),
    [("01.03.1981", 7305 / 365.25), ("01.03.2001", 0.0), ("29.02.2000", 366 / 365.25)],
)
def test_a_date_of_birth_becomes_an_age(cell: str, age: float) -> None:
    value, *rest = read_cell("patient.age_years", GERMAN, cell, zero=ZERO)
    assert value == pytest.approx(age, abs=1e-12)
    assert rest == [None, None, False]


@pytest.mark.parametrize("cell", ["02.03.2001", "01.01.1880"])
def test_an_impossible_age_is_out_of_range(cell: str) -> None:
    assert read_cell("patient.age_years", GERMAN, cell, zero=ZERO)[2] == "out_of_range"


@pytest.mark.parametrize(
    ("cell", "base", "expected"),
    [
        ("30", "100", (130, None)),
        ("30", None, (None, "no_base_day")),
        ("30", "soon", (None, "no_base_day")),
        ("x", "100", (None, "not_a_number")),
    ],
)
def test_days_may_count_from_the_day_in_another_column(
    cell: str, base: str | None, expected: tuple[Any, Any]
) -> None:
    spec = f'{{ from = "x", after = "base", unit = "days", {NR} }}'
    assert read_cell("transplant.day", spec, cell, base=base)[::2] == expected


def test_days_are_whole_unless_the_mapping_says_how_to_round() -> None:
    plain = f'{{ from = "x", unit = "days", {NR} }}'
    assert read_cell("transplant.day", plain, "10.5")[::2] == (None, "not_whole")
    assert read_cell("transplant.day", plain, "10.0")[0] == 10
    rounded = f'{{ from = "x", unit = "days", round = "nearest", {NR} }}'
    assert read_cell("transplant.day", rounded, "10.6")[0] == 11


def test_the_first_column_that_is_not_blank_counts() -> None:
    spec = f'{{ first_of = ["x", "y", "z"], unit = "days", {NR} }}'
    assert read_cell("transplant.day", spec, " ", y="7", z="9")[0] == 7
    assert read_cell("transplant.day", spec, "5", y="7", z="9")[0] == 5
    assert read_cell("transplant.day", spec, None, y="", z=None)[:2] == (None, "not_reported")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2005-2009", ("2005-2009", None)),
        ("17.03.2005", (None, "unmapped_code")),
        ("2005", (None, "unmapped_code")),
    ],
)
def test_a_year_band_is_two_years_so_that_no_date_slips_in(
    cell: str, expected: tuple[str | None, str | None]
) -> None:
    assert read_cell("patient.year_band", f'{{ from = "x", {NR} }}', cell)[::2] == expected


def test_constants_need_no_column() -> None:
    assert read_cell("patient.lineage", '{ value = "B" }', None) == ("B", None, None, False)
    assert read_cell("patient.lineage", '{ missing = "withheld" }', None)[:2] == (None, "withheld")
    assert read_cell("patient.eligible", "{ value = false }", None)[0] is False
