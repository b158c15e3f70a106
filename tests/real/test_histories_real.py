"""Histories of real courses: counts as published, state probabilities as in R (histories.R)."""

from __future__ import annotations

from collections import Counter

import pytest

from chorall.analyses.endpoint_comparison import compare_endpoints
from chorall.analyses.prognosis import prognosis
from chorall.endpoints import (
    course_tables,
    derive_histories,
    explain_missing_histories,
    history_arrays,
)
from chorall.endpoints.history_states import STATES
from chorall.errors import DataError
from chorall.stats import kaplan_meier, transition_probabilities
from chorall.tables.store import Pool

YEARS = (365.25, 5 * 365.25)
PRINTED = 1e-8
"""R prints ten significant digits."""

EBMT_IN_R = {
    "transplant_other": (0.6971597810, 0.6088295271),
    "relapse": (0.03979371562, 0.01472613179),
    "death": (0.2630465034, 0.3764443411),
}
AMLSG_IN_R = {
    "induction": (0.00329997871, 0.0),
    "induction_failure": (0.01433989847, 0.0),
    "remission": (0.2745819798, 0.1555427368),
    "transplant_in_first_remission": (0.2178818609, 0.1428586789),
    "transplant_other": (0.05337057969, 0.02825023739),
    "relapse": (0.09530080254, 0.02326297763),
    "transplant_after_relapse": (0.03084801116, 0.05993628517),
    "death": (0.3103768888, 0.5901490842),
}
AMLSG_TRANSITIONS_IN_R = {
    ("induction", "induction_failure"): 432,
    ("induction", "remission"): 991,
    ("induction", "transplant_other"): 8,
    ("induction", "death"): 108,
    ("induction_failure", "remission"): 158,
    ("induction_failure", "transplant_other"): 150,
    ("induction_failure", "relapse"): 4,
    ("induction_failure", "death"): 117,
    ("remission", "transplant_in_first_remission"): 438,
    ("remission", "relapse"): 418,
    ("remission", "death"): 58,
    ("transplant_in_first_remission", "relapse"): 153,
    ("transplant_in_first_remission", "death"): 73,
    ("transplant_other", "relapse"): 44,
    ("transplant_other", "death"): 69,
    ("relapse", "transplant_after_relapse"): 230,
    ("relapse", "death"): 338,
    ("transplant_after_relapse", "death"): 141,
}


def count_transitions(pool: Pool) -> Counter[tuple[str, str]]:
    histories = derive_histories(course_tables(pool)).drop_nulls("to_state")
    return Counter(histories.select("from_state", "to_state").rows())


def read_probabilities(pool: Pool, initial: str) -> dict[str, tuple[float, ...]]:
    arrays = history_arrays(derive_histories(course_tables(pool)))
    found = transition_probabilities(
        *arrays.arguments, n_states=len(STATES), initial=STATES.index(initial) + 1
    )
    return dict(zip(STATES, found.at(YEARS).state_occupation.tolist(), strict=True))


def test_ebmt_relapses_and_deaths_are_those_published(ebmt_pool: Pool) -> None:
    assert count_transitions(ebmt_pool) == {
        ("transplant_other", "relapse"): 370,
        ("transplant_other", "death"): 533,
        ("relapse", "death"): 305,
    }
    assert 533 + 305 == 838  # deaths of the registry
    assert explain_missing_histories(course_tables(ebmt_pool)).is_empty()


def test_ebmt_state_probabilities_are_those_of_r(ebmt_pool: Pool) -> None:
    found = read_probabilities(ebmt_pool, "transplant_other")
    for state in STATES:
        assert found[state] == pytest.approx(EBMT_IN_R.get(state, (0, 0)), rel=PRINTED), state


def test_to_stay_without_relapse_is_relapse_free_survival(ebmt_pool: Pool) -> None:
    found = read_probabilities(ebmt_pool, "transplant_other")["transplant_other"]
    rows = ebmt_pool.table("endpoint").filter(endpoint="RFS_HCT")
    curve = kaplan_meier(rows["exit_day"].to_numpy(), (rows["cause"] == 1).to_numpy())
    assert found == pytest.approx(curve.at(YEARS).survival.tolist(), rel=1e-12)


def test_what_the_registry_does_not_record_is_no_endpoint_of_it(ebmt_pool: Pool) -> None:
    there = set(ebmt_pool.table("endpoint")["endpoint"].unique())
    assert not there & {"REMISSION", "SMN", "INDUCTION_DEATH", "INDUCTION_FAILURE", "CIR", "NRM"}
    with pytest.raises(DataError, match="delivery does not tell the events"):
        prognosis(ebmt_pool, endpoints=["REMISSION"], adjust=[])


def test_amlsg_transitions_are_those_of_the_second_implementation(amlsg_pool: Pool) -> None:
    found = count_transitions(amlsg_pool)
    assert found == AMLSG_TRANSITIONS_IN_R
    into = {state: sum(n for (_, to), n in found.items() if to == state) for state in STATES}
    assert (into["death"], into["relapse"]) == (904, 619)  # as published
    transplanted = amlsg_pool.table("transplant")["patient_id"].n_unique()
    assert transplanted == 826 == sum(n for state, n in into.items() if "transplant" in state)


def test_amlsg_state_probabilities_are_those_of_r(amlsg_pool: Pool) -> None:
    found = read_probabilities(amlsg_pool, "induction")
    for state in STATES:
        assert found[state] == pytest.approx(AMLSG_IN_R[state], rel=PRINTED, abs=1e-12), state


def test_definitions_differ_where_a_failure_counts_on_another_day(amlsg_pool: Pool) -> None:
    compared = compare_endpoints(amlsg_pool, "EFS", "EFS_UKALL")
    failed = amlsg_pool.table("event").filter(type="induction_failure")["patient_id"]
    assert set(compared.patients["patient_id"]) <= set(failed)
    totals = compared.rows.select("n_both", "events_a", "events_b").sum().row(0)
    assert totals == (1540, 1144, 1044)
    assert compared.rows["n_status_differs"].sum() == 100
