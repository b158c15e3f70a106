# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Sweeps over the risk sets of a Fine-Gray model, each linear in the number of patients.

Rows are sorted by stratum and, within it, by ascending time. A *step* is a time at which a stratum
has events of interest; a *cell* is the patients of one stratum and one censoring group. Who had a
competing event at X stays in the risk set of a step at t > X with weight W(t) / W(X), where W
belongs to the censoring group, so that one running sum of risk / W(X) per cell serves all steps.
"""

import numpy as np

from libc.math cimport log
from libc.string cimport memset

from chorall.stats._fine_gray_rows cimport COMPETING, OF_INTEREST, Rows, add_difference, add_scaled

# part of the largest sum below which a difference of sums has lost four of its sixteen digits
cdef double CANCELLATION = 1e-4


cdef class AtRisk:
    """Sum of risk, and of risk times x, over those under observation in one stratum."""

    cdef Rows rows
    cdef const double[:, ::1] x
    cdef const double[::1] risk
    cdef double s0, peak
    cdef double[::1] s1
    cdef Py_ssize_t p, start, stop, admitted, leaving

    cdef void begin(self, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
        self.start, self.stop = start, stop
        self.admitted = stop
        self.leaving = start
        self.empty()

    cdef void empty(self) noexcept nogil:
        self.s0 = self.peak = 0
        memset(&self.s1[0], 0, self.s1.shape[0] * sizeof(double))

    cdef void add(self, Py_ssize_t row, double sign) noexcept nogil:
        cdef double risk = sign * self.risk[row]
        self.s0 += risk
        self.peak = max(self.peak, self.s0)
        add_scaled(&self.s1[0], &self.x[row, 0], risk, self.p)

    cdef void go_back_to(self, Py_ssize_t first) noexcept nogil:
        """Admit all rows from `first` on, and take away who had not entered by its time."""
        cdef Py_ssize_t row
        cdef double now = self.rows.time[first]
        while self.admitted > first:
            self.admitted -= 1
            self.add(self.admitted, 1)
        if not self.rows.delayed:
            return
        while self.leaving < self.stop and (
            self.rows.entry_time[self.rows.entry_order[self.leaving]] >= now
        ):
            self.add(self.rows.entry_order[self.leaving], -1)
            self.leaving += 1
        if self.s0 < CANCELLATION * self.peak:
            # what is left is mostly the rounding of what was taken away: sum anew
            self.empty()
            for row in range(first, self.stop):
                if self.rows.entry_time[row] < now:
                    self.add(row, 1)


def sweep_risk_sets(
    data,
    const double[:, ::1] x,
    const double[::1] linear_predictor,
    const double[::1] risk,
    double[::1] hazard,
    double[:, ::1] mean,
    double[::1] expected,
):
    """Sum the log partial likelihood and its derivatives over all steps.

    Receives of shape (E,) the `hazard` (Breslow) and of shape (E, p) the `mean` of x at each
    step, and of shape (n,) the `expected` events of each row, its weighted risk summed.

    Returns
    -------
    tuple of float, ndarray of shape (p,), ndarray of shape (p, p)
        Log-likelihood, gradient, and the lower triangle of the sum of d mean mean', which the
        information lacks: information = x' diag(expected) x - that.
    """
    cdef Py_ssize_t stratum, p = x.shape[1], n_cells = data.cell_group.shape[0]
    cdef Rows rows = Rows(data)
    cdef AtRisk at_risk = AtRisk()
    cdef double log_likelihood = 0
    gradient, outer = np.zeros(p + 1), np.zeros((p + 1, p + 1))
    cdef double[::1] u = gradient
    cdef double[:, ::1] squares = outer
    cdef double[:, ::1] waiting = np.zeros((n_cells, p + 1))
    at_risk.rows, at_risk.x, at_risk.risk, at_risk.p = rows, x, risk, p
    at_risk.s1 = np.zeros(p + 1)
    with nogil:
        for stratum in range(rows.stratum_bounds.shape[0] - 1):
            sum_observed(rows, at_risk, stratum, hazard, mean)
            log_likelihood += add_waiting(
                rows, stratum, x, linear_predictor, risk, waiting, hazard, mean, u, squares
            )
            sum_expected(rows, stratum, risk, waiting, hazard, expected)
    return log_likelihood, gradient[:p], outer[:p, :p]


cdef void sum_observed(
    Rows rows, AtRisk at_risk, Py_ssize_t stratum, double[::1] total, double[:, ::1] mean
) noexcept nogil:
    """Write sums over those under observation to `total` and `mean`, from the last step back."""
    cdef Py_ssize_t step, j
    at_risk.begin(rows.stratum_bounds[stratum], rows.stratum_bounds[stratum + 1])
    for step in range(rows.step_bounds[stratum + 1] - 1, rows.step_bounds[stratum] - 1, -1):
        at_risk.go_back_to(rows.step_row[step])
        total[step] = at_risk.s0
        for j in range(at_risk.p):
            mean[step, j] = at_risk.s1[j]


cdef double add_waiting(
    Rows rows, Py_ssize_t stratum, const double[:, ::1] x, const double[::1] linear_predictor,
    const double[::1] risk, double[:, ::1] waiting, double[::1] hazard, double[:, ::1] mean,
    double[::1] gradient, double[:, ::1] squares,
) noexcept nogil:
    """Add those with competing events to each risk set, close it, return the log-likelihood."""
    cdef Py_ssize_t p = x.shape[1], row = rows.stratum_bounds[stratum]
    cdef Py_ssize_t first_cell = rows.cell_bounds[stratum], step, cell, j, k, n_events
    cdef double weight, total, log_likelihood = 0
    for step in range(rows.step_bounds[stratum], rows.step_bounds[stratum + 1]):
        while row < rows.step_row[step]:
            if rows.kind[row] == COMPETING:
                weight = risk[row] / rows.exit_weight[row]
                waiting[rows.cell[row], 0] += weight
                add_scaled(&waiting[rows.cell[row], 1], &x[row, 0], weight, p)
            row += 1
        total = hazard[step]
        for cell in range(first_cell, rows.cell_bounds[stratum + 1]):
            weight = rows.step_weight[rows.weight_row[step] + cell - first_cell]
            total += weight * waiting[cell, 0]
            add_scaled(&mean[step, 0], &waiting[cell, 1], weight, p)
        for j in range(p):
            mean[step, j] /= total
        n_events = 0
        k = rows.step_row[step]
        while k < rows.stratum_bounds[stratum + 1] and rows.time[k] == rows.time[rows.step_row[step]]:
            if rows.kind[k] == OF_INTEREST:
                n_events += 1
                log_likelihood += linear_predictor[k]
                add_difference(&gradient[0], &x[k, 0], &mean[step, 0], 1, 1, p)
            k += 1
        log_likelihood -= n_events * log(total)
        for j in range(p):
            add_scaled(&squares[j, 0], &mean[step, 0], n_events * mean[step, j], j + 1)
        hazard[step] = n_events / total
    return log_likelihood


cdef void sum_expected(
    Rows rows, Py_ssize_t stratum, const double[::1] risk, double[:, ::1] ahead,
    const double[::1] hazard, double[::1] expected,
) noexcept nogil:
    """Write each row's risk times the hazard that it was exposed to, with its weights."""
    cdef Py_ssize_t first_cell = rows.cell_bounds[stratum], last_cell = rows.cell_bounds[stratum + 1]
    cdef Py_ssize_t step = rows.step_bounds[stratum], row, cell, late
    cdef double seen = 0
    # seen hazard first, forwards; then what lies ahead of those with competing events
    for row in range(rows.stratum_bounds[stratum], rows.stratum_bounds[stratum + 1]):
        while step < rows.exit_step[row]:
            seen += hazard[step]
            step += 1
        expected[row] = risk[row] * seen
    if rows.delayed:
        step, seen = rows.step_bounds[stratum], 0
        for row in range(rows.stratum_bounds[stratum + 1] - 1, rows.stratum_bounds[stratum] - 1, -1):
            # entry_order runs from the last entry to the first
            late = rows.entry_order[row]
            while step < rows.entry_step[late]:
                seen += hazard[step]
                step += 1
            expected[late] -= risk[late] * seen
    # the sums of those waiting have been used: their place serves what lies ahead
    for cell in range(first_cell, last_cell):
        ahead[cell, 0] = 0
    step = rows.step_bounds[stratum + 1]
    for row in range(rows.stratum_bounds[stratum + 1] - 1, rows.stratum_bounds[stratum] - 1, -1):
        if rows.kind[row] != COMPETING:
            continue
        while step > rows.exit_step[row]:
            step -= 1
            for cell in range(first_cell, last_cell):
                ahead[cell, 0] += (
                    rows.step_weight[rows.weight_row[step] + cell - first_cell] * hazard[step]
                )
        expected[row] += risk[row] * ahead[rows.cell[row], 0] / rows.exit_weight[row]
