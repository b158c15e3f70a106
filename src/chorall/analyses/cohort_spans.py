"""Cohorts made from cohorts: a window of time, later entry, or two spans around a happening."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import HALF_A_DAY, EndpointCohort
from chorall.models.design_matrix import DesignColumn, DesignMatrix


def take_rows(cohort: EndpointCohort, rows: NDArray[np.int64]) -> EndpointCohort:
    """Return the rows given by their places, shape (k,), in that order."""
    design = cohort.covariates
    patient = rows if cohort.patient is None else cohort.patient[rows]
    single = cohort.patient is None and len(np.unique(rows)) == len(rows)
    return replace(
        cohort,
        patient_ids=cohort.patient_ids.gather(rows),
        time=cohort.time[rows],
        cause=cohort.cause[rows],
        entry_time=None if cohort.entry_time is None else cohort.entry_time[rows],
        trial=cohort.trial[rows],
        covariates=DesignMatrix(design.columns, design.values[rows], design.missing),
        people=None if cohort.people is None else cohort.people[rows],
        patient=patient,
        last=None if single else find_last(patient),
    )


def find_last(patient: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which row is the last of its patient, shape (n,); a patient's rows are neighbours."""
    return np.append(patient[1:] != patient[:-1], [True])[: len(patient)]


def cut_window(cohort: EndpointCohort, start: float, end: float) -> EndpointCohort:
    """Return the time at risk after `start` and up to `end`, both in days from the origin.

    Patients who are not at risk in between are left out; events after `end` are not seen.
    """
    entry = _entry_of(cohort)
    inside = np.flatnonzero((cohort.time > start) & (entry < end))
    part = take_rows(cohort, inside)
    late = part.time > end
    entries = np.maximum(entry[inside], start)
    return replace(
        part,
        time=np.minimum(part.time, end),
        cause=np.where(late, 0, part.cause),
        entry_time=entries if (entries > 0).any() else None,
    )


def enter_later(cohort: EndpointCohort, day: NDArray[np.float64]) -> EndpointCohort:
    """Let patients come under observation on `day`, shape (n,), from the origin; NaN: as before.

    Whoever's follow-up has ended by then is left out: nobody can have the event before the value
    that a model looks at was known.
    """
    entry = np.fmax(_entry_of(cohort), day)
    if not (entry > 0).any():
        return cohort
    time = np.where(cohort.time == 0, HALF_A_DAY, cohort.time)
    seen = np.flatnonzero(entry < time)
    return replace(take_rows(cohort, seen), time=time[seen], entry_time=entry[seen])


def split_at(cohort: EndpointCohort, day: NDArray[np.float64], name: str) -> EndpointCohort:
    """Give each patient a span before and a span after a happening, and a covariate for it.

    Parameters
    ----------
    cohort : EndpointCohort, n rows
        One row per patient.
    day : ndarray of float, shape (n,)
        Of the happening, from the origin; NaN where it did not come. On the last day of follow-up
        it changes nothing any more.
    name : str
        Of the covariate: 0 before the happening, 1 after it.

    Returns
    -------
    EndpointCohort
        The spans of a patient are neighbours; the event belongs to the last.
    """
    entry = _entry_of(cohort)
    time = np.where(cohort.time == 0, HALF_A_DAY, cohort.time)
    before = np.isfinite(day) & (day <= entry)
    within = np.isfinite(day) & (day > entry) & (day < time)
    rows = np.repeat(np.arange(len(time)), np.where(within, 2, 1))
    spans = take_rows(replace(cohort, time=time, entry_time=entry), rows)
    last = find_last(rows)
    after = last & (within | before)[rows]
    first = ~last
    return replace(
        add_covariate(spans, name, after.astype(np.float64)),
        time=np.where(first, day[rows], time[rows]),
        entry_time=np.where(last & within[rows], day[rows], entry[rows]),
        cause=np.where(first, 0, spans.cause),
        last=last,
    )


def add_covariate(
    cohort: EndpointCohort, name: str, values: NDArray[np.float64]
) -> EndpointCohort:  # fmt: skip
    """Return the cohort with one more covariate, shape (n,)."""
    design = cohort.covariates
    columns = (*design.columns, DesignColumn(name, name))
    return replace(
        cohort,
        covariates=DesignMatrix(
            columns, np.column_stack([design.values, values]), design.missing | {name: 0}
        ),
    )


def _entry_of(cohort: EndpointCohort) -> NDArray[np.float64]:
    return np.zeros(len(cohort.time)) if cohort.entry_time is None else cohort.entry_time
