"""Patients and covariates of a marker scan, in the order in which the compiled loops read them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError
from chorall.stats._scan_layout import MAX_COLUMNS, Layout
from chorall.stats.arrays import ArrayLike, Floats, Integers
from chorall.stats.checks import FollowUp, check_labels
from chorall.stats.cox import fit_cox
from chorall.stats.cox_data import check_covariates

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class ScanCovariates:
    """What all endpoints of a scan share, one row per patient.

    Attributes
    ----------
    given : ndarray of shape (n, p)
        Covariates as given; with an interaction its modifier is the last column.
    centred : ndarray of shape (n, p)
        The same less their mean.
    scale : ndarray of shape (p,)
        Standard deviation of each.
    modifier : ndarray of shape (n,)
        What the marker interacts with; shape (0,) without interaction.
    strata : ndarray of int64, shape (n,)
        Number of the stratum.
    """

    given: Floats
    centred: Floats
    scale: Floats
    modifier: Floats
    strata: Integers


@dataclass(frozen=True, slots=True, eq=False)
class ScanData:
    """What all markers of one endpoint share.

    Attributes
    ----------
    covariates : ndarray of shape (n, p)
        As given, one row per patient; with an interaction its modifier is the last column.
    modifier : ndarray of shape (n,)
        What the marker interacts with; shape (0,) without interaction.
    follow_up : FollowUp
        As given.
    strata : ndarray of int64, shape (n,)
        Number of the stratum of each patient.
    order : ndarray of shape (n,)
        Patient of each sorted row.
    rows : ndarray of shape (n, p)
        Covariates in sorted rows, less their mean and over their standard deviation.
    event : ndarray of uint8, shape (n,)
        1 in the sorted rows with the event.
    first_event, end : ndarray of shape (times,)
        First row with the event and the row after the last, for each event time.
    time_of_row : ndarray of shape (n,)
        First event time at which each row is at risk, walking down; -1 for none.
    strata_slices : tuple of (slice, slice)
        Rows and event times of each stratum with an event.
    scale : ndarray of shape (p,)
        Standard deviation of each covariate, the unit of the fitted coefficients.
    null_coefficients : ndarray of shape (p,)
        Coefficients of the covariates on all patients, in these units.
    layout : Layout
        The same for the compiled loops.
    """

    covariates: Floats
    modifier: Floats
    follow_up: FollowUp
    strata: Integers
    order: Places
    rows: Floats
    event: NDArray[np.uint8]
    first_event: Places
    end: Places
    time_of_row: Places
    strata_slices: tuple[tuple[slice, slice], ...]
    scale: Floats
    null_coefficients: Floats
    layout: Layout


def prepare_columns(
    covariates: ArrayLike | None, strata: ArrayLike | None, interaction: Floats, n: int
) -> ScanCovariates:
    """Check covariates and strata."""
    given = read_covariates(covariates, n)
    columns = np.column_stack([given, interaction]) if interaction.size else given
    codes = np.zeros(n, np.int64) if strata is None else check_labels(strata, n, "strata")[1]
    centred = columns - columns.mean(axis=0)
    scale = np.sqrt((centred**2).mean(axis=0))
    return ScanCovariates(columns, centred, scale, interaction, codes)


def prepare_scan_data(follow_up: FollowUp, shared: ScanCovariates) -> ScanData:
    """Fit the covariates on all patients, and sort."""
    n = len(follow_up.time)
    codes, scale, modifier = shared.strata, shared.scale, shared.modifier
    null_coefficients = fit_null(shared.given, follow_up, codes) * scale
    order = np.lexsort((follow_up.event, -follow_up.time, codes)).astype(np.intp)
    rows = np.ascontiguousarray((shared.centred / scale)[order])
    times = lay_out_times(follow_up, codes, order)
    layout = Layout(
        order,
        rows,
        np.ascontiguousarray(modifier[order] if modifier.size else modifier),
        np.abs(rows).max(axis=0),
        *times,
    )
    slices = slice_strata(*times[:2], n)
    return ScanData(
        covariates=shared.given,
        modifier=modifier,
        follow_up=follow_up,
        strata=codes,
        order=order,
        rows=rows,
        event=follow_up.event[order].view(np.uint8),
        first_event=times[2],
        end=times[3],
        time_of_row=find_time_of_rows(times[3], slices, n),
        strata_slices=slices,
        scale=scale,
        null_coefficients=null_coefficients,
        layout=layout,
    )


def slice_strata(
    stratum_rows: Places, stratum_times: Places, n: int
) -> tuple[tuple[slice, slice], ...]:
    """Return rows and event times of the strata with an event."""
    bounds = [*stratum_rows.tolist(), n]
    times = stratum_times.tolist()
    return tuple(
        (slice(bounds[i], bounds[i + 1]), slice(times[i], times[i + 1]))
        for i in range(len(bounds) - 1)
        if times[i] < times[i + 1]
    )


def find_time_of_rows(end: Places, slices: tuple[tuple[slice, slice], ...], n: int) -> Places:
    """Return the first event time that each row reaches; -1 for rows that reach none."""
    found = np.full(n, -1, dtype=np.intp)
    for rows, times in slices:
        place = np.searchsorted(end[times], np.arange(rows.start, rows.stop), side="right")
        found[rows] = np.where(place < times.stop - times.start, times.start + place, -1)
    return found


def read_covariates(covariates: ArrayLike | None, n: int) -> Floats:
    """Return covariates as float64 of shape (n, p)."""
    if covariates is None:
        return np.empty((n, 0))
    values = check_covariates(covariates, n, "covariates")
    # marker and interaction take up to two columns
    if values.shape[1] > MAX_COLUMNS - 3:
        raise InputError(
            f"`covariates` has {values.shape[1]} columns; a scan takes {MAX_COLUMNS - 3} at most. "
            "Fit single markers with fit_cox."
        )
    return values


def fit_null(columns: Floats, follow_up: FollowUp, codes: Integers) -> Floats:
    """Return the coefficients of the covariates alone on all patients."""
    if not columns.shape[1]:
        return np.empty(0)
    time, event, entry_time = follow_up
    try:
        return fit_cox(columns, time, event, entry_time=entry_time, strata=codes).log_hazard_ratio
    except InputError as error:
        raise rename_argument(error) from error


def rename_argument(error: InputError) -> InputError:
    """Return the error of a Cox model in the words of the scan."""
    words = str(error).replace("`x`", "`covariates`").replace("`x[", "`covariates[")
    return InputError(f"{words} The scan adds `interaction` itself, as the last covariate.")


def lay_out_times(
    follow_up: FollowUp, codes: Integers, order: Places
) -> tuple[Places, Places, Places, Places, Places, Places, Places]:
    """Return strata, event times and delayed entries as row and event-time numbers.

    The order of the parts is that of Layout, whose C header says what each is.
    """
    sorted_codes, sorted_time = codes[order], follow_up.time[order]
    event_rows = np.flatnonzero(follow_up.event[order])
    codes_of, times_of = sorted_codes[event_rows], sorted_time[event_rows]
    is_new = np.ones(len(event_rows), dtype=np.bool_)
    is_new[1:] = (codes_of[1:] != codes_of[:-1]) | (times_of[1:] != times_of[:-1])
    first_event = event_rows[is_new]
    end = event_rows[np.append(np.flatnonzero(is_new)[1:], len(event_rows)) - 1] + 1
    n_strata = int(codes.max()) + 1
    stratum_rows = np.searchsorted(sorted_codes, np.arange(n_strata))
    stratum_times = np.searchsorted(codes_of[is_new], np.arange(n_strata + 1))
    none = np.empty(0, dtype=np.intp)
    parts = (stratum_rows, stratum_times, first_event, end, none, none, none)
    if follow_up.entry_time is not None:
        entries = follow_up.entry_time[order]
        bounds = np.append(stratum_rows, len(order))
        leaving = lay_out_entries(entries, times_of[is_new], bounds, stratum_times)
        parts = (*parts[:4], *leaving)
    ready = [np.ascontiguousarray(part, dtype=np.intp) for part in parts]
    return ready[0], ready[1], ready[2], ready[3], ready[4], ready[5], ready[6]


def lay_out_entries(
    entries: Floats, event_times: Floats, stratum_rows: Places, stratum_times: Places
) -> tuple[Places, Places, Places]:
    """Return rows by descending entry, how many have left at each event time, and who when."""
    leaving = np.empty(len(entries), dtype=np.intp)
    n_left = np.empty(len(event_times), dtype=np.intp)
    leaves_at = np.empty(len(entries), dtype=np.intp)
    for stratum in range(len(stratum_rows) - 1):
        rows = slice(stratum_rows[stratum], stratum_rows[stratum + 1])
        times = slice(stratum_times[stratum], stratum_times[stratum + 1])
        ascending = np.sort(entries[rows])
        leaving[rows] = rows.start + np.argsort(-entries[rows], kind="stable")
        not_yet = np.searchsorted(ascending, event_times[times], side="left")
        n_left[times] = rows.stop - not_yet
        passed = np.searchsorted(event_times[times][::-1], entries[rows], side="right")
        leaves_at[rows] = times.stop - passed
    return leaving, n_left, leaves_at
