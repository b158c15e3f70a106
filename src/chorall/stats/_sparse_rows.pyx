# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Products and quadratic forms of rows that are 0 in most columns; zeros cost next to nothing."""

import numpy as np


def measure_rows(
    const double[:, ::1] rows, const double[:, ::1] vectors, const double[:, ::1] matrix
):
    """Return each row's products with some vectors, and its quadratic form.

    Parameters
    ----------
    rows : ndarray of shape (n, q)
    vectors : ndarray of shape (k, q)
    matrix : ndarray of shape (q, q)
        Symmetric; what is on and below the diagonal is read.

    Returns
    -------
    tuple of ndarrays of shape (n, k) and (n,)
        Row times vector, and row' matrix row.
    """
    cdef Py_ssize_t n = rows.shape[0], q = rows.shape[1], k = vectors.shape[0]
    cdef Py_ssize_t i, a, b, j, m
    products_array, forms_array = np.zeros((n, k)), np.zeros(n)
    places_array, held_array = np.zeros(q, np.intp), np.zeros(q)
    cdef double[:, ::1] products = products_array
    cdef double[::1] forms = forms_array, held = held_array
    cdef Py_ssize_t[::1] places = places_array
    cdef double value, total
    with nogil:
        for i in range(n):
            m = 0
            for j in range(q):
                if rows[i, j] != 0:
                    places[m] = j
                    held[m] = rows[i, j]
                    m += 1
            for a in range(m):
                j, value = places[a], held[a]
                total = 0
                for b in range(a):
                    total += held[b] * matrix[j, places[b]]
                forms[i] += value * (2 * total + value * matrix[j, j])
                for b in range(k):
                    products[i, b] += value * vectors[b, j]
    return products_array, forms_array


def measure_forms(
    const double[:, ::1] rows, const double[:, ::1] linear, const double[:, :, ::1] matrices
):
    """Return each row's quadratic form less twice its product with a vector, for k of both.

    Parameters
    ----------
    rows : ndarray of shape (n, q)
    linear : ndarray of shape (k, q)
    matrices : ndarray of shape (k, q, q)
        Symmetric; what is on and below the diagonal is read.

    Returns
    -------
    ndarray of shape (n, k)
    """
    cdef Py_ssize_t n = rows.shape[0], q = rows.shape[1], k = matrices.shape[0]
    cdef Py_ssize_t i, a, b, j, m, one
    cdef double[:, ::1] forms = np.zeros((n, k))
    cdef double[::1] held = np.zeros(q)
    cdef Py_ssize_t[::1] places = np.zeros(q, np.intp)
    cdef double value, total
    with nogil:
        for i in range(n):
            m = 0
            for j in range(q):
                if rows[i, j] != 0:
                    places[m], held[m] = j, rows[i, j]
                    m += 1
            for one in range(k):
                for a in range(m):
                    j, value, total = places[a], held[a], 0
                    for b in range(a):
                        total += held[b] * matrices[one, j, places[b]]
                    total = 2 * (total - linear[one, j]) + value * matrices[one, j, j]
                    forms[i, one] += value * total
    return np.asarray(forms)
