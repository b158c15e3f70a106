"""Rows of a trial: who is in the register, what several rules give, where each row went."""

from __future__ import annotations

import polars as pl
import pytest
from unit.harmonise.trial_builder import (
    BASE,
    CLINICAL,
    FOLLOW_UP,
    KEY,
    PATIENT,
    TRIAL,
    harmonise,
    list_quarantine,
)

from chorall.errors import DataError
from chorall.harmonise.pseudonyms import make_pseudonym
from chorall.harmonise.trial import HarmonisedTrial

LABS = """
[sources.labs]
file = "labs.csv"
patient = "id"
"""
WBC = """
[[rules]]
id = "P2"
to = "patient"
source = "labs"
[rules.set]
wbc_10e9_per_l = { from = "wbc", unit = "G/L", blank = "not_done" }
"""
ECOG = """
[[rules]]
id = "L1"
to = "measurement"
source = "labs"
[rules.set]
item = { value = "ecog_grade" }
day = { value = 0 }
value = { from = "ecog", blank = "no_row" }
"""
GRAFT = """
[[rules]]
id = "T1"
to = "transplant"
source = "clinical"
[rules.set]
n = { from = "n", blank = "no_row" }
day = { from = "graft", unit = "days", blank = "not_reported" }
"""


def add_up(made: HarmonisedTrial) -> list[tuple[int, int, int, int]]:
    return [(a.n_rows, a.n_set_aside, a.n_pooled, a.n_quarantined) for a in made.accounts]


def test_every_row_is_set_aside_pooled_or_quarantined() -> None:
    text = BASE.replace(
        'patient = "id"', 'patient = "id"\nkeep = [{ column = "study", in = ["T"] }]'
    )
    made = harmonise(text, clinical="id,study,sex,days\n1,T,1,10\n2,U,1,10\n3,T,2,x\n,T,1,5\n")
    assert add_up(made) == [(4, 1, 2, 1)]
    assert list_quarantine(made) == [
        ("clinical.csv", 4, "U1", "not_a_number", False),
        ("clinical.csv", 5, "", "no_patient_id", True),
    ]


def test_a_patient_without_follow_up_stays_a_patient() -> None:
    made = harmonise(BASE, clinical="id,sex,days\n1,1,10\n2,2,x\n")
    assert made.tables["patient"].height == 2
    assert made.tables["follow_up"].height == 1


def test_who_stands_twice_in_the_register_is_taken_neither_time() -> None:
    made = harmonise(BASE, clinical="id,sex,days\n1,1,10\n2,1,10\n1,2,20\n")
    assert made.tables["patient"].height == 1
    assert list_quarantine(made) == [
        ("clinical.csv", 2, "", "duplicate_patient", True),
        ("clinical.csv", 4, "", "duplicate_patient", True),
    ]


def test_who_stands_twice_in_the_register_has_rows_nowhere() -> None:
    made = harmonise(
        BASE + LABS + WBC + ECOG,
        clinical="id,sex,days\n1,1,10\n2,1,10\n1,2,20\n",
        labs="id,wbc,ecog\n1,5,0\n2,6,1\n",
    )
    assert made.tables["measurement"]["value"].to_list() == [1.0]
    assert ("labs.csv", 2, "", "unknown_patient", True) in list_quarantine(made)
    assert made.lineage.filter(pl.col("table") == "measurement")["item"].to_list() == ["ecog_grade"]


def test_the_register_is_what_the_first_patient_rule_makes() -> None:
    rule = PATIENT.replace("[rules.set]", 'when = [{ column = "visit", in = ["0"] }]\n[rules.set]')
    later = FOLLOW_UP.replace(
        "[rules.set]", 'when = [{ column = "visit", in = ["1"] }]\n[rules.set]'
    )
    text = TRIAL + CLINICAL + rule + later
    made = harmonise(text, clinical="id,visit,sex,days\n1,0,1,\n1,1,,50\n2,1,,60\n3,0,2,\n")
    assert made.tables["patient"]["sex"].to_list() == ["male", "female"]
    assert made.tables["follow_up"]["last_contact_day"].to_list() == [50]
    assert list_quarantine(made) == [("clinical.csv", 4, "", "unknown_patient", True)]


def test_who_gets_no_row_in_the_register_has_rows_nowhere() -> None:
    text = BASE.replace('blank = "not_reported"', 'blank = "no_row"', 1)
    made = harmonise(text, clinical="id,sex,days\n1,1,10\n2,,20\n")
    known = set(made.tables["patient"]["patient_id"])
    assert set(made.tables["follow_up"]["patient_id"]) == known
    assert list_quarantine(made) == [("clinical.csv", 3, "", "unknown_patient", True)]


