"""Treatment that begins during follow-up: spans before and after it, and landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.survival import Survival

HALF_A_DAY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Spans:
    """Rows of patients, each with one state of treatment.

    Attributes
    ----------
    patient : ndarray of int, shape (m,)
        Row of the patient in the arrays split.
    survival : Survival, m rows
        Entry, end and event of each span.
    treated : ndarray of bool, shape (m,)
        True after the start of treatment.
    """

    patient: NDArray[np.int64]
    survival: Survival
    treated: NDArray[np.bool_]


def split_at_start(survival: Survival, start: NDArray[np.float64]) -> Spans:
    """Cut the follow-up of each patient at the start of treatment.

    Parameters
    ----------
    survival : Survival, n rows
        Follow-up; strata stay with their patients.
    start : ndarray of float, shape (n,)
        Time of treatment on the same clock; infinite where there was none. A start on the day of
        the event or of censoring, or after it, is none: nothing was seen after it. A start at or
        before the entry means treated from the beginning.

    Returns
    -------
    Spans
        One row per patient, two where treatment began under observation; the event lies in the
        last one. R: ``survival::tmerge(..., after = tdc(start))``.
    """
    entry = np.zeros(len(start)) if survival.entry_time is None else survival.entry_time
    # Risk sets are open on the left: an event on day 0 needs a moment of follow-up before it.
    end = np.where(survival.time == 0, HALF_A_DAY, survival.time)
    whole = np.arange(len(start))
    from_begin = start <= entry
    cut = (start > entry) & (start < end)
    second = whole[cut]
    patient = np.concatenate([whole, second])
    time = np.concatenate([np.where(cut, start, end), end[second]])
    event = np.concatenate([survival.event & ~cut, survival.event[second]])
    entries = np.concatenate([entry, start[second]])
    treated = np.concatenate([from_begin, np.ones(len(second), np.bool_)])
    strata = None if survival.strata is None else survival.strata[patient]
    return Spans(patient, Survival(time, event, entries, strata), treated)


def take_landmark(survival: Survival, start: NDArray[np.float64], landmark: float) -> Spans:
    """Compare, from a landmark on, who was treated by then with who was not.

    Parameters
    ----------
    survival : Survival, n rows
        Follow-up.
    start : ndarray of float, shape (n,)
        Time of treatment; infinite where there was none.
    landmark : float
        On the same clock. Who left or had the event by then is left out; later treatment does not
        change the group.

    Returns
    -------
    Spans
        One row per patient still at risk, its clock starting at the landmark.
    """
    entry = np.zeros(len(start)) if survival.entry_time is None else survival.entry_time
    stays = np.flatnonzero((survival.time > landmark) & (entry <= landmark))
    strata = None if survival.strata is None else survival.strata[stays]
    seen = Survival(survival.time[stays] - landmark, survival.event[stays], None, strata)
    return Spans(stays, seen, start[stays] <= landmark)


def stack_landmarks(
    survival: Survival, start: NDArray[np.float64], landmarks: NDArray[np.float64]
) -> Spans:
    """Emulate a trial at each landmark: treated since the one before against not yet treated.

    Parameters
    ----------
    survival : Survival, n rows
        Follow-up.
    start : ndarray of float, shape (n,)
        Time of treatment; infinite where there was none.
    landmarks : ndarray of float, shape (k,)
        Ascending. At each, patients treated earlier than the one before have left; patients not
        yet treated are followed until they are.

    Returns
    -------
    Spans
        All landmarks below one another; each stratum and landmark is a stratum of its own. A
        patient has several rows, so errors need the patient as cluster.

    References
    ----------
    Gran JM et al. (2010). doi:10.1002/sim.4048
    """
    before = np.concatenate([[-np.inf], landmarks[:-1]])
    parts = [
        _emulate(survival, start, float(low), float(high), place)
        for place, (low, high) in enumerate(zip(before, landmarks, strict=True))
    ]
    strata = np.concatenate([_strata_of(part.survival) for part in parts])
    survivals = [part.survival for part in parts]
    joined = Survival(
        np.concatenate([one.time for one in survivals]),
        np.concatenate([one.event for one in survivals]),
        None,
        strata,
    )
    return Spans(
        np.concatenate([part.patient for part in parts]),
        joined,
        np.concatenate([part.treated for part in parts]),
    )


def _emulate(
    survival: Survival, start: NDArray[np.float64], low: float, high: float, place: int
) -> Spans:
    spans = take_landmark(survival, start, high)
    own_start = start[spans.patient]
    eligible = own_start > low
    later = np.where(own_start > high, own_start - high, np.inf)
    crossed = later < spans.survival.time
    time = np.minimum(spans.survival.time, later)
    event = spans.survival.event & ~crossed
    n_strata = 1 if survival.strata is None else int(survival.strata.max(initial=0)) + 1
    strata = _strata_of(spans.survival) + place * n_strata
    kept = Survival(time, event, None, strata).take(eligible)
    return Spans(spans.patient[eligible], kept, spans.treated[eligible])


def _strata_of(survival: Survival) -> NDArray[np.int64]:
    if survival.strata is None:
        return np.zeros(len(survival.time), np.int64)
    return survival.strata
