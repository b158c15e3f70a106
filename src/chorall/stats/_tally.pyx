# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Counts of outcomes by whole time, in one pass without a sort."""

import numpy as np

ctypedef fused outcomes:
    unsigned char
    long long


def tally_whole_times(
    const double[::1] time, const outcomes[::1] outcome, Py_ssize_t n_outcomes, Py_ssize_t n_bins
):
    """Count each outcome at each whole time.

    Returns
    -------
    ndarray of int64, shape (n_bins, n_outcomes), or None
        None when a time is not one of 0, 1, ..., n_bins - 1. Outcomes are 0 to n_outcomes - 1.
    """
    cdef Py_ssize_t row, n = time.shape[0], whole
    counts = np.zeros((n_bins, n_outcomes), dtype=np.int64)
    cdef long long[:, ::1] count = counts
    cdef long long* cells = &count[0, 0]
    cdef double bound = n_bins
    cdef bint is_whole = True
    with nogil:
        for row in range(n):
            if not 0 <= time[row] < bound:
                is_whole = False
                break
            whole = <Py_ssize_t>time[row]
            if whole != time[row]:
                is_whole = False
                break
            cells[whole * n_outcomes + <Py_ssize_t>outcome[row]] += 1
    return counts if is_whole else None
