"""What the little tables of tests/spec do not show: schema, order, exclusions, definitions."""

from __future__ import annotations

import polars as pl
import pytest
from spec.ascii_tables import build_happenings, fill_table

from chorall.endpoints import (
    derive_endpoints,
    derive_histories,
    endpoint_times,
    explain_exclusions,
    explain_missing_histories,
)
from chorall.errors import DefinitionError
from chorall.knowledge.endpoint_definitions import EndpointDefinition, endpoint_definitions
from chorall.tables import schema

HAPPENINGS = """
patient | what         | day
b       | remission    | 30
b       | transplant   | 200
b       | last_contact | 900
a       | entry        | 60
a       | last_contact | 50
"""


def change(definition: EndpointDefinition, **values: object) -> EndpointDefinition:
    return EndpointDefinition.model_validate(definition.model_dump() | values)


def test_result_is_the_pooled_table_in_the_order_of_definitions_and_follow_up() -> None:
    tables = build_happenings(HAPPENINGS)
    definitions = [endpoint_definitions()[name] for name in ("RFS", "OS")]
    derived = derive_endpoints(tables, definitions)
    assert dict(derived.schema) == schema.ENDPOINT.schema
    assert derived.select("endpoint", "patient_id").rows() == [("RFS", "b"), ("OS", "b")]


def test_no_patients_give_an_empty_table() -> None:
    empty = {
        name: schema.table_named(name).empty() for name in ("event", "follow_up", "transplant")
    }
    derived = derive_endpoints(empty, endpoint_definitions().values())
    assert derived.height == 0
    assert dict(derived.schema) == schema.ENDPOINT.schema


def test_every_patient_is_in_an_endpoint_or_excluded_with_a_reason() -> None:
    tables = build_happenings(HAPPENINGS)
    definitions = list(endpoint_definitions().values())
    excluded = explain_exclusions(tables, definitions)
    derived = derive_endpoints(tables, definitions)
    assert derived.height + excluded.height == 2 * len(definitions)
    reasons = dict(excluded.select("endpoint", "reason").rows())
    assert {name: reasons[name] for name in ("OS", "RFS", "CIR_HCT", "OS_RELAPSE")} == {
        "OS": "left_before_entry",
        "RFS": "never_in_remission",
        "CIR_HCT": "no_dated_first_transplantation",
        "OS_RELAPSE": "never_relapsed",
    }
    assert reasons["EFS_LANDMARK"] == "trial_states_no_landmark"
    assert reasons["MRD_RESPONSE"] == "never_in_remission"


def test_an_undated_first_transplantation_is_not_replaced_by_the_second() -> None:
    tables = build_happenings(HAPPENINGS)
    who = {"patient_id": "b", "trial_id": "T"}
    tables["transplant"] = fill_table("transplant", [{**who, "n": 2, "day": 400}, {**who, "n": 1}])
    excluded = explain_exclusions(tables, [endpoint_definitions()["CIR_HCT"]])
    assert excluded.filter(pl.col("patient_id") == "b")["reason"].to_list() == [
        "no_dated_first_transplantation"
    ]


def test_an_induction_failure_may_count_on_the_day_of_origin() -> None:
    tables = build_happenings(
        """
        patient | what              | day
        a       | induction_failure | 29
        a       | last_contact      | 900
        """
    )
    definition = change(endpoint_definitions()["EFS"], induction_failure="origin_day")
    derived = derive_endpoints(tables, [definition])
    assert derived.select("exit_day", "cause", "event_type").rows() == [(0, 1, "induction_failure")]


def test_an_event_type_the_pool_does_not_have_is_refused_with_the_known_ones() -> None:
    definition = change(
        endpoint_definitions()["OS"],
        causes=[{"cause": 1, "label": "x", "events": ["dead"]}],
        same_day_order=["dead"],
    )
    with pytest.raises(DefinitionError, match=r"OS: `dead`[\s\S]*second_malignancy, death"):
        derive_endpoints(build_happenings(HAPPENINGS), [definition])


def test_times_count_from_the_origin() -> None:
    endpoint = fill_table(
        "endpoint",
        [{"patient_id": "a", "origin_day": 30, "entry_day": 100, "exit_day": 900, "cause": 0}],
    )
    assert endpoint_times(endpoint).select("time", "entry_time").rows() == [(870, 70)]


def test_what_a_trial_does_not_record_is_no_event_that_never_happened() -> None:
    tables = build_happenings(
        """
        patient | what         | day
        a       | relapse      | 90
        a       | death        | 200
        """
    )
    trial = tables["trial"].with_columns(events_recorded=pl.lit("relapse second_malignancy death"))
    definitions = endpoint_definitions().values()
    reasons = dict(
        explain_exclusions(tables | {"trial": trial}, definitions)
        .select("endpoint", "reason")
        .rows()
    )
    unknown = {"REMISSION", "INDUCTION_DEATH", "INDUCTION_FAILURE", "CIR", "RFS", "EFS_LANDMARK"}
    assert {reasons[name] for name in unknown} == {"trial_does_not_record_it"}
    given = set(endpoint_definitions()) - set(reasons)
    assert given == {"OS", "EFS", "EFS_TIME0", "EFS_UKALL", "EFS_ELN", "TRM", "SMN", "OS_RELAPSE"}
    assert derive_histories(tables | {"trial": trial}).is_empty()
    missing = explain_missing_histories(tables | {"trial": trial})
    assert missing["reason"].to_list() == ["trial_does_not_record_it"]
