# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Sums of effects times covariates, by draw: covariates that are 0 cost next to nothing."""

import numpy as np

cdef extern from "_drawn_sums.h" nogil:
    int LANES
    void add_products(
        const double* one, const double* other, Py_ssize_t step, const double* effects,
        Py_ssize_t effect_step, double* sums, Py_ssize_t n, Py_ssize_t k
    )


N_LANES = LANES
"""Of this many hazards, or a multiple of it, effects have numbers."""


def sum_drawn(
    const double[:, ::1] values,
    const double[:, ::1] flags,
    const long long[:, ::1] factors,
    const double[:, ::1] aged,
    const double[:, :, ::1] effects,
    const double[:, ::1] offset,
):
    """Return for every strategy and draw the sums of effects times covariates.

    A covariate is the product of its two factors, numbers of a row: the f values, the m flags of a
    strategy, and a 1 at f + m.

    Parameters
    ----------
    values : ndarray of shape (r, f)
        r of 1 or d.
    flags : ndarray of shape (s, m)
        Of the strategies.
    factors : ndarray of int64, shape (2, p)
        Of the covariates.
    aged : ndarray of shape (r, a)
        Further covariates as they are.
    effects : ndarray of shape (p + a, e, k)
        Of k hazards, e of 1 or d; k a multiple of N_LANES.
    offset : ndarray of shape (o, k)
        o of 1 or d.

    Returns
    -------
    ndarray of shape (s, d, k)
    """
    cdef Py_ssize_t r = values.shape[0], f = values.shape[1], s = flags.shape[0]
    cdef Py_ssize_t n_flags = flags.shape[1], p = factors.shape[1], a = aged.shape[1]
    cdef Py_ssize_t e = effects.shape[1], k = effects.shape[2], o = offset.shape[0]
    cdef Py_ssize_t n = max(r, e, o), step = r > 1, effect_step = k if e > 1 else 0, j, one, draw
    cdef double[:, :, ::1] sums = np.zeros((s, n, k))
    cdef double[:, ::1] plain = np.array(np.broadcast_to(offset, (n, k)), order="C")
    cdef double[:, ::1] held = np.ones((f + n_flags + 1, r)), ages = np.asarray(aged).T.copy()
    cdef unsigned char[::1] treated = is_treated(np.asarray(factors), f, f + n_flags)
    with nogil:
        for j in range(f):
            for draw in range(r):
                held[j, draw] = values[draw, j]
        for j in range(p + a):
            if j >= p:
                add_products(
                    &ages[j - p, 0], &held[f + n_flags, 0], step, &effects[j, 0, 0], effect_step,
                    &plain[0, 0], n, k,
                )
            elif not treated[j]:
                add_products(
                    &held[factors[0, j], 0], &held[factors[1, j], 0], step, &effects[j, 0, 0],
                    effect_step, &plain[0, 0], n, k,
                )
        for one in range(s):
            sums[one, :, :] = plain
            for j in range(n_flags):
                for draw in range(r):
                    held[f + j, draw] = flags[one, j]
            for j in range(p):
                if treated[j]:
                    add_products(
                        &held[factors[0, j], 0], &held[factors[1, j], 0], step, &effects[j, 0, 0],
                        effect_step, &sums[one, 0, 0], n, k,
                    )
    return np.asarray(sums)


def is_treated(factors, first, last):
    """Return 1 for covariates that hold a flag, a factor from first up to before last; else 0."""
    return ((factors >= first) & (factors < last)).any(axis=0).astype(np.uint8)
