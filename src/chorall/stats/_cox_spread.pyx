# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The backward pass of a Cox model: what each row gathers over the steps it was at risk at."""

cimport cython
import numpy as np

from libc.math cimport exp, isfinite

# part of the largest sum below which a difference of sums has lost four of its sixteen digits
cdef double CANCELLATION = 1e-4
# up to so many steps are added one by one rather than by a difference of cumulative sums
cdef Py_ssize_t FEW_STEPS = 16


@cython.final
cdef class Spread:
    """The backward pass: sums of hazard times value over the steps of each row."""

    cdef const double[::1] hazard, shift, fraction
    cdef const double[:, ::1] values
    # sums over this step and all earlier times of the stratum, times exp(shift of this step)
    cdef double[::1] total_hazard
    cdef double[:, ::1] total
    # the same over the steps of one time, times the spared part
    cdef double[:, ::1] spared
    cdef Py_ssize_t q

    cdef void accumulate(self, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
        cdef Py_ssize_t step, j
        cdef double factor
        for step in range(end - 1, first - 1, -1):
            self.total_hazard[step] = self.hazard[step]
            for j in range(self.q):
                self.total[step, j] = self.hazard[step] * self.values[step, j]
            if step == end - 1:
                continue
            factor = 1
            if self.shift[step] != self.shift[step + 1]:
                factor = exp(self.shift[step] - self.shift[step + 1])
            self.total_hazard[step] += self.total_hazard[step + 1] * factor
            for j in range(self.q):
                self.total[step, j] += self.total[step + 1, j] * factor

    cdef void spare_tied(self, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
        """Add up what Efron's rule spares the tied; it is kept at the first of their steps."""
        cdef Py_ssize_t step, j
        for step in range(end - 1, first - 1, -1):
            if self.fraction[step] > 0:
                for j in range(self.q):
                    self.spared[step, j] += (
                        self.fraction[step] * self.hazard[step] * self.values[step, j]
                    )
                    # the step before belongs to the same time, for its part is less by 1 / d
                    self.spared[step - 1, j] += self.spared[step, j]

    cdef void add_row(
        self,
        Py_ssize_t first,
        Py_ssize_t end,
        Py_ssize_t last,
        double predictor,
        double risk,
        bint happened,
        double* out,
    ) noexcept nogil:
        """Sum over the steps from `first` to before `end`; `last` ends those of the stratum."""
        cdef Py_ssize_t j
        cdef double factor = 0, kept = self.total_hazard[first]
        if end < last:
            factor = exp(self.shift[first] - self.shift[end])
            kept -= factor * self.total_hazard[end]
        if isfinite(kept) and (end == last or (
            end - first > FEW_STEPS and kept > CANCELLATION * self.total_hazard[first]
        )):
            for j in range(self.q):
                out[j] = self.total[first, j]
                if end < last:
                    out[j] -= factor * self.total[end, j]
                out[j] *= risk
        else:
            self.add_one_by_one(first, end, predictor, out)
        if happened:
            for j in range(self.q):
                out[j] -= risk * self.spared[first, j]

    cdef bint add_expected(
        self,
        Py_ssize_t first,
        Py_ssize_t end,
        Py_ssize_t last,
        double risk,
        bint happened,
        double* out,
    ) noexcept nogil:
        """Do as `add_row` for one value at rows that stay to the last step, or return False."""
        if self.q != 1 or end != last or not isfinite(self.total_hazard[first]):
            return False
        out[0] = risk * self.total[first, 0]
        if happened:
            out[0] -= risk * self.spared[first, 0]
        return True

    cdef void add_one_by_one(
        self, Py_ssize_t first, Py_ssize_t end, double predictor, double* out
    ) noexcept nogil:
        cdef Py_ssize_t step, j
        cdef double risk = 0
        for j in range(self.q):
            out[j] = 0
        for step in range(first, end):
            if step == first or self.shift[step] != self.shift[step - 1]:
                risk = exp(predictor - self.shift[step])
            for j in range(self.q):
                out[j] += risk * self.hazard[step] * self.values[step, j]


def spread_steps(
    const double[:, ::1] values,
    const double[::1] hazard,
    const double[::1] shift,
    const double[::1] fraction,
    const double[::1] linear_predictor,
    const unsigned char[::1] event,
    const Py_ssize_t[::1] stratum_bounds,
    const Py_ssize_t[::1] first_step,
    const Py_ssize_t[::1] end_step,
):
    """Sum exp(linear predictor) times hazard times value over the steps of each row.

    Returns
    -------
    ndarray of shape (n, q)
        For `values` of shape (d, q). Values of 1 give the events expected of each row.
    """
    cdef Py_ssize_t n = linear_predictor.shape[0], d = hazard.shape[0], q = values.shape[1]
    cdef Py_ssize_t s, row, last = 0, start, end
    cdef Spread spread = Spread()
    result = np.zeros((n, q))
    cdef double[:, ::1] out = result
    cdef double[::1] risk
    spread.hazard, spread.shift, spread.fraction = hazard, shift, fraction
    spread.values, spread.q = values, q
    spread.total_hazard, spread.total = np.empty(d), np.empty((d, q))
    spread.spared = np.zeros((d, q))
    if not n or not q or not d:
        return result
    # a row that is at risk at no step may point beyond the last one
    risks = np.asarray(shift).take(first_step, mode="clip")
    with np.errstate(over="ignore", invalid="ignore"):
        np.exp(np.subtract(linear_predictor, risks, out=risks), out=risks)
    risk = risks
    with nogil:
        for s in range(stratum_bounds.shape[0] - 1):
            start = last
            for row in range(stratum_bounds[s], stratum_bounds[s + 1]):
                last += event[row]
            spread.accumulate(start, last)
            spread.spare_tied(start, last)
            for row in range(stratum_bounds[s], stratum_bounds[s + 1]):
                # without delayed entry everybody stays to the last step of the stratum
                end = end_step[row] if end_step.shape[0] else last
                if first_step[row] < end and not spread.add_expected(
                    first_step[row], end, last, risk[row], event[row], &out[row, 0]
                ):
                    spread.add_row(
                        first_step[row], end, last, linear_predictor[row],
                        risk[row], event[row], &out[row, 0],
                    )
    return result
