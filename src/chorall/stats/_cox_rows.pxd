# cython: language_level=3
"""Weighted sums of rows, for the compiled modules that add to them."""

cdef extern from "_cox_squares.h" nogil:
    int COX_PADDING, COX_ROWS
    ctypedef struct cox_totals:
        ptrdiff_t n_columns, stride
        double* scratch
        double* sum
        double* squares
    int find_cox_width()
    void add_rows(const cox_totals* totals, const double* rows, const double* linear,
                  const double* square, ptrdiff_t n, int width)
    void multiply_rows(const double* rows, const double* coefficients, ptrdiff_t n, ptrdiff_t p,
                       double* product, int width)


cdef class Totals:
    cdef cox_totals sums
    cdef double* memory
    cdef int width
    cdef void empty(self) noexcept nogil


cdef int find_narrow_width() noexcept nogil
