# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""One descending sweep over the risk sets of a Cox model.

All arrays are sorted by stratum and, within it, by descending time, so that a risk set only
grows; with delayed entry a second order (descending entry time) says who leaves it again.
The tie correction of one event time enters as five sums over its d events,

    a = sum 1/g    b = sum f/g    c = sum 1/g^2    e = sum f/g^2    h = sum f^2/g^2

where g = S0 - f D0, S0 and D0 are the sums of risk over those at risk and over those with the
event, and f = 0, 1/d, ..., (d-1)/d for Efron and 0 for Breslow. This costs O(d + p^2) where
the textbook loop costs O(d p^2).
"""

import numpy as np

from libc.math cimport INFINITY, exp, log
from libc.string cimport memset

# part of the largest sum below which a difference of sums has lost four of its sixteen digits
cdef double CANCELLATION = 1e-4


cdef struct TieSums:
    double log_g
    double a
    double b
    double c
    double e
    double h


cdef class RiskSet:
    """Sums of risk, risk times x and risk times x x' (lower triangle) over some rows.

    Risk is weight times exp(linear predictor - shift). The shift follows the largest predictor,
    so that a risk set of low predictors late in follow-up does not vanish beside the others.
    """

    cdef Py_ssize_t n, p
    cdef double s0, peak, shift
    cdef double[::1] s1
    cdef double[:, ::1] s2

    def __init__(self, Py_ssize_t p):
        self.p = p
        # one more than needed keeps the pointers valid for a model without covariates
        self.s1 = np.zeros(p + 1)
        self.s2 = np.zeros((p + 1, p + 1))
        self.empty(-INFINITY)

    cdef void empty(self, double shift) noexcept nogil:
        self.n = 0
        self.s0 = self.peak = 0
        self.shift = shift
        memset(&self.s1[0], 0, self.s1.shape[0] * sizeof(double))
        memset(&self.s2[0, 0], 0, self.s2.shape[0] * self.s2.shape[1] * sizeof(double))

    cdef void raise_shift(self, double shift) noexcept nogil:
        cdef double factor = exp(self.shift - shift)
        cdef Py_ssize_t j, k
        self.shift = shift
        self.s0 *= factor
        self.peak *= factor
        for j in range(self.p):
            self.s1[j] *= factor
            for k in range(j + 1):
                self.s2[j, k] *= factor

    cdef void add(self, const double* x, double predictor, double weight) noexcept nogil:
        """Add one row; a negative weight takes it away again."""
        cdef Py_ssize_t j, k
        cdef double risk, scaled
        cdef double* s1 = &self.s1[0]
        cdef double* row
        if predictor > self.shift:
            self.raise_shift(predictor)
        risk = weight * exp(predictor - self.shift)
        self.s0 += risk
        self.peak = max(self.peak, self.s0)
        for j in range(self.p):
            scaled = risk * x[j]
            s1[j] += scaled
            row = &self.s2[j, 0]
            for k in range(j + 1):
                row[k] += scaled * x[k]
        self.n += 1 if weight > 0 else -1


cdef class Sweep:
    """The sums over all event times, and the risk set that they are taken from."""

    cdef const double[:, ::1] x
    cdef const double[::1] predictor, time, weights, entry_time
    cdef const unsigned char[::1] event
    cdef const Py_ssize_t[::1] entry_order
    cdef const double* rows
    cdef bint efron
    cdef Py_ssize_t p, start, leaving, n_tied, n_steps
    cdef double tied_weight, log_likelihood
    cdef RiskSet at_risk, tied
    cdef double[::1] gradient
    cdef double[:, ::1] information, steps

    cdef void run_stratum(self, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
        cdef Py_ssize_t end, first = start
        self.at_risk.empty(-INFINITY)
        self.start = self.leaving = start
        while first < stop:
            if self.entry_time.shape[0]:
                self.remove_late_entrants(first, stop)
            end = self.admit_tied(first, stop)
            if self.n_tied:
                self.collect_tied_events(first, end)
                self.close_event_time()
            first = end

    cdef void add_row(self, RiskSet sums, Py_ssize_t row) noexcept nogil:
        sums.add(self.rows + row * self.p, self.predictor[row], self.weights[row])

    cdef void remove_late_entrants(self, Py_ssize_t first, Py_ssize_t stop) noexcept nogil:
        """Take away who was admitted before `first` but had not entered by its time."""
        cdef Py_ssize_t row
        cdef double now = self.time[first]
        while self.leaving < stop and self.entry_time[self.entry_order[self.leaving]] >= now:
            row = self.entry_order[self.leaving]
            self.at_risk.add(
                self.rows + row * self.p, self.predictor[row], -self.weights[row]
            )
            self.leaving += 1
        if self.at_risk.n == 0:
            self.at_risk.empty(-INFINITY)
        elif self.at_risk.s0 < CANCELLATION * self.at_risk.peak:
            # what is left is mostly the rounding of what was taken away: sum anew
            self.at_risk.empty(-INFINITY)
            for row in range(self.start, first):
                if self.entry_time[row] < now:
                    self.add_row(self.at_risk, row)

    cdef Py_ssize_t admit_tied(self, Py_ssize_t first, Py_ssize_t stop) noexcept nogil:
        """Admit all rows with the time of row `first`; return the row after the last."""
        cdef Py_ssize_t row = first
        self.n_tied = 0
        self.tied_weight = 0
        while row < stop and self.time[row] == self.time[first]:
            self.add_row(self.at_risk, row)
            if self.event[row]:
                self.n_tied += 1
                self.tied_weight += self.weights[row]
            row += 1
        return row

    cdef void collect_tied_events(self, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
        """Add what was observed at one event time, and sum the risk of the tied for Efron."""
        cdef Py_ssize_t row, j
        self.tied.empty(self.at_risk.shift)
        for row in range(first, end):
            if not self.event[row]:
                continue
            # less the shift, here as in close_event_time, no digits are lost to large predictors
            self.log_likelihood += self.weights[row] * (self.predictor[row] - self.at_risk.shift)
            for j in range(self.p):
                self.gradient[j] += self.weights[row] * self.rows[row * self.p + j]
            if self.efron and self.n_tied > 1:
                self.add_row(self.tied, row)

    cdef TieSums sum_over_ties(self) noexcept nogil:
        cdef TieSums sums
        cdef Py_ssize_t i
        cdef double f, g
        memset(&sums, 0, sizeof(TieSums))
        for i in range(self.n_tied):
            f = <double>i / self.n_tied if self.efron else 0.0
            g = self.at_risk.s0 - f * self.tied.s0
            sums.log_g += log(g)
            sums.a += 1 / g
            sums.b += f / g
            sums.c += 1 / (g * g)
            sums.e += f / (g * g)
            sums.h += f * f / (g * g)
        return sums

    cdef void close_event_time(self) noexcept nogil:
        cdef TieSums sums = self.sum_over_ties()
        cdef double weight = self.tied_weight / self.n_tied
        cdef double s1, d1, mean, by_s1, by_d1
        # the steps are on the scale of the predictors, without shift
        cdef double hazard = weight * exp(-self.at_risk.shift)
        cdef double* step = NULL
        cdef Py_ssize_t j, k
        if self.steps.shape[0]:
            step = &self.steps[self.n_steps, 0]
            step[0], step[1] = hazard * sums.a, hazard * sums.b
        self.n_steps += 1
        self.log_likelihood -= weight * sums.log_g
        for j in range(self.p):
            s1, d1 = self.at_risk.s1[j], self.tied.s1[j]
            mean = sums.a * s1 - sums.b * d1
            by_s1 = sums.c * s1 - sums.e * d1
            by_d1 = sums.e * s1 - sums.h * d1
            self.gradient[j] -= weight * mean
            for k in range(j + 1):
                self.information[j, k] += weight * (
                    sums.a * self.at_risk.s2[j, k] - sums.b * self.tied.s2[j, k]
                    - by_s1 * self.at_risk.s1[k] + by_d1 * self.tied.s1[k]
                )
            if step:
                step[2 + j] = hazard * by_s1
                step[2 + self.p + j] = hazard * by_d1
                step[2 + 2 * self.p + j] = mean / self.n_tied


def sweep_risk_sets(
    const double[:, ::1] x,
    const double[::1] linear_predictor,
    const double[::1] time,
    const unsigned char[::1] event,
    const double[::1] weights,
    const Py_ssize_t[::1] stratum_bounds,
    const double[::1] entry_time,
    const Py_ssize_t[::1] entry_order,
    bint efron,
    double[:, ::1] steps,
):
    """Sum log partial likelihood, its gradient and its information over all event times.

    `entry_time` is empty without delayed entry.
    `steps` receives what score residuals need, one row per event time in the order of the
    sweep: hazard; its part that Efron's rule spares the tied; then p columns each of hazard
    times mean of x, the same for the spared part, and the mean of x. Without rows it is not
    written.

    Returns
    -------
    tuple of float, ndarray of shape (p,), ndarray of shape (p, p)
        Log-likelihood, gradient and information (symmetric).
    """
    cdef Py_ssize_t stratum, p = x.shape[1]
    cdef Sweep sweep = Sweep()
    information = np.zeros((p + 1, p + 1))
    gradient = np.zeros(p + 1)
    sweep.x, sweep.predictor, sweep.weights = x, linear_predictor, weights
    sweep.time, sweep.event, sweep.efron = time, event, efron
    sweep.entry_time, sweep.entry_order, sweep.steps = entry_time, entry_order, steps
    sweep.gradient, sweep.information = gradient, information
    sweep.at_risk, sweep.tied, sweep.p = RiskSet(p), RiskSet(p), p
    sweep.rows = &x[0, 0] if p else &time[0]
    with nogil:
        for stratum in range(stratum_bounds.shape[0] - 1):
            sweep.run_stratum(stratum_bounds[stratum], stratum_bounds[stratum + 1])
    lower = information[:p, :p]
    return sweep.log_likelihood, gradient[:p], lower + np.tril(lower, -1).T
