# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The sorted rows of a Fine-Gray model, for the compiled modules that walk through them."""

cdef enum:
    CENSORED = 0
    OF_INTEREST = 1
    COMPETING = 2


cdef class Rows:
    cdef const unsigned char[::1] kind
    cdef const double[::1] time, entry_time, exit_weight, step_weight
    cdef const Py_ssize_t[::1] entry_order, cell, stratum_bounds, cell_bounds
    cdef const Py_ssize_t[::1] step_row, step_bounds, weight_row, entry_step, exit_step
    cdef const Py_ssize_t[::1] cell_group
    cdef bint delayed


cdef inline void add_scaled(
    double* total, const double* part, double scale, Py_ssize_t length
) noexcept nogil:
    # plain pointers: through views of one object the loop is not vectorised
    cdef Py_ssize_t j
    for j in range(length):
        total[j] += scale * part[j]


cdef inline void add_difference(
    double* total, const double* plus, const double* minus, double scale, double share,
    Py_ssize_t length,
) noexcept nogil:
    """Add scale (share plus - minus)."""
    cdef Py_ssize_t j
    for j in range(length):
        total[j] += scale * (share * plus[j] - minus[j])
