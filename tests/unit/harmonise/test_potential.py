"""What each trial can give to each variable of the pool."""

from __future__ import annotations

import polars as pl
from unit.harmonise.trial_builder import BASE, parse_mapping

from chorall.harmonise.potential import judge_potential

MORE = """
[[rules]]
id = "E1"
to = "event"
source = "clinical"
[rules.set]
type = { from = "type", map = { "r" = "relapse" }, blank = "no_row" }
day = { from = "days", unit = "days", blank = "quarantine" }
[[rules]]
id = "M1"
to = "marker_result"
source = "clinical"
markers = { tp53 = "TP53" }
[rules.set]
status = { map = { "1" = "present" }, blank = "not_tested" }
[[impossible]]
fields = ["mrd", "event.remission", "marker.NRAS", "patient.cns_status"]
reason = "not collected"
"""


def words() -> dict[str, str]:
    text = BASE.replace(
        "sex = {",
        'lineage = { value = "B" }\neligible = { missing = "not_reported" }\n'
        'age_years = { from = "born", date_format = "%d.%m.%Y", blank = "not_reported" }\nsex = {',
    )
    zero = '[time_zero]\nsource = "clinical"\ncolumn = "zero"\n'
    text = text.replace('patient = "id"', 'patient = "id"\ndate_format = "%d.%m.%Y"')
    matrix = judge_potential([parse_mapping(text + zero + MORE)], {"T": ["KRAS"]})
    return dict(matrix.iter_rows())


def test_every_word_of_the_matrix() -> None:
    judged = words()
    assert judged["patient.sex"] == "measured"
    assert judged["event.relapse"] == "measured"
    assert judged["marker.TP53"] == "measured"
    assert judged["marker.KRAS"] == "measured"  # an assay can see it
    assert judged["patient.lineage"] == "derivable"  # the same for all
    assert judged["patient.age_years"] == "derivable"  # from a date of birth
    assert judged["patient.year_band"] == "derivable"  # from the date of day 0
    assert judged["patient.eligible"] == "not collected"  # declared missing
    assert judged["mrd"] == judged["event.remission"] == judged["marker.NRAS"] == "not collected"
    assert judged["patient.cns_status"] == "not collected"
    assert judged["patient.wbc_10e9_per_l"] == judged["event.death"] == "unmapped"
    assert judged["transplant"] == "unmapped"


def test_each_trial_has_a_column() -> None:
    two = [parse_mapping(BASE), parse_mapping(BASE.replace('"T"', '"U"'))]
    matrix = judge_potential(two, {})
    assert matrix.columns == ["variable", "T", "U"]
    assert matrix.filter(pl.col("variable") == "patient.sex").row(0)[1:] == ("measured", "measured")
