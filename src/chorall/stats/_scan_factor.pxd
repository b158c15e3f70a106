# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Cholesky factors of small matrices, one in each lane."""

from libc.math cimport log, sqrt
from libc.string cimport memset

from chorall.stats._scan_group cimport C_CLIMBING, Group
from chorall.stats._scan_layout cimport SCAN_LANES, SCAN_MAX_COLUMNS

cdef extern from *:
    """
    /* as in cox_collinearity.py, where the reason is given */
    #define COLLINEARITY_TOLERANCE 1e-10
    """
    const double COLLINEARITY_TOLERANCE


cdef inline void factor_lane(Group* group, int lane, int n_columns) noexcept nogil:
    """Find the Cholesky factor of the information, and where it fails if it does."""
    cdef int i, j, k
    cdef double rest, own
    cdef double* factor = group.factor[lane]
    group.broken[lane] = -1
    group.log_determinant[lane] = 0
    for j in range(n_columns):
        for k in range(j + 1):
            rest = group.information[(j * (j + 1) // 2 + k) * SCAN_LANES + lane]
            own = rest
            for i in range(k):
                rest -= factor[j * (j + 1) // 2 + i] * factor[k * (k + 1) // 2 + i]
            if k < j:
                factor[j * (j + 1) // 2 + k] = rest / factor[k * (k + 1) // 2 + k]
            elif (
                rest > COLLINEARITY_TOLERANCE * own
                and own > COLLINEARITY_TOLERANCE * group.n_events[lane]
            ):
                factor[j * (j + 1) // 2 + j] = sqrt(rest)
                group.log_determinant[lane] += log(rest)
            else:
                group.broken[lane] = j
                return


cdef inline void invert_group(Group* group, int n_columns) noexcept nogil:
    """Find the inverse information of the lanes that are still climbing, 0 elsewhere."""
    cdef int lane, j, k
    cdef double column[SCAN_MAX_COLUMNS]
    for lane in range(SCAN_LANES):
        for j in range(n_columns):
            memset(column, 0, sizeof(column))
            if group.code[lane] == C_CLIMBING and group.broken[lane] < 0:
                column[j] = 1
                solve_lower(group.factor[lane], column, n_columns)
                solve_upper(group.factor[lane], column, n_columns)
            for k in range(n_columns):
                group.inverse[(j * n_columns + k) * SCAN_LANES + lane] = column[k]


cdef inline void solve_lower(const double* factor, double* vector, int n) noexcept nogil:
    cdef int j, k
    for j in range(n):
        for k in range(j):
            vector[j] -= factor[j * (j + 1) // 2 + k] * vector[k]
        vector[j] /= factor[j * (j + 1) // 2 + j]


cdef inline void solve_upper(const double* factor, double* vector, int n) noexcept nogil:
    cdef int j, k
    for j in range(n - 1, -1, -1):
        for k in range(j + 1, n):
            vector[j] -= factor[k * (k + 1) // 2 + j] * vector[k]
        vector[j] /= factor[j * (j + 1) // 2 + j]
