# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The inverse of a symmetric positive definite matrix of some hundred columns.

LAPACK would do as well, but starts threads for it: on a busy machine they wait for one another a
thousand times longer than the sum takes.
"""

import numpy as np

from libc.math cimport sqrt


def invert_positive(const double[:, ::1] matrix):
    """Return the inverse by Cholesky's method, or None when the matrix is not positive definite.

    Only what is on and above the diagonal is read.
    """
    cdef Py_ssize_t p = matrix.shape[0], i, j, k
    upper_array, root_array = np.array(matrix), np.zeros((p, p))
    result = np.zeros((p, p))
    cdef double[:, ::1] upper = upper_array, root = root_array, inverse = result
    cdef double* row
    cdef double* from_row
    cdef double factor
    cdef bint is_positive = True
    with nogil:
        # upper' upper = matrix
        for k in range(p):
            from_row = &upper[k, 0]
            if not from_row[k] > 0:
                is_positive = False
                break
            factor = 1 / sqrt(from_row[k])
            for j in range(k, p):
                from_row[j] *= factor
            for i in range(k + 1, p):
                row, factor = &upper[i, 0], from_row[i]
                for j in range(i, p):
                    row[j] -= factor * from_row[j]
        # root = inverse of upper', lower triangular
        for i in range(p if is_positive else 0):
            row = &root[i, 0]
            row[i] = 1
            for k in range(i):
                from_row, factor = &root[k, 0], upper[k, i]
                for j in range(k + 1):
                    row[j] -= factor * from_row[j]
            factor = 1 / upper[i, i]
            for j in range(i + 1):
                row[j] *= factor
        # inverse = root' root
        for k in range(p if is_positive else 0):
            from_row = &root[k, 0]
            for i in range(k + 1):
                row, factor = &inverse[i, 0], from_row[i]
                for j in range(i + 1):
                    row[j] += factor * from_row[j]
        for i in range(p):
            for j in range(i):
                inverse[j, i] = inverse[i, j]
    return result if is_positive else None
