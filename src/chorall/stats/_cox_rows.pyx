# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Scaled rows, their products with coefficients, and weighted sums of rows and their squares."""

cimport cython
import numpy as np

from libc.math cimport sqrt
from libc.stdlib cimport calloc, free
from libc.string cimport memset

# with few columns, registers of eight would be filled with what nobody asked for
cdef int NARROW_WIDTH = min(4, find_cox_width())
cdef Py_ssize_t FEW_COLUMNS = 32


cdef int find_narrow_width() noexcept nogil:
    """Return how many doubles a register for few columns holds."""
    return NARROW_WIDTH


def multiply_columns(
    const double[:, ::1] x, const double[::1] coefficients, const double[::1] offset
):
    """Return x times coefficients plus offset, of shape (n,)."""
    product = np.array(offset)
    add_products(x, coefficients, product)
    return product


def add_products(
    const double[:, ::1] x, const double[::1] coefficients, double[::1] product
):
    """Add x times coefficients to `product` of shape (n,)."""
    if x.shape[0] and x.shape[1]:
        with nogil:
            multiply_rows(
                &x[0, 0], &coefficients[0], x.shape[0], x.shape[1], &product[0], NARROW_WIDTH
            )


@cython.final
cdef class Totals:
    """Weighted sums of rows, and of their squares."""

    def __cinit__(self, Py_ssize_t p):
        cdef Py_ssize_t stride = (p // COX_PADDING + 1) * COX_PADDING
        self.memory = <double*>calloc((COX_ROWS + 1 + p + 1) * stride, sizeof(double))
        if self.memory == NULL:
            raise MemoryError
        self.sums.n_columns, self.sums.stride = p, stride
        self.width = NARROW_WIDTH if p <= FEW_COLUMNS else find_cox_width()
        self.sums.scratch = self.memory
        self.sums.sum = self.memory + COX_ROWS * stride
        self.sums.squares = self.sums.sum + stride

    def __dealloc__(self):
        free(self.memory)

    cdef void empty(self) noexcept nogil:
        memset(self.sums.sum, 0, (self.sums.n_columns + 2) * self.sums.stride * sizeof(double))

    def collect(self):
        """Return the sum of shape (p,) and the symmetric squares of shape (p, p)."""
        cdef Py_ssize_t p = self.sums.n_columns, i, j
        total, squares = np.empty(p), np.empty((p, p))
        cdef double[::1] to_total = total
        cdef double[:, ::1] to_squares = squares
        for i in range(p):
            to_total[i] = self.sums.sum[i]
            for j in range(i + 1):
                to_squares[i, j] = to_squares[j, i] = self.sums.squares[i * self.sums.stride + j]
        return total, squares


def sum_rows(
    const double[:, ::1] rows, const double[::1] linear, const double[::1] square
):
    """Return rows' linear, and rows' diag(square) rows with weights below 0 taken for 0."""
    cdef Py_ssize_t n = rows.shape[0], p = rows.shape[1]
    cdef Totals totals = Totals(p)
    if n and p:
        with nogil:
            add_rows(&totals.sums, &rows[0, 0], &linear[0], &square[0], n, totals.width)
    return totals.collect()


def standardise_rows(double[:, ::1] rows, const double[::1] weights):
    """Give each column a weighted mean of 0 and standard deviation of 1, in place.

    Returns
    -------
    tuple of three ndarrays of shape (p,)
        The means, the standard deviations (1 for a column without any) and the variances.
    """
    cdef Py_ssize_t n = rows.shape[0], p = rows.shape[1], i, j
    centre_array, scale_array, variance_array = np.zeros(p), np.ones(p), np.zeros(p)
    if not n or not p:
        return centre_array, scale_array, variance_array
    cdef double[::1] centre_view = centre_array, scale_view = scale_array
    cdef double[::1] variance = variance_array, base = np.array(rows[0])
    cdef double* centre = &centre_view[0]
    cdef double* scale = &scale_view[0]
    cdef double* row
    cdef double total = 0
    with nogil:
        for i in range(n):
            row = &rows[i, 0]
            total += weights[i]
            # less the first row: the mean of a constant is the constant, to the last digit
            for j in range(p):
                centre[j] += weights[i] * (row[j] - base[j])
        for j in range(p):
            centre[j] = base[j] + centre[j] / total
        for i in range(n):
            row = &rows[i, 0]
            for j in range(p):
                row[j] -= centre[j]
            for j in range(p):
                variance[j] += weights[i] * row[j] * row[j]
        for j in range(p):
            variance[j] /= total
            if variance[j] > 0:
                scale[j] = sqrt(variance[j])
        for i in range(n):
            row = &rows[i, 0]
            for j in range(p):
                row[j] /= scale[j]
    return centre_array, scale_array, variance_array
