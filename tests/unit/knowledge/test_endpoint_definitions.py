"""Shipped endpoints are sound; unsound ones are refused with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from chorall.errors import DefinitionError
from chorall.knowledge.endpoint_definitions import (
    ENDPOINTS_FOLDER,
    ORDER_OF_ENDPOINTS,
    endpoint_aliases,
    endpoint_definitions,
    endpoints_not_given,
    read_endpoint_definition,
)
from chorall.tables.words import EVENT_TYPES

SOUND = (ENDPOINTS_FOLDER / "cumulative_incidence_of_relapse.toml").read_text("utf-8")


def test_shipped_endpoints_stand_in_the_order_of_tables() -> None:
    assert tuple(endpoint_definitions()) == ORDER_OF_ENDPOINTS


@pytest.mark.parametrize("short_name", ORDER_OF_ENDPOINTS)
def test_shipped_endpoints_use_event_types_of_the_pool(short_name: str) -> None:
    known = {*EVENT_TYPES, "mrd_response"}
    assert set(endpoint_definitions()[short_name].decisive) <= known


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
        (
            'censor_at = "last_contact"',
            'censor_at = "last_contact"\ncensored_by = ["death"]',
            "death is a cause and censors",
        ),
        (
            'censor_at = "last_contact"',
            'censor_at = "last_contact"\ncurve = "survival"',
            "causes compete, so an incidence is shown",
        ),
        (
            'censor_at = "last_contact"',
            'censor_at = "last_contact"\nfailure_is = "no_remission_by_landmark"',
            "a landmark needs origin time_zero",
        ),
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
    with pytest.raises(DefinitionError, match="dated_day, origin_day, day_one or landmark_day"):
        read_endpoint_definition(path)


def test_long_names_lead_to_short_ones() -> None:
    aliases = endpoint_aliases()
    assert aliases["cumulative_incidence_of_relapse"] == "CIR"
    assert aliases["relapse_rate_km"] == "relapse_rate_km"
    assert sorted(aliases.values()) == sorted(endpoint_definitions())


def test_the_two_relapse_figures_differ_in_what_death_does() -> None:
    cir, rate = (endpoint_definitions()[name] for name in ("CIR", "relapse_rate_km"))
    assert (cir.decisive["death"], rate.decisive["death"]) == (2, 0)
    assert cir.shows_incidence
    assert rate.shows_incidence
    assert not endpoint_definitions()["RFS"].shows_incidence


def test_what_no_pool_can_give_is_no_shipped_endpoint() -> None:
    assert "GRFS" in endpoints_not_given()
    assert not set(endpoints_not_given()) & set(endpoint_definitions())