def test_a_column_from_another_file_is_not_reported_for_who_is_not_in_it() -> None:
    made = harmonise(
        BASE + LABS + WBC,
        clinical="id,sex,days\n1,1,10\n2,1,10\n3,1,10\n",
        labs="id,wbc\n1,5\n3,\n9,7\n",
    )
    columns = ("wbc_10e9_per_l", "wbc_10e9_per_l_missing")
    assert made.tables["patient"].select(columns).rows() == [
        (5.0, None),
        (None, "not_reported"),
        (None, "not_done"),
    ]
    assert list_quarantine(made) == [("labs.csv", 4, "", "unknown_patient", True)]


def test_the_same_patient_twice_in_another_file_gives_no_column() -> None:
    made = harmonise(BASE + LABS + WBC, clinical="id,sex,days\n1,1,10\n", labs="id,wbc\n1,5\n1,6\n")
    assert made.tables["patient"]["wbc_10e9_per_l_missing"].to_list() == ["not_reported"]
    assert {line[3] for line in list_quarantine(made)} == {"duplicate_key"}
    assert add_up(made) == [(1, 0, 1, 0), (2, 0, 0, 2)]


def test_follow_up_from_two_files_needs_both() -> None:
    split = FOLLOW_UP.replace('vital_status = { value = "alive" }\n', "")
    status = """
[[rules]]
id = "U2"
to = "follow_up"
source = "labs"
[rules.set]
vital_status = { from = "vital", blank = "quarantine" }
"""
    made = harmonise(
        TRIAL + CLINICAL + LABS + PATIENT + split + status,
        clinical="id,sex,days\n1,1,10\n2,1,20\n3,1,\n",
        labs="id,vital\n1,dead\n3,alive\n",
    )
    assert made.tables["follow_up"].select("last_contact_day", "vital_status").rows() == [
        (10, "dead")
    ]
    assert ("clinical.csv", 3, "U1", "incomplete_row", False) in list_quarantine(made)
    assert ("labs.csv", 3, "U2", "incomplete_row", True) in list_quarantine(made)
    assert add_up(made) == [(3, 0, 3, 0), (2, 0, 1, 1)]


@pytest.mark.parametrize("second", ["", GRAFT.replace('"T1"', '"T2"')])
def test_rows_that_share_a_key_are_all_refused_within_and_across_rules(second: str) -> None:
    rows = "id,sex,days,n,graft\n1,1,10,1,5\n2,1,10,1,5\n"
    if not second:
        text = BASE + GRAFT.replace('n = { from = "n", blank = "no_row" }', "n = { value = 1 }")
        text = text.replace(
            'to = "transplant"\nsource = "clinical"', 'to = "transplant"\nsource = "labs"'
        )
        made = harmonise(text + LABS, clinical=rows, labs="id,graft\n1,5\n1,6\n2,7\n")
        assert made.tables["transplant"]["day"].to_list() == [7]
        return
    made = harmonise(BASE + GRAFT + second, clinical=rows)
    assert made.tables["transplant"].is_empty()
    assert {line[2:4] for line in list_quarantine(made)} == {
        ("T1", "duplicate_key"),
        ("T2", "duplicate_key"),
    }
    assert made.lineage.filter(pl.col("table") == "transplant").is_empty()


def test_a_missing_code_for_a_day_that_must_be_there_makes_no_row() -> None:
    event = """
[[rules]]
id = "E1"
to = "event"
source = "clinical"
[rules.set]
type = { value = "relapse" }
day = { from = "relapse", unit = "days", blank = "no_row" }
"""
    text = BASE.replace('patient = "id"', 'patient = "id"\nmissing_codes = { NA = "not_reported" }')
    made = harmonise(text + event, clinical="id,sex,days,relapse\n1,1,10,NA\n2,1,10,5\n")
    assert made.tables["event"]["day"].to_list() == [5]


DATED = (
    BASE.replace('patient = "id"', 'patient = "id"\ndate_format = "%d.%m.%Y"').replace(
        ', unit = "days"', ""
    )
    + """
[time_zero]
source = "clinical"
column = "zero"
"""
)


def test_dates_become_days_and_a_year_band_and_are_forgotten() -> None:
    made = harmonise(
        DATED,
        clinical="id,sex,zero,days\n1,1,01.03.2001,11.03.2001\n2,1,01.03.2000,01.03.2001\n",
    )
    assert made.tables["follow_up"]["last_contact_day"].to_list() == [10, 365]
    assert made.tables["patient"]["year_band"].to_list() == ["2000-2004", "2000-2004"]
    for table in (*made.tables.values(), made.lineage, made.quarantine):
        assert not any(dtype.is_temporal() for dtype in table.dtypes)


def test_a_date_of_day_zero_that_cannot_be_read_is_told() -> None:
    made = harmonise(
        DATED, clinical="id,sex,zero,days\n1,1,31.02.2001,11.03.2001\n2,1,,11.03.2001\n"
    )
    assert made.tables["patient"]["year_band_missing"].to_list() == ["not_reported"] * 2
    assert list_quarantine(made) == [
        ("clinical.csv", 2, "", "bad_date", False),
        ("clinical.csv", 2, "U1", "no_time_zero", False),
        ("clinical.csv", 3, "U1", "no_time_zero", False),
    ]


