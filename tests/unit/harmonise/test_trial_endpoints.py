"""What a trial states of its own endpoints: variant of EFS, landmark, data cut-off."""

from __future__ import annotations

import pytest
from unit.harmonise.trial_builder import BASE, harmonise, parse_mapping

from chorall.errors import DefinitionError

DATED = (
    BASE.replace('patient = "id"', 'patient = "id"\ndate_format = "%d.%m.%Y"').replace(
        'unit = "days", ', ""
    )
    + '\n[time_zero]\nsource = "clinical"\ncolumn = "zero"\n'
)
REMISSION = """
[[rules]]
id = "E1"
to = "event"
source = "clinical"
[rules.set]
type = { value = "remission" }
day = { from = "cr", unit = "days", blank = "no_row" }
"""
CUTOFF_RULE = """
[[rules]]
id = "U2"
to = "follow_up"
source = "clinical"
[rules.set]
cutoff_day = { value = 900 }
"""


def state(text: str, line: str) -> str:
    return text.replace('time_zero = "diagnosis"', f'time_zero = "diagnosis"\n{line}')


def test_a_date_of_the_cut_off_becomes_a_day_of_each_patient() -> None:
    made = harmonise(
        state(DATED, "data_cutoff = 2003-12-31"),
        clinical="id,sex,zero,days\n1,1,31.12.2001,11.03.2002\n2,1,01.01.2003,11.03.2003\n",
    )
    follow_up = made.tables["follow_up"]
    assert follow_up["cutoff_day"].to_list() == [730, 364]
    assert follow_up["cutoff_day_missing"].to_list() == [None, None]


def test_without_a_cut_off_the_day_is_missing_with_a_reason() -> None:
    made = harmonise(BASE, clinical="id,sex,days\n1,1,100\n")
    assert made.tables["follow_up"]["cutoff_day"].to_list() == [None]
    assert made.tables["follow_up"]["cutoff_day_missing"].to_list() == ["not_reported"]


def test_days_of_a_cut_off_may_come_from_a_rule() -> None:
    made = harmonise(BASE + CUTOFF_RULE, clinical="id,sex,days\n1,1,100\n")
    assert made.tables["follow_up"]["cutoff_day"].to_list() == [900]


def test_a_trial_may_name_its_own_event_free_survival_and_landmark() -> None:
    lines = 'event_free_survival = "EFS_ELN_LANDMARK"\nremission_landmark_day = 60'
    trial = parse_mapping(state(BASE, lines) + REMISSION).trial
    assert (trial.event_free_survival, trial.remission_landmark_day) == ("EFS_ELN_LANDMARK", 60)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (state(BASE, 'event_free_survival = "EFS_UKAL"'), "did you mean `EFS_UKALL`"),
        (state(BASE, 'event_free_survival = "OS"'), "no definition `OS`"),
        (
            state(BASE, 'event_free_survival = "EFS_LANDMARK"'),
            "EFS_LANDMARK needs `remission_landmark_day`",
        ),
        (state(BASE, "remission_landmark_day = 60"), "no rule writes the event `remission`"),
        (state(BASE, "remission_landmark_day = 0") + REMISSION, "expected a day from 1 to 365"),
        (state(BASE, "data_cutoff = 2003-12-31"), r"needs `\[time_zero\]`"),
        (state(DATED, "data_cutoff = 2003-12-31") + CUTOFF_RULE, "stated twice"),
        (
            state(DATED, "data_cutoff = 2003-12-31\ndata_cutoff_year = 2004"),
            "data_cutoff_year is 2004",
        ),
        (state(DATED, 'data_cutoff = "2003-12-31"'), "data_cutoff"),
    ],
)
def test_what_cannot_hold_is_refused_with_what_to_do(text: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        parse_mapping(text)
