# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Score tests of markers that are tested in the same patients."""

from chorall.stats._scan_layout cimport Layout, scan_layout

cdef extern from "_scan_score.h" nogil:
    ctypedef struct scan_score:
        const double* terms
        const Py_ssize_t* tied_rows
        const double* tie_terms

    void score_lanes(const scan_layout*, const scan_score*, const double*, double*, int)


def score_markers(
    Layout layout,
    const double[:, :, ::1] packed,
    const Py_ssize_t[::1] groups,
    const double[:, ::1] terms,
    const Py_ssize_t[:, ::1] tied_rows,
    const double[:, ::1] tie_terms,
    double[:, :, ::1] sums,
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
    terms, tied_rows, tie_terms : memoryview
        See scan_score.SharedScore.
    sums : memoryview of shape (all groups, p + 2, lanes)
        Written: information of the marker, its gradient, its information with each covariate.
    width : int
        Lanes in a register: 2, 4 or 8, not above WIDTH.
    """
    cdef scan_score score
    cdef Py_ssize_t i
    score.terms, score.tied_rows = &terms[0, 0], &tied_rows[0, 0]
    score.tie_terms = &tie_terms[0, 0] if tie_terms.shape[0] else NULL
    with nogil:
        for i in range(groups.shape[0]):
            score_lanes(
                &layout.pointers, &score, &packed[groups[i], 0, 0], &sums[groups[i], 0, 0], width
            )
