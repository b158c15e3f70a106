"""What holds of endpoints for any patient; few distinct days, so that ties are common."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.ascii_tables import fill_table

from chorall.endpoints import derive_endpoints, endpoint_times, explain_exclusions
from chorall.knowledge.endpoint_definitions import EndpointDefinition, endpoint_definitions
from chorall.tables import words

DEFINITIONS = tuple(endpoint_definitions().values())
PATIENTS = ("a", "b", "c")
DAYS = st.integers(0, 6)
EXAMPLES = 60  # a pool takes some 30 ms, and its space is small


@st.composite
def histories(draw: st.DrawFn, *, contact_is_last: bool = False) -> dict[str, pl.DataFrame]:
    event, follow_up, transplant = [], [], []
    for patient in PATIENTS:
        who = {"patient_id": patient, "trial_id": "T"}
        kinds = draw(st.lists(st.sampled_from(words.EVENT_TYPES[:-1]), max_size=4))
        event += [{**who, "type": kind, "day": draw(DAYS)} for kind in kinds]
        dead = draw(st.booleans())
        last = draw(DAYS)
        if dead or contact_is_last:  # nobody has an event after the death
            last = max([last, *(row["day"] for row in event if row["patient_id"] == patient)])
        if dead:
            event.append({**who, "type": "death", "day": last})
        entry = draw(st.sampled_from((0, 0, 2)))
        follow_up.append({**who, "entry_day": entry, "last_contact_day": last})
        if draw(st.booleans()):
            transplant.append({**who, "n": 1, "day": draw(st.none() | DAYS)})
    return {
        "event": fill_table("event", event),
        "follow_up": fill_table("follow_up", follow_up),
        "transplant": fill_table("transplant", transplant),
    }


def find_origin(
    definition: EndpointDefinition, tables: dict[str, pl.DataFrame], patient: str
) -> int | None:
    if definition.origin == "time_zero":
        return 0
    if definition.origin == "transplant":
        rows = [row for row in tables["transplant"].to_dicts() if row["patient_id"] == patient]
        return min(rows, key=lambda row: row["n"])["day"] if rows else None
    return min(
        (row["day"] for row in tables["event"].to_dicts()
         if (row["patient_id"], row["type"]) == (patient, "remission")),
        default=None,
    )  # fmt: skip


def derive_plainly(
    definition: EndpointDefinition, tables: dict[str, pl.DataFrame]
) -> list[tuple[str, int, int, int, int, str]]:
    rows = []
    for patient in tables["follow_up"].to_dicts():
        name = patient["patient_id"]
        origin = find_origin(definition, tables, name)
        if origin is None:
            continue
        decisive = min(
            (
                (row["day"], definition.same_day_order.index(row["type"]), row["type"])
                for row in tables["event"].to_dicts()
                if row["patient_id"] == name
                and row["type"] in definition.cause_of_event
                and row["day"] >= origin
            ),
            default=(patient["last_contact_day"], 0, "censored"),
        )
        entry = max(origin, patient["entry_day"])
        cause = definition.cause_of_event.get(decisive[2], 0)
        if decisive[0] >= entry:
            rows.append((name, origin, entry, decisive[0], cause, decisive[2]))
    return rows


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories())
def test_endpoints_agree_with_the_plain_implementation(tables: dict[str, pl.DataFrame]) -> None:
    derived = derive_endpoints(**tables, definitions=DEFINITIONS).drop("trial_id", "endpoint")
    expected = [row for definition in DEFINITIONS for row in derive_plainly(definition, tables)]
    assert derived.rows() == expected


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories())
def test_everyone_is_in_each_endpoint_or_excluded_from_it(tables: dict[str, pl.DataFrame]) -> None:
    derived = derive_endpoints(**tables, definitions=DEFINITIONS)
    excluded = explain_exclusions(**tables, definitions=DEFINITIONS)
    together = pl.concat([table.select("patient_id", "endpoint") for table in (derived, excluded)])
    assert together.height == len(PATIENTS) * len(DEFINITIONS)
    assert together.is_duplicated().sum() == 0


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories())
def test_times_never_run_backwards_and_nothing_ends_before_it_is_observed(
    tables: dict[str, pl.DataFrame],
) -> None:
    times = endpoint_times(derive_endpoints(**tables, definitions=DEFINITIONS))
    assert (times["entry_time"] >= 0).all()
    assert (times["time"] >= times["entry_time"]).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories(contact_is_last=True))
def test_event_free_survival_is_never_longer_than_survival_and_every_death_ends_it(
    tables: dict[str, pl.DataFrame],
) -> None:
    derived = derive_endpoints(**tables, definitions=DEFINITIONS)
    by_name = {name[0]: part for name, part in derived.group_by("endpoint")}
    if "EFS" not in by_name:
        return
    both = by_name["EFS"].join(by_name["OS"], on="patient_id", suffix="_os")
    assert both.height == by_name["EFS"].height
    dead = both.filter(pl.col("cause_os") == 1)
    assert (dead["exit_day"] <= dead["exit_day_os"]).all()
    assert (dead["cause"] == 1).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories())
def test_rfs_and_cir_end_on_the_same_day_with_the_same_happening(
    tables: dict[str, pl.DataFrame],
) -> None:
    derived = derive_endpoints(**tables, definitions=DEFINITIONS)
    same = ["patient_id", "origin_day", "entry_day", "exit_day", "event_type"]
    for suffix in ("", "_HCT"):
        one, other = (
            derived.filter(pl.col("endpoint") == name + suffix).select(same)
            for name in ("RFS", "CIR")
        )
        assert one.equals(other)
