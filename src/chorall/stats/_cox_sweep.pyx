# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The two passes over the risk sets of a Cox model, for whatever the model holds.

All arrays are sorted by stratum and, within it, by descending time, so that a risk set only
grows; with delayed entry a second order (descending entry time) says who leaves it again.
A *step* is one event. The d events of one time are d steps; Efron's rule spares the tied the
part 0, 1/d, ..., (d-1)/d of the hazard of each, Breslow's rule spares nothing.

The forward pass, here, finds the hazard and the mean covariates of each step. The backward pass
(`_cox_spread`) adds the hazards up for every row over the steps it was at risk at. All else is
linear algebra: the gradient is x' (events - expected), the information x' diag(expected) x -
means' diag(w) means. What one pass can do at once is in `_cox_few`.
"""

cimport cython
import numpy as np

from libc.math cimport INFINITY, exp
from libc.string cimport memset

from chorall.stats._cox_rows cimport Totals, add_rows

# part of the largest sum below which a difference of sums has lost four of its sixteen digits
cdef double CANCELLATION = 1e-4
# steps whose means are held before their squares are added up: they stay in the cache
cdef Py_ssize_t HELD_STEPS = 64


@cython.final
cdef class RiskSet:
    """Sums of risk and of risk times x over some rows.

    Risk is weight times exp(linear predictor - shift). The shift follows the largest predictor,
    so that a risk set of low predictors late in follow-up does not vanish beside the others.
    """

    cdef Py_ssize_t n, p
    cdef double s0, peak, shift
    cdef double[::1] s1

    def __init__(self, Py_ssize_t p):
        self.p = p
        # one more than needed keeps the pointer valid for a model without covariates
        self.s1 = np.zeros(p + 1)
        self.empty(-INFINITY)

    cdef void empty(self, double shift) noexcept nogil:
        self.n = 0
        self.s0 = self.peak = 0
        self.shift = shift
        memset(&self.s1[0], 0, self.s1.shape[0] * sizeof(double))

    cdef void raise_shift(self, double shift) noexcept nogil:
        cdef double factor = exp(self.shift - shift)
        cdef Py_ssize_t j
        self.shift = shift
        self.s0 *= factor
        self.peak *= factor
        for j in range(self.p):
            self.s1[j] *= factor

    cdef void add(self, const double* x, double predictor, double weight) noexcept nogil:
        """Add one row; a negative weight takes it away again."""
        if predictor > self.shift:
            self.raise_shift(predictor)
        self.add_risk(x, exp(predictor - self.shift), weight)

    cdef void add_risk(self, const double* x, double part, double weight) noexcept nogil:
        """Add one row with exp(linear predictor - shift) = part."""
        cdef Py_ssize_t j, p = self.p
        cdef double risk = weight * part
        cdef double* s1 = &self.s1[0]
        self.s0 += risk
        self.peak = max(self.peak, self.s0)
        for j in range(p):
            s1[j] += risk * x[j]
        self.n += 1 if weight > 0 else -1


@cython.final
cdef class Sweep:
    """The forward pass and what it finds at each step."""

    cdef const double[:, ::1] x
    cdef const double[::1] predictor, time, weights, entry_time, fraction, step_weight
    cdef const unsigned char[::1] event
    cdef const Py_ssize_t[::1] entry_order
    # without delayed entry: largest predictor so far, and exp(predictor - that), of each row
    cdef double[::1] lead, part
    cdef const double* rows
    cdef Py_ssize_t p, start, leaving, n_tied, n_steps
    cdef double log_likelihood
    cdef RiskSet at_risk, tied
    cdef double[::1] hazard, shift, risk
    # of every step or, with totals, of the steps since the squares were last added up
    cdef double[:, ::1] means
    cdef Py_ssize_t n_held, n_added
    cdef Totals totals

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
        cdef const double* x = self.rows + row * self.p
        if not self.lead.shape[0]:
            sums.add(x, self.predictor[row], self.weights[row])
            return
        if self.lead[row] > sums.shift:
            sums.raise_shift(self.lead[row])
        if self.lead[row] == sums.shift:
            sums.add_risk(x, self.part[row], self.weights[row])
        else:
            sums.add(x, self.predictor[row], self.weights[row])

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
        while row < stop and self.time[row] == self.time[first]:
            self.add_row(self.at_risk, row)
            self.n_tied += self.event[row]
            row += 1
        return row

    cdef void collect_tied_events(self, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
        """Add what was observed at one event time, and sum the risk of the tied for Efron."""
        cdef Py_ssize_t row
        # the last part is the largest: 0 for one event and for Breslow's rule
        cdef bint is_spared = self.fraction[self.n_steps + self.n_tied - 1] > 0
        if is_spared:
            self.tied.empty(self.at_risk.shift)
        for row in range(first, end):
            if self.event[row]:
                # less the shift, here as in close_event_time: no digits are lost to large ones
                self.log_likelihood += self.weights[row] * (
                    self.predictor[row] - self.at_risk.shift
                )
                if is_spared:
                    self.add_row(self.tied, row)

    cdef void close_event_time(self) noexcept nogil:
        cdef Py_ssize_t i, j, step, p = self.p
        cdef double f, risk
        cdef double* s1 = &self.at_risk.s1[0]
        cdef double* d1 = &self.tied.s1[0]
        cdef double* mean
        for i in range(self.n_tied):
            step = self.n_steps + i
            f = self.fraction[step]
            risk = self.at_risk.s0
            if f > 0:
                risk -= f * self.tied.s0
            self.risk[step] = risk
            self.hazard[step] = self.step_weight[step] / risk
            self.shift[step] = self.at_risk.shift
            if self.n_held == self.means.shape[0]:
                self.add_held_squares()
            mean = &self.means[self.n_held, 0]
            self.n_held += 1
            risk = 1 / risk
            if f > 0:
                for j in range(p):
                    mean[j] = (s1[j] - f * d1[j]) * risk
            else:
                for j in range(p):
                    mean[j] = s1[j] * risk
        self.n_steps += self.n_tied

    cdef void add_held_squares(self) noexcept nogil:
        """Add the squares of the means that are held, and let go of them."""
        if self.n_held:
            add_rows(
                &self.totals.sums, &self.means[0, 0], NULL,
                &self.step_weight[self.n_added], self.n_held, self.totals.width,
            )
        self.n_added += self.n_held
        self.n_held = 0


def find_lead(const double[::1] predictor, const Py_ssize_t[::1] stratum_bounds):
    """Return the largest predictor of each row and those before it in its stratum."""
    cdef Py_ssize_t s, row
    cdef double largest
    lead = np.empty(predictor.shape[0])
    cdef double[::1] out = lead
    with nogil:
        for s in range(stratum_bounds.shape[0] - 1):
            largest = -INFINITY
            for row in range(stratum_bounds[s], stratum_bounds[s + 1]):
                if predictor[row] > largest:
                    largest = predictor[row]
                out[row] = largest
    return lead


def sweep_risk_sets(
    const double[:, ::1] x,
    const double[::1] linear_predictor,
    const double[::1] time,
    const unsigned char[::1] event,
    const double[::1] weights,
    const Py_ssize_t[::1] stratum_bounds,
    const double[::1] entry_time,
    const Py_ssize_t[::1] entry_order,
    const double[::1] fraction,
    const double[::1] step_weight,
    bint squares_only=False,
):
    """Sum the log partial likelihood; find hazard and mean covariates of each step.

    `entry_time` is empty without delayed entry.

    Returns
    -------
    tuple of float, ndarray of shape (d,), ndarray of shape (d,), ndarray of shape (d, p)
        Log-likelihood; hazard times exp(shift), and the shift, of each of the d steps; mean of
        x at risk at each step or, with `squares_only`, means' diag(step_weight) means of shape
        (p, p), for which no more than a few means are held at a time.
    """
    cdef Py_ssize_t stratum, p = x.shape[1], n_steps = fraction.shape[0]
    cdef Sweep sweep = Sweep()
    hazard, shift = np.empty(n_steps), np.empty(n_steps)
    means = np.empty((min(n_steps, HELD_STEPS) if squares_only else n_steps, max(p, 1)))
    sweep.totals = Totals(p)
    sweep.x, sweep.predictor, sweep.weights = x, linear_predictor, weights
    sweep.time, sweep.event = time, event
    sweep.entry_time, sweep.entry_order = entry_time, entry_order
    sweep.fraction, sweep.step_weight = fraction, step_weight
    risk = np.empty(n_steps)
    sweep.hazard, sweep.shift, sweep.means, sweep.risk = hazard, shift, means, risk
    # NumPy raises many numbers at once, several times faster than one by one
    lead = find_lead(linear_predictor, stratum_bounds) if not len(entry_time) else np.empty(0)
    part = np.subtract(linear_predictor, lead) if len(lead) else lead
    sweep.lead, sweep.part = lead, np.exp(part, out=part)
    sweep.at_risk, sweep.tied, sweep.p = RiskSet(p), RiskSet(p), p
    sweep.rows = &x[0, 0] if p else &time[0]
    with nogil:
        for stratum in range(stratum_bounds.shape[0] - 1):
            sweep.run_stratum(stratum_bounds[stratum], stratum_bounds[stratum + 1])
        if squares_only and p:
            sweep.add_held_squares()
    found = sweep.totals.collect()[1] if squares_only else means[:, :p]
    with np.errstate(divide="ignore", invalid="ignore"):
        np.log(risk, out=risk)
    # not by BLAS: from ten thousand numbers on it starts threads, see _cox_squares.h
    of_risk_sets = float(np.multiply(risk, step_weight, out=risk).sum())
    return sweep.log_likelihood - of_risk_sets, hazard, shift, found
