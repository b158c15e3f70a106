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
EXAMPLES = 20  # 23 endpoints of a pool take some 150 ms, and its space is small
LANDMARK = 3
SENSITIVITIES = (None, 1e-3, 1e-4, 1e-5)
COURSE = {"RFS": ("CIR", "NRM", "relapse_rate_km"), "RFS_HCT": ("CIR_HCT", "NRM_HCT")}


@st.composite
def histories(draw: st.DrawFn, *, contact_is_last: bool = False) -> dict[str, pl.DataFrame]:
    rows: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("event", "follow_up", "transplant", "mrd", "response")
    }
    for patient in PATIENTS:
        who = {"patient_id": patient, "trial_id": "T"}
        kinds = draw(st.lists(st.sampled_from(words.EVENT_TYPES[:-1]), max_size=4))
        event = [{**who, "type": kind, "day": draw(DAYS)} for kind in kinds]
        dead = draw(st.booleans())
        last = draw(DAYS)
        if dead or contact_is_last:  # nobody has an event after the death
            last = max([last, *(row["day"] for row in event)])
        if dead:
            event.append({**who, "type": "death", "day": last})
        entry = draw(st.sampled_from((0, 0, 2)))
        cutoff = draw(st.sampled_from((None, None, 4)))
        contact = {"entry_day": entry, "last_contact_day": last, "cutoff_day": cutoff}
        rows["event"] += event
        rows["follow_up"].append({**who, **contact})
        if draw(st.booleans()):
            rows["transplant"].append({**who, "n": 1, "day": draw(st.none() | DAYS)})
        if draw(st.booleans()):
            seen = {"day": draw(DAYS), "category": draw(st.sampled_from(("undetected", None)))}
            sees = draw(st.sampled_from(SENSITIVITIES))
            rows["mrd"].append({**who, "timepoint": "x", **seen, "sensitivity": sees})
        if draw(st.sampled_from((False, False, True))):
            rows["response"].append({**who, "timepoint": "x", "status": "remission"})
    landmark = draw(st.sampled_from((None, LANDMARK, LANDMARK)))
    trial = {"trial_id": "T", "time_zero": "diagnosis", "remission_landmark_day": landmark}
    tables = {name: fill_table(name, table) for name, table in rows.items()}
    return tables | {"trial": fill_table("trial", [trial])}


Happened = list[tuple[int, str]]


def days_of(happened: Happened, kind: str) -> list[int]:
    return [day for day, what in happened if what == kind]


def find_origin(
    definition: EndpointDefinition,
    tables: dict[str, pl.DataFrame],
    patient: str,
    happened: Happened,
) -> int | None:
    rows = {name: [r for r in tables[name].to_dicts() if r["patient_id"] == patient]
            for name in ("transplant", "response", "mrd")}  # fmt: skip
    remission = min(days_of(happened, "remission"), default=None)
    if definition.by_landmark and (
        tables["trial"]["remission_landmark_day"][0] is None
        or (rows["response"] and remission is None)
    ):
        return None
    if "mrd_response" in definition.cause_of_event and not any(
        remission is not None and row["category"] and row["day"] >= remission for row in rows["mrd"]
    ):
        return None
    if definition.origin == "time_zero":
        return 0
    if definition.origin == "transplant":
        return (
            min(rows["transplant"], key=lambda row: row["n"])["day"] if rows["transplant"] else None
        )
    return min(days_of(happened, definition.origin), default=None)


def add_happenings(
    definition: EndpointDefinition, tables: dict[str, pl.DataFrame], patient: dict[str, object],
    happened: Happened,
) -> Happened:  # fmt: skip
    remission = min(days_of(happened, "remission"), default=None)
    extra = [
        (row["day"], "mrd_response")
        for row in tables["mrd"].to_dicts()
        if row["patient_id"] == patient["patient_id"] and row["category"] == "undetected"
        and row["sensitivity"] is not None and row["sensitivity"] <= 1e-4
        and remission is not None and row["day"] >= remission
    ]  # fmt: skip
    if definition.failure_is == "recorded":
        return happened + extra
    landmark = tables["trial"]["remission_landmark_day"][0]
    kept = [pair for pair in happened if pair[1] != "induction_failure"]
    if landmark is None or (remission is not None and remission <= landmark):
        return kept
    decisive = [day for day, what in kept if what in definition.decisive]
    until = max([patient["last_contact_day"], *(day for day, _ in happened)])
    until = min(until, patient["cutoff_day"] if patient["cutoff_day"] is not None else until)
    if until >= landmark and all(day > landmark for day in decisive):
        happened = [*happened, (landmark, "induction_failure")]
    return happened