def test_two_dates_of_day_zero_are_none_but_the_same_date_twice_is_one() -> None:
    text = DATED.replace('source = "clinical"\ncolumn = "zero"', 'source = "labs"\ncolumn = "zero"')
    labs = LABS.replace('patient = "id"', 'patient = "id"\ndate_format = "%d.%m.%Y"')
    made = harmonise(
        text + labs + ECOG,
        clinical="id,sex,days\n1,1,11.03.2001\n2,1,11.03.2001\n",
        labs="id,zero,ecog\n1,01.03.2001,1\n1,01.03.2001,2\n2,01.03.2001,0\n2,02.03.2001,0\n",
    )
    assert made.tables["follow_up"]["last_contact_day"].to_list() == [10]
    assert ("clinical.csv", 3, "U1", "no_time_zero", False) in list_quarantine(made)


def test_a_shared_file_leaves_the_patients_of_others_alone() -> None:
    text = BASE + LABS.replace('patient = "id"', 'patient = "id"\nshared = true') + WBC
    made = harmonise(text, clinical="id,sex,days\n1,1,10\n", labs="id,wbc\n1,5\n9,7\n,8\n")
    assert add_up(made)[1] == (3, 1, 1, 1)
    assert list_quarantine(made) == [("labs.csv", 4, "", "no_patient_id", True)]
    assert sorted(made.claimed["labs"]["__row__"]) == [2, 4]


def test_one_file_may_be_two_sources() -> None:
    twice = LABS.replace("labs.csv", "clinical.csv")
    made = harmonise(
        BASE + twice + WBC, clinical="id,sex,days,wbc\n1,1,10,5\n", labs="id,wbc\n1,5\n"
    )
    assert {name: rows["__row__"].to_list() for name, rows in made.claimed.items()} == {
        "clinical": [2],
        "labs": [2],
    }


def test_a_row_that_no_rule_meets_is_told() -> None:
    made = harmonise(
        BASE
        + LABS
        + WBC.replace("[rules.set]", 'when = [{ column = "ok", in = ["1"] }]\n[rules.set]'),
        clinical="id,sex,days\n1,1,10\n",
        labs="id,wbc,ok\n1,5,0\n",
    )
    assert list_quarantine(made) == [("labs.csv", 2, "", "no_rule_matched", True)]


def test_a_delivery_of_another_length_is_refused() -> None:
    text = BASE.replace('patient = "id"', 'patient = "id"\nexpect_rows = 3')
    with pytest.raises(DataError, match=r"clinical.csv: 1 rows, `expect_rows` says 3"):
        harmonise(text, clinical="id,sex,days\n1,1,10\n")


def test_a_trial_without_a_row_gives_empty_tables() -> None:
    made = harmonise(BASE, clinical="id,sex,days\n")
    assert made.tables["patient"].is_empty()
    assert add_up(made) == [(0, 0, 0, 0)]


def test_persons_and_patients_have_different_pseudonyms() -> None:
    text = BASE.replace("sex = {", 'person_id = { from = "id", blank = "not_reported" }\nsex = {')
    row = harmonise(text, clinical="id,sex,days\nANNA,1,10\n").tables["patient"].row(0, named=True)
    assert row["person_id"] != row["patient_id"]
    assert "ANNA" not in str(row)


def test_lineage_tells_row_and_rule_and_what_the_row_is_about() -> None:
    made = harmonise(BASE + GRAFT, clinical="id,sex,days,n,graft\n1,1,10,1,5\n2,2,x,,\n")
    assert made.lineage.select("table", "item", "rule_id", "file", "source_row").rows() == [
        ("patient", "", "P1", "clinical.csv", 2),
        ("patient", "", "P1", "clinical.csv", 3),
        ("follow_up", "", "U1", "clinical.csv", 2),
        ("transplant", "", "T1", "clinical.csv", 2),
    ]


def test_source_columns_may_be_called_like_columns_of_the_pool() -> None:
    text = BASE.replace(
        "sex = {", 'person_id = { from = "patient_id", blank = "not_reported" }\nsex = {'
    ).replace('patient = "id"', 'patient = "patient_id"')
    graft = """
[[rules]]
id = "T1"
to = "transplant"
source = "clinical"
[rules.set]
n = { from = "day", blank = "no_row" }
day = { from = "n", after = "day", unit = "days", blank = "not_reported" }
"""
    made = harmonise(text + graft, clinical="patient_id,sex,days,day,n\nANNA,1,10,2,30\n")
    assert made.tables["transplant"].select("n", "day").rows() == [(2, 32)]
    patient = made.tables["patient"].row(0, named=True)
    assert patient["person_id"] == make_pseudonym(KEY, "person", "ANNA")
