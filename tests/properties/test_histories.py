"""What holds of histories for any patient; few distinct days, so that ties are common."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.test_endpoints import histories as draw_tables
from spec.ascii_tables import fill_table

from chorall.endpoints import (
    derive_endpoints,
    derive_histories,
    explain_missing_histories,
    history_arrays,
)
from chorall.endpoints.history_states import TRANSPLANTED
from chorall.knowledge.endpoint_definitions import endpoint_definitions

EXAMPLES = 60
Tables = dict[str, pl.DataFrame]


@settings(max_examples=EXAMPLES, deadline=None)
@given(draw_tables())
def test_stays_follow_each_other_without_gap_and_death_ends_them(tables: Tables) -> None:
    histories = derive_histories(tables)
    assert (histories["exit_day"] >= histories["entry_day"]).all()
    for (_patient,), stays in histories.group_by("patient_id"):
        assert stays["stay"].to_list() == list(range(1, stays.height + 1))
        assert stays["exit_day"].to_list()[:-1] == stays["entry_day"].to_list()[1:]
        assert stays["to_state"].to_list()[:-1] == stays["from_state"].to_list()[1:]
        assert stays["to_state"][-1] in ("death", None)
        assert "death" not in stays["from_state"].to_list()
        assert all(a != b for a, b in stays.select("from_state", "to_state").rows())


@settings(max_examples=EXAMPLES, deadline=None)
@given(draw_tables())
def test_everyone_has_a_history_or_is_told_why_not(tables: Tables) -> None:
    there = set(derive_histories(tables)["patient_id"])
    missing = set(explain_missing_histories(tables)["patient_id"])
    assert there | missing == set(tables["follow_up"]["patient_id"])
    assert not there & missing


@settings(max_examples=EXAMPLES, deadline=None)
@given(draw_tables(contact_is_last=True))
def test_deaths_and_their_days_are_those_of_overall_survival(tables: Tables) -> None:
    histories = derive_histories(tables)
    survival = derive_endpoints(tables, [endpoint_definitions()["OS"]])
    followed = survival.filter(pl.col("patient_id").is_in(histories["patient_id"].implode()))
    # Who comes late and dies that day is seen by no risk set.
    seen = followed.filter((pl.col("exit_day") > pl.col("entry_day")) | (pl.col("entry_day") == 0))
    ends = histories.group_by("patient_id", maintain_order=True).last()
    both = seen.join(ends, on="patient_id", suffix="_history")
    assert both.height == seen.height
    dead = both["to_state"].cast(pl.String) == "death"
    assert dead.fill_null(value=False).to_list() == (both["cause"] == 1).to_list()
    assert both["exit_day"].to_list() == both["exit_day_history"].to_list()


@settings(max_examples=EXAMPLES, deadline=None)
@given(draw_tables())
def test_arrays_hold_every_change_of_state_after_some_time_at_risk(tables: Tables) -> None:
    histories = derive_histories(tables)
    arrays = history_arrays(histories)
    assert (arrays.time > arrays.entry_time).all()
    assert (arrays.to_state > 0).sum() == histories["to_state"].count()
    assert (arrays.from_state > 0).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(draw_tables())
def test_transplantation_after_relapse_follows_a_relapse(tables: Tables) -> None:
    relapses = tables["event"].filter(pl.col("type") == "relapse")["patient_id"].to_list()
    for row in derive_histories(tables).rows(named=True):
        if row["to_state"] in TRANSPLANTED:
            assert (row["to_state"] == "transplant_after_relapse") == (
                row["from_state"] == "relapse"
            )
        if row["from_state"] == "transplant_after_relapse":
            assert row["patient_id"] in relapses


@settings(max_examples=EXAMPLES, deadline=None)
@given(draw_tables(), st.sampled_from(("a", "b", "c")))
def test_a_second_malignancy_changes_no_history(tables: Tables, patient: str) -> None:
    extra = {"patient_id": patient, "trial_id": "T", "type": "second_malignancy", "day": 2}
    more = tables | {"event": pl.concat([tables["event"], fill_table("event", [extra])])}
    assert derive_histories(more).equals(derive_histories(tables))
