"""A group that data choose: no outcome of a trial decides who of it is in the group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chorall.analyses.deescalation import predicted
from chorall.analyses.deescalation.candidates import Candidate
from chorall.analyses.deescalation.children import Children, Happened
from chorall.analyses.deescalation.selection import (
    NOBODY,
    choose_group,
    measure_cells,
    select_nested,
)
from chorall.models.bank.bank_fit import keep_patients

N, TRIALS = 120, ("A", "B", "C", "D")
LIMITS = {"horizon_years": 5.0, "relapse_bound": 0.12, "conf_level": 0.95}


def make_children(relapsed: np.ndarray) -> Children:
    n = len(relapsed)
    time = np.where(relapsed, 400.0, 3000.0)
    own = Happened(time, relapsed.astype(np.int64), None, np.ones(n, bool))
    return Children(
        pl.DataFrame({"patient_id": [str(one) for one in range(n)]}), TRIALS,
        np.repeat(np.arange(len(TRIALS)), N), own, own, own, 0,
    )  # fmt: skip


def make_candidates(rng: np.random.Generator) -> list[Candidate]:
    n = N * len(TRIALS)
    return [
        Candidate(f"g{k}", "", "own rule", (rng.random(n) < 0.3 + k / 10).astype(np.int8),
                  "diagnosis", "computed")
        for k in range(5)
    ]  # fmt: skip


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), trial=st.integers(0, len(TRIALS) - 1))
def test_the_outcomes_of_a_trial_do_not_change_who_of_it_is_chosen(seed: int, trial: int) -> None:
    rng = np.random.default_rng(seed)
    relapsed = rng.random(N * len(TRIALS)) < 0.06
    candidates = make_candidates(rng)
    own = np.repeat(np.arange(len(TRIALS)), N) == trial
    permuted = relapsed.copy()
    permuted[own] = rng.permutation(~relapsed[own])
    first, second = (
        select_nested(make_children(one), candidates, **LIMITS) for one in (relapsed, permuted)
    )
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.candidate.codes[own], second.candidate.codes[own])
    assert first.names[TRIALS[trial]] == second.names[TRIALS[trial]]


def test_the_largest_group_within_the_bound_elsewhere_is_chosen() -> None:
    n = N * len(TRIALS)
    small, large = np.zeros(n, np.int8), np.ones(n, np.int8)
    small[::3] = 1
    relapsed = np.zeros(n, bool)
    relapsed[1::6] = True  # half of those outside the small group in each trial, none inside
    groups = [Candidate(name, "", "own rule", codes, "diagnosis", "")
              for name, codes in (("all", large), ("third", small))]  # fmt: skip
    found = select_nested(make_children(relapsed), groups, **LIMITS)
    assert found is not None
    assert set(found.names.values()) == {"third"}
    np.testing.assert_array_equal(found.candidate.codes, small)
    cells = measure_cells(make_children(~relapsed), groups, 5 * 365.25, 0.95)
    assert choose_group(groups, cells, range(4), 0.12, 0.95) is None


def test_where_nothing_is_within_the_bound_nobody_is_chosen() -> None:
    everybody = np.ones(N * len(TRIALS), bool)
    found = select_nested(
        make_children(everybody), make_candidates(np.random.default_rng(1)), **LIMITS
    )
    assert found is not None
    assert set(found.names.values()) == {NOBODY}
    assert not found.candidate.members.any()


def test_with_two_trials_nothing_is_selected() -> None:
    children = replace(make_children(np.zeros(4 * N, bool)), trial_ids=("A", "B"))
    assert select_nested(children, make_candidates(np.random.default_rng(1)), **LIMITS) is None


class _Data:
    """Stands for what a bank is fitted to."""

    def __init__(self, trial: np.ndarray) -> None:
        self.trial, self.features = trial, ()
        self.values = np.zeros((len(trial), 1))


def test_the_bank_that_foretells_a_trial_was_fitted_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    children = make_children(np.zeros(4 * N, bool))
    data = _Data(np.array(TRIALS)[children.trial])
    fitted: list[set[str]] = []
    assert keep_patients is predicted.keep_patients
    monkeypatch.setattr(predicted, "read_bank_data", lambda pool: (data, ()))
    monkeypatch.setattr(predicted, "_locate", lambda pool, children: np.ones(4 * N, bool))
    monkeypatch.setattr(predicted, "keep_patients", lambda data, kept: set(data.trial[kept]))
    monkeypatch.setattr(predicted, "fit_bank", lambda kept, about: fitted.append(kept) or kept)
    # what each bank foretells shows which one was asked: no risk where it had not seen trial A
    monkeypatch.setattr(
        predicted, "_predict", lambda bank, *rest: np.full(4 * N, float("A" in bank))
    )
    found = predicted.predict_nested(None, children, predicted_below=0.5, **LIMITS)  # type: ignore[arg-type]
    assert fitted == [set(TRIALS) - {one} for one in TRIALS] + [set(TRIALS)]
    np.testing.assert_array_equal(found.candidate.codes == 1, children.trial == 0)
    assert found.candidate.apparent is not None
    assert not (found.candidate.apparent == 1).any()
