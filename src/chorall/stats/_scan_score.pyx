# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Score tests of markers that are tested in the same patients."""

from cython.parallel cimport prange

from chorall.stats._scan_layout cimport Layout, scan_layout

cdef extern from "_scan_score.h" nogil:
    ctypedef struct scan_score:
        const double* risk
        const double* expected
        const double* weights
        const double* tie_terms

    void score_lanes(const scan_layout*, const scan_score*, const double*, double*, int)


def score_markers(
    Layout layout,
    const double[:, :, ::1] packed,
    const Py_ssize_t[::1] groups,
    const double[::1] risk,
    const double[::1] expected,
    const double[:, ::1] weights,
    const double[:, ::1] tie_terms,
    double[:, :, ::1] sums,
    int n_threads,
    int width,
):
    """Sum the score tests of markers that are tested in the same patients.

    Parameters
    ----------
    layout : Layout
        Patients and covariates, without delayed entry.
    packed : memoryview of shape (all groups, n, lanes)
        From `pack_markers`.
    groups : memoryview of shape (g,)
        Groups to sum.
    risk, expected, weights, tie_terms : memoryview
        See scan_score.SharedScore.
    sums : memoryview of shape (all groups, p + 2, lanes)
        Written: information of the marker, its gradient, its information with each covariate.
    n_threads : int
        Threads to share the groups.
    width : int
        Lanes in a register: 2, 4 or 8, not above WIDTH.
    """
    cdef scan_score score
    cdef Py_ssize_t i
    score.risk, score.expected = &risk[0], &expected[0]
    score.weights, score.tie_terms = &weights[0, 0], &tie_terms[0, 0]
    for i in prange(groups.shape[0], nogil=True, schedule="dynamic", num_threads=n_threads):
        score_lanes(
            &layout.pointers, &score, &packed[groups[i], 0, 0], &sums[groups[i], 0, 0], width
        )