def derive_plainly(
    definition: EndpointDefinition, tables: dict[str, pl.DataFrame]
) -> list[tuple[str, int, int, int, int, str]]:
    rows = []
    for patient in tables["follow_up"].to_dicts():
        name = patient["patient_id"]
        happened = [(row["day"], row["type"]) for row in tables["event"].to_dicts()
                    if row["patient_id"] == name]  # fmt: skip
        origin = find_origin(definition, tables, name, happened)
        if origin is None:
            continue
        place = {"origin_day": origin, "day_one": origin + 1,
                 "landmark_day": tables["trial"]["remission_landmark_day"][0]}  # fmt: skip
        cutoff = 99 if patient["cutoff_day"] is None else patient["cutoff_day"]
        counted = []
        for day, what in add_happenings(definition, tables, patient, happened):
            counts_on = day
            if what == "induction_failure":
                counts_on = place.get(str(definition.induction_failure), day)
            if what in definition.decisive and day <= cutoff and counts_on >= origin:
                counted.append((counts_on, definition.same_day_order.index(what), what))
        end = (min(patient["last_contact_day"], cutoff), 0, "censored")
        decisive = min(counted, default=end)
        entry = max(origin, patient["entry_day"])
        cause = definition.decisive.get(decisive[2], 0)
        if decisive[0] >= entry:
            rows.append((name, origin, entry, decisive[0], cause, decisive[2]))
    return rows


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories())
def test_endpoints_agree_with_the_plain_implementation(tables: dict[str, pl.DataFrame]) -> None:
    derived = derive_endpoints(tables, DEFINITIONS).drop("trial_id", "endpoint")
    expected = [row for definition in DEFINITIONS for row in derive_plainly(definition, tables)]
    assert derived.rows() == expected


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories())
def test_everyone_is_in_each_endpoint_or_excluded_from_it(tables: dict[str, pl.DataFrame]) -> None:
    derived = derive_endpoints(tables, DEFINITIONS)
    excluded = explain_exclusions(tables, DEFINITIONS)
    together = pl.concat([table.select("patient_id", "endpoint") for table in (derived, excluded)])
    assert together.height == len(PATIENTS) * len(DEFINITIONS)
    assert together.is_duplicated().sum() == 0


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories())
def test_times_never_run_backwards_and_nothing_ends_before_it_is_observed(
    tables: dict[str, pl.DataFrame],
) -> None:
    times = endpoint_times(derive_endpoints(tables, DEFINITIONS))
    assert (times["entry_time"] >= 0).all()
    assert (times["time"] >= times["entry_time"]).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories(contact_is_last=True))
def test_event_free_survival_is_never_longer_than_survival_and_every_death_ends_it(
    tables: dict[str, pl.DataFrame],
) -> None:
    derived = derive_endpoints(tables, DEFINITIONS)
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
def test_endpoints_of_one_course_end_on_the_same_day_and_their_causes_agree(
    tables: dict[str, pl.DataFrame],
) -> None:
    derived = derive_endpoints(tables, DEFINITIONS)
    same = ["patient_id", "origin_day", "entry_day", "exit_day", "event_type"]
    for first, others in COURSE.items():
        for other in others:
            one, two = (
                derived.filter(pl.col("endpoint") == name).select(same) for name in (first, other)
            )
            assert one.equals(two)


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories(contact_is_last=True))
def test_deaths_of_survival_are_those_of_relapse_and_of_non_relapse_mortality(
    tables: dict[str, pl.DataFrame],
) -> None:
    derived = derive_endpoints(tables, DEFINITIONS)
    causes = {
        name: dict(derived.filter(endpoint=name).select("patient_id", "cause").iter_rows())
        for name in ("OS", "CIR", "NRM", "relapse_rate_km", "RFS")
    }
    for patient, cause in causes["CIR"].items():
        swapped = {0: 0, 1: 2, 2: 1}[cause]
        assert causes["NRM"][patient] == swapped
        assert causes["relapse_rate_km"][patient] == (1 if cause == 1 else 0)
        assert causes["RFS"][patient] == (1 if cause else 0)
        if cause == 2:
            assert causes["OS"][patient] == 1
        if cause == 0 and patient in causes["OS"]:
            assert causes["OS"][patient] == 0


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories(), st.integers(2, 5))
def test_another_unit_of_time_multiplies_every_day(
    tables: dict[str, pl.DataFrame], factor: int
) -> None:
    """But where a day is fixed: day 1 of the ELN."""
    chosen = [each for each in DEFINITIONS if each.induction_failure != "day_one"]
    days = ("day", "entry_day", "last_contact_day", "cutoff_day", "remission_landmark_day")
    longer = {
        name: table.with_columns(pl.col(day) * factor for day in days if day in table.columns)
        for name, table in tables.items()
    }
    expected = derive_endpoints(tables, chosen).with_columns(
        pl.col("origin_day", "entry_day", "exit_day") * factor
    )
    assert derive_endpoints(longer, chosen).equals(expected)


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories())
def test_what_an_endpoint_does_not_look_at_changes_nothing(
    tables: dict[str, pl.DataFrame],
) -> None:
    extra = [
        {"patient_id": patient, "trial_id": "T", "type": "second_malignancy", "day": 1}
        for patient in PATIENTS
    ]
    more = tables | {"event": pl.concat([tables["event"], fill_table("event", extra)])}
    blind = [
        each
        for each in DEFINITIONS
        if "second_malignancy" not in each.decisive and not each.by_landmark
    ]
    assert len(blind) > 10
    assert derive_endpoints(more, blind).equals(derive_endpoints(tables, blind))


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories())
def test_the_order_of_events_in_the_table_does_not_matter(tables: dict[str, pl.DataFrame]) -> None:
    turned = tables | {"event": tables["event"].reverse()}
    assert derive_endpoints(turned, DEFINITIONS).equals(derive_endpoints(tables, DEFINITIONS))
