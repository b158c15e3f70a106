# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Coordinate descent on a quadratic function with an elastic-net penalty."""

import numpy as np

from libc.math cimport fabs, sqrt


def descend_coordinates(
    const double[:, ::1] curvature,
    const double[::1] slope,
    const double[::1] start,
    const double[::1] l1,
    const double[::1] l2,
    double tolerance,
    Py_ssize_t max_sweeps,
):
    """Minimise -slope'd + d'curvature d / 2 + sum(l1 |b| + l2 b^2 / 2) over b = start + d.

    Returns
    -------
    tuple of ndarray of shape (p,), int
        The coefficients and the sweeps taken. A sweep over all coordinates is followed by
        sweeps over those that are not 0 until these rest; `tolerance` is the longest move
        allowed at the end, times the root of the curvature.
    """
    cdef Py_ssize_t p = slope.shape[0], j, k, sweep = 0
    cdef bint everything = True
    cdef double bound, move, moved, longest
    coefficients, residual_ = np.array(start), np.array(slope)
    cdef double[::1] b = coefficients, residual = residual_
    with nogil:
        while sweep < max_sweeps:
            sweep += 1
            longest = 0
            for j in range(p):
                if (not everything and b[j] == 0) or curvature[j, j] + l2[j] <= 0:
                    continue
                bound = residual[j] + curvature[j, j] * b[j]
                if fabs(bound) <= l1[j]:
                    moved = 0
                else:
                    moved = (bound - l1[j] if bound > 0 else bound + l1[j]) / (
                        curvature[j, j] + l2[j]
                    )
                move = moved - b[j]
                if move != 0:
                    b[j] = moved
                    for k in range(p):
                        residual[k] -= curvature[j, k] * move
                    longest = max(longest, fabs(move) * sqrt(curvature[j, j] + l2[j]))
            if longest <= tolerance:
                if everything:
                    break
                everything = True
            else:
                everything = False
    return coefficients, sweep
