# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The inverse of a symmetric positive definite matrix of some hundred columns.

LAPACK would do as well, but starts threads for it: on a busy machine they wait for one another a
thousand times longer than the sum takes.
"""

import numpy as np

cdef extern from "_positive.h" nogil:
    int find_root(double* upper, Py_ssize_t p)
    void invert_root(const double* upper, double* lower, Py_ssize_t p)
    void square_root(const double* lower, double* inverse, Py_ssize_t p)


def invert_positive(const double[:, ::1] matrix):
    """Return the inverse by Cholesky's method, or None when the matrix is not positive definite.

    Only what is on and above the diagonal is read.
    """
    cdef Py_ssize_t p = matrix.shape[0]
    cdef bint is_positive = True
    upper_array, lower_array = np.array(matrix), np.zeros((p, p))
    result = np.zeros((p, p))
    cdef double[:, ::1] upper = upper_array, lower = lower_array, inverse = result
    if not p:
        return result
    with nogil:
        is_positive = find_root(&upper[0, 0], p)
        if is_positive:
            invert_root(&upper[0, 0], &lower[0, 0], p)
            square_root(&lower[0, 0], &inverse[0, 0], p)
    return result if is_positive else None
