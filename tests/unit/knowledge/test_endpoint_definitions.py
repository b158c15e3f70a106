"""Shipped endpoints are sound; unsound ones are refused with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from chorall.errors import DefinitionError
from chorall.knowledge.endpoint_definitions import (
    ENDPOINTS_FOLDER,
    ORDER_OF_ENDPOINTS,
    endpoint_definitions,
    read_endpoint_definition,
)
from chorall.tables.words import EVENT_TYPES

SOUND = (ENDPOINTS_FOLDER / "cumulative_incidence_of_relapse.toml").read_text("utf-8")


def test_shipped_endpoints_stand_in_the_order_of_tables() -> None:
    assert tuple(endpoint_definitions()) == ORDER_OF_ENDPOINTS


@pytest.mark.parametrize("short_name", ORDER_OF_ENDPOINTS)
def test_shipped_endpoints_use_event_types_of_the_pool(short_name: str) -> None:
    assert set(endpoint_definitions()[short_name].cause_of_event) <= set(EVENT_TYPES)


def test_death_competes_with_relapse_in_cir() -> None:
    assert endpoint_definitions()["CIR"].cause_of_event == {"relapse": 1, "death": 2}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('origin = "remission"', 'origin = "cr1"', "`origin`: input should be 'time_zero'"),
        ('short_name = "CIR"', 'short_name = "cir"', "`short_name`"),
        ("cause = 2", "cause = 3", "number them 1, 2"),
        ('events = ["death"]', 'events = ["relapse"]', "relapse stands under two causes"),
        ('["remission", "relapse", "death"]', '["relapse", "death"]', "begin with remission"),
        ('["remission", "relapse", "death"]', '["remission", "relapse"]', "each of death, relapse"),
        ('events = ["death"]', 'events = ["induction_failure"]', "order must list|say induction"),
        ('censor_at = "last_contact"', "", "`censor_at`: this key is required"),
        ('censor_at = "last_contact"', 'censor_at = "last_contact"\nends = 1', "`ends`: this key"),
    ],
)
def test_unsound_definitions_are_refused_with_what_is_wrong(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in SOUND
    path = tmp_path / "mine.toml"
    path.write_text(SOUND.replace(old, new), "utf-8")
    with pytest.raises(DefinitionError, match=message):
        read_endpoint_definition(path)


def test_an_induction_failure_that_counts_needs_its_day(tmp_path: Path) -> None:
    text = (ENDPOINTS_FOLDER / "event_free_survival.toml").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('induction_failure = "dated_day"', ""), "utf-8")
    with pytest.raises(DefinitionError, match="dated_day or origin_day"):
        read_endpoint_definition(path)
