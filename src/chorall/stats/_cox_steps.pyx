# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The steps, one for each event, that each row of Cox data is at risk at."""

import numpy as np


def index_steps(
    const double[::1] time,
    const unsigned char[::1] event,
    const double[::1] weights,
    const Py_ssize_t[::1] stratum_bounds,
    const double[::1] entry_time,
    const Py_ssize_t[::1] entry_order,
    bint efron,
):
    """Number the steps of each row; nothing here depends on the coefficients.

    `event` counts: a row that stands for k equal rows, of weight 1 each, has weight k and, with an
    event, k of them.

    Returns
    -------
    tuple of four ndarrays
        First step that each row is at risk at, of shape (n,); the first that it is not at risk at
        any more, of shape (n,) or, without delayed entry, (0,): it stays to the last of its
        stratum; spared part of the hazard and mean weight of the tied at each step.
    """
    cdef Py_ssize_t n = time.shape[0], n_steps = np.sum(event, dtype=np.intp)
    first_step, end_step = np.empty(n, dtype=np.intp), np.empty(len(entry_time), dtype=np.intp)
    fraction, step_weight = np.zeros(n_steps), np.empty(n_steps)
    cdef Py_ssize_t[::1] first = first_step, end = end_step
    cdef double[::1] part = fraction, mean_weight = step_weight
    cdef Py_ssize_t s, start, stop, row, group, step = 0, opened, i
    cdef double total
    with nogil:
        for s in range(stratum_bounds.shape[0] - 1):
            start, stop = stratum_bounds[s], stratum_bounds[s + 1]
            row = start
            while row < stop:
                group, opened, total = row, step, 0
                while row < stop and time[row] == time[group]:
                    first[row] = opened
                    if event[row]:
                        total += weights[row]
                        step += event[row]
                    row += 1
                for i in range(opened, step):
                    mean_weight[i] = total / (step - opened)
                    if efron:
                        part[i] = <double>(i - opened) / (step - opened)
            if entry_time.shape[0]:
                # descending entry: at risk at the steps of the rows with a later time
                row = start
                for i in range(start, stop):
                    while row < stop and time[row] > entry_time[entry_order[i]]:
                        row += 1
                    end[entry_order[i]] = first[row] if row < stop else step
    return first_step, end_step, fraction, step_weight
