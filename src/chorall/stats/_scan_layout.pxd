# cython: language_level=3
"""The sorted patients of a scan, for the compiled modules that read them."""

cdef extern from "_scan_layout.h" nogil:
    enum:
        SCAN_LANES
        SCAN_MAX_COLUMNS

    ctypedef struct scan_layout:
        Py_ssize_t n_rows, n_covariates, n_strata
        const Py_ssize_t* order
        const double* covariates
        const double* modifier
        const Py_ssize_t* stratum_rows
        const Py_ssize_t* stratum_times
        const Py_ssize_t* first_event
        const Py_ssize_t* end
        const Py_ssize_t* leaving
        const Py_ssize_t* n_left
        const Py_ssize_t* leaves_at


cdef class Layout:
    cdef scan_layout pointers
    cdef object kept
    cdef readonly Py_ssize_t n_rows, n_times, n_covariates
    cdef const double[::1] largest
