"""Spans, windows and later entry, on patients one can follow by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from chorall.analyses.cohort_spans import cut_window, enter_later, split_at
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.models.design_matrix import DesignMatrix
from chorall.stats import fit_cox

NAN = float("nan")


def make_cohort(time, cause, entry=None):
    n = len(time)
    return EndpointCohort(
        endpoint="OS",
        label="overall survival",
        n_causes=1,
        patient_ids=pl.Series([f"P{i}" for i in range(n)]),
        time=np.array(time, float),
        cause=np.array(cause),
        entry_time=None if entry is None else np.array(entry, float),
        trial=np.zeros(n, int),
        trial_ids=("A",),
        covariates=DesignMatrix((), np.empty((n, 0)), {}),
        n_unobserved=0,
    )


def test_a_transplanted_patient_has_a_span_before_and_one_after():
    """P0 is never transplanted; P1 on day 30; P2 before the clock starts; P3 on the last day."""
    cohort = make_cohort([100, 90, 80, 70], [1, 1, 0, 1])
    spans = split_at(cohort, np.array([NAN, 30, -5, 70]), "transplant")
    assert spans.patient.tolist() == [0, 1, 1, 2, 3]
    assert spans.entry_time.tolist() == [0, 0, 30, 0, 0]
    assert spans.time.tolist() == [100, 30, 90, 80, 70]
    assert spans.cause.tolist() == [1, 0, 1, 0, 1]
    assert spans.covariates.values[:, 0].tolist() == [0, 0, 1, 1, 0]
    assert spans.last.tolist() == [True, False, True, True, True]
    assert spans.spread(np.array([5, 6, 7, 8])).tolist() == [5, 6, 6, 7, 8]
    assert spans.counted(np.ones(5, bool)).sum() == 4


def test_splitting_a_covariate_that_means_nothing_changes_no_coefficient():
    rng = np.random.default_rng(3)
    time, cause = rng.exponential(100, 80).round() + 1, rng.integers(0, 2, 80)
    x = rng.normal(size=80)
    cohort = make_cohort(time, cause)
    spans = split_at(cohort, np.where(rng.random(80) < 0.5, 20.0, NAN), "z")
    whole = fit_cox(x[:, None], time, cause == 1)
    parts = fit_cox(
        spans.spread(x)[:, None], spans.time, spans.event, entry_time=spans.entry_time
    )  # fmt: skip
    assert parts.log_hazard_ratio[0] == pytest.approx(whole.log_hazard_ratio[0], rel=1e-10)


def test_windows_share_the_events_and_nobody_is_in_both_at_once():
    cohort = make_cohort([0, 10, 20, 30], [1, 1, 0, 1])
    early, late = cut_window(cohort, -1, 20), cut_window(cohort, 20, np.inf)
    assert early.time.tolist() == [0, 10, 20, 20]
    assert early.cause.tolist() == [1, 1, 0, 0]
    assert (late.time.tolist(), late.entry_time.tolist(), late.cause.tolist()) == ([30], [20], [1])


def test_who_had_the_event_before_the_value_was_known_is_not_at_risk():
    cohort = make_cohort([20, 50, 60], [1, 1, 0])
    later = enter_later(cohort, np.array([33, 33, NAN]))
    assert later.time.tolist() == [50, 60]
    assert later.entry_time.tolist() == [33, 0]
    assert later.patient.tolist() == [1, 2]


def test_windows_of_spans_keep_the_last_span_of_each_patient():
    cohort = make_cohort([100, 90], [1, 1])
    spans = split_at(cohort, np.array([NAN, 30]), "transplant")
    early = cut_window(spans, -1, 40)
    assert early.patient.tolist() == [0, 1, 1]
    assert early.last.tolist() == [True, False, True]
    assert cut_window(spans, 40, np.inf).last.tolist() == [True, True]
