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

# part of the largest sum below which a difference of sums has lost four of its sixteen digits
cdef double CANCELLATION = 1e-4

cdef enum:
    CENSORED = 0
    OF_INTEREST = 1
    COMPETING = 2


cdef void add_scaled(
    double* total, const double* part, double scale, Py_ssize_t length
) noexcept nogil:
    # plain pointers: through views of one object the loop is not vectorised
    cdef Py_ssize_t j
    for j in range(length):
        total[j] += scale * part[j]


cdef void add_difference(
    double* total, const double* plus, const double* minus, double scale, double share,
    Py_ssize_t length,
) noexcept nogil:
    """Add scale (share plus - minus)."""
    cdef Py_ssize_t j
    for j in range(length):
        total[j] += scale * (share * plus[j] - minus[j])


cdef class Rows:
    """Views of the rows, steps and cells of sorted data (see FineGrayData)."""

    cdef const unsigned char[::1] kind
    cdef const double[::1] time, entry_time, exit_weight, step_weight
    cdef const Py_ssize_t[::1] entry_order, cell, stratum_bounds, cell_bounds
    cdef const Py_ssize_t[::1] step_row, step_bounds, weight_row, entry_step, exit_step
    cdef const Py_ssize_t[::1] cell_group
    cdef bint delayed

    def __init__(self, data):
        self.kind, self.time = data.kind, data.time
        self.entry_time, self.entry_order = data.entry_time, data.entry_order
        self.cell, self.stratum_bounds, self.cell_bounds = (
            data.cell, data.stratum_bounds, data.cell_bounds
        )
        self.exit_weight, self.step_weight = data.exit_weight, data.step_weight
        self.step_row, self.step_bounds, self.weight_row = (
            data.step_row, data.step_bounds, data.weight_row
        )
        self.entry_step, self.exit_step, self.cell_group = (
            data.entry_step, data.exit_step, data.cell_group
        )
        self.delayed = data.entry_time.shape[0] > 0


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


cdef class Residuals:
    """One walk through all rows by time that writes each row's influence on the score.

    With a step's hazard dH and mean, the walk keeps, all as (1, x)-like vectors of length 1 + q:

    seen[stratum]    sum of dH (1, mean) over the steps so far
    ahead[cell]      sum of W dH (1, mean) over the steps to come
    waiting[cell]    sum of risk / W(X) (1, x) over those with a competing event so far
    swing[group]     q(u): change of the score when the weights ahead change by one part
    censoring[group] sum of swing dN / Y^2 over censoring times so far
    entering[group]  sum of swing dE / Y^2 over entry times so far
    """

    cdef Rows rows
    cdef const double[:, ::1] x, mean
    cdef const double[::1] risk, hazard
    cdef double[:, ::1] residuals, seen, ahead, waiting, swing, censoring, entering
    cdef Py_ssize_t[::1] n_observed, n_now, row_stratum
    cdef Py_ssize_t q

    cdef void write_exposure(self, Py_ssize_t row, double sign) noexcept nogil:
        """Add sign times risk times (x less mean) over the hazard seen so far."""
        cdef Py_ssize_t stratum = self.row_stratum[row]
        add_difference(
            &self.residuals[row, 0], &self.x[row, 0], &self.seen[stratum, 1],
            sign * self.risk[row], self.seen[stratum, 0], self.q,
        )

    cdef void add_to(self, Py_ssize_t row, const double* part, double scale) noexcept nogil:
        add_scaled(&self.residuals[row, 0], part, scale, self.q)

    cdef void prepare(self) noexcept nogil:
        """Sum the steps to come, all of them."""
        cdef Py_ssize_t stratum, step, cell
        cdef double weight
        for stratum in range(self.rows.stratum_bounds.shape[0] - 1):
            for step in range(self.rows.step_bounds[stratum], self.rows.step_bounds[stratum + 1]):
                for cell in range(self.rows.cell_bounds[stratum], self.rows.cell_bounds[stratum + 1]):
                    weight = self.weigh_step(stratum, step, cell)
                    self.ahead[cell, 0] += weight
                    add_scaled(&self.ahead[cell, 1], &self.mean[step, 0], weight, self.q)

    cdef double weigh_step(self, Py_ssize_t stratum, Py_ssize_t step, Py_ssize_t cell) noexcept nogil:
        return self.hazard[step] * self.rows.step_weight[
            self.rows.weight_row[step] + cell - self.rows.cell_bounds[stratum]
        ]

    cdef void enter(self, const Py_ssize_t[::1] order, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
        """Let the rows order[first:end], which enter at one time, come under observation."""
        cdef Py_ssize_t i, row, group
        for i in range(first, end):
            row = order[i]
            group = self.rows.cell_group[self.rows.cell[row]]
            self.n_observed[group] += 1
            self.n_now[group] += 1
            self.write_exposure(row, 1)
            self.add_to(row, &self.censoring[group, 0], 1)
            self.add_to(row, &self.entering[group, 0], -1)
        for i in range(first, end):
            row = order[i]
            group = self.rows.cell_group[self.rows.cell[row]]
            self.add_to(row, &self.swing[group, 0], -1.0 / self.n_observed[group])
            self.close_group(self.entering, group)

    cdef void close_group(self, double[:, ::1] sums, Py_ssize_t group) noexcept nogil:
        """Add swing n_now / n_observed^2 once to `sums` and start counting anew."""
        cdef double scale
        if not self.n_now[group]:
            return
        scale = <double>self.n_now[group] / self.n_observed[group] / self.n_observed[group]
        add_scaled(&sums[group, 0], &self.swing[group, 0], scale, self.q)
        self.n_now[group] = 0

    cdef void pass_time(self, const Py_ssize_t[::1] order, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
        """Pass the rows order[first:end], whose follow-up ends at one time."""
        cdef Py_ssize_t i, row, group
        self.see_events(order, first, end)
        for i in range(first, end):
            row = order[i]
            if self.rows.kind[row] == CENSORED:
                group = self.rows.cell_group[self.rows.cell[row]]
                self.n_now[group] += 1
                self.add_to(row, &self.swing[group, 0], 1.0 / self.n_observed[group])
        for i in range(first, end):
            row = order[i]
            if self.rows.kind[row] == CENSORED:
                self.close_group(self.censoring, self.rows.cell_group[self.rows.cell[row]])
        self.leave_steps(order, first, end)
        for i in range(first, end):
            row = order[i]
            group = self.rows.cell_group[self.rows.cell[row]]
            self.write_exposure(row, -1)
            self.add_to(row, &self.censoring[group, 0], -1)
            self.add_to(row, &self.entering[group, 0], 1)
            self.n_observed[group] -= 1
            if self.rows.kind[row] == COMPETING:
                self.begin_waiting(row, group)

    cdef bint is_first_of_step(self, Py_ssize_t row) noexcept nogil:
        """Tell whether this row is the one that stands for a step."""
        cdef Py_ssize_t step = self.rows.exit_step[row] - 1
        return step >= self.rows.step_bounds[self.row_stratum[row]] and self.rows.step_row[step] == row

    cdef void see_events(self, const Py_ssize_t[::1] order, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
        cdef Py_ssize_t i, row, step, stratum
        for i in range(first, end):
            row = order[i]
            step, stratum = self.rows.exit_step[row] - 1, self.row_stratum[row]
            if self.is_first_of_step(row):
                self.seen[stratum, 0] += self.hazard[step]
                add_scaled(
                    &self.seen[stratum, 1], &self.mean[step, 0], self.hazard[step], self.q
                )
            if self.rows.kind[row] == OF_INTEREST:
                add_difference(
                    &self.residuals[row, 0], &self.x[row, 0], &self.mean[step, 0], 1, 1, self.q
                )

    cdef void leave_steps(self, const Py_ssize_t[::1] order, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
        """Take the steps at this time out of what lies ahead."""
        cdef Py_ssize_t i, row, step, cell, group, stratum
        cdef double weight
        for i in range(first, end):
            row = order[i]
            if not self.is_first_of_step(row):
                continue
            step, stratum = self.rows.exit_step[row] - 1, self.row_stratum[row]
            for cell in range(self.rows.cell_bounds[stratum], self.rows.cell_bounds[stratum + 1]):
                weight = self.weigh_step(stratum, step, cell)
                group = self.rows.cell_group[cell]
                self.ahead[cell, 0] -= weight
                add_scaled(&self.ahead[cell, 1], &self.mean[step, 0], -weight, self.q)
                add_difference(
                    &self.swing[group, 0], &self.mean[step, 0], &self.waiting[cell, 1],
                    weight, self.waiting[cell, 0], self.q,
                )

    cdef void begin_waiting(self, Py_ssize_t row, Py_ssize_t group) noexcept nogil:
        """Keep a row with a competing event in the risk sets to come."""
        cdef Py_ssize_t cell = self.rows.cell[row]
        cdef double weight = self.risk[row] / self.rows.exit_weight[row]
        cdef double share = self.ahead[cell, 0]
        cdef const double* x = &self.x[row, 0]
        cdef const double* ahead = &self.ahead[cell, 1]
        self.waiting[cell, 0] += weight
        add_scaled(&self.waiting[cell, 1], x, weight, self.q)
        add_difference(&self.residuals[row, 0], x, ahead, -weight, share, self.q)
        add_difference(&self.swing[group, 0], x, ahead, weight, share, self.q)


def find_residuals(
    data,
    const double[:, ::1] x,
    const double[::1] risk,
    const double[::1] hazard,
    const double[:, ::1] mean,
    const Py_ssize_t[::1] time_order,
    const Py_ssize_t[::1] entry_order,
    bint known_weights,
):
    """Return each row's influence on the sum of (x - mean) over events, shape (n, q).

    `time_order` and `entry_order` list all rows by ascending time and entry time, whatever the
    stratum; the latter is empty without delayed entry. With `known_weights` the weights count
    as known, otherwise as estimated from these rows.
    """
    cdef Py_ssize_t n = x.shape[0], q = x.shape[1], first = 0, end, entered = 0, last
    cdef Py_ssize_t n_cells = data.cell_group.shape[0]
    n_groups = int(np.max(data.cell_group)) + 1
    cdef Residuals walk = Residuals()
    result = np.zeros((n, q))
    walk.rows, walk.x, walk.mean, walk.risk, walk.hazard = Rows(data), x, mean, risk, hazard
    walk.q, walk.residuals = q, result
    walk.row_stratum = np.repeat(
        np.arange(len(data.stratum_bounds) - 1), np.diff(data.stratum_bounds)
    )
    walk.seen = np.zeros((len(data.stratum_bounds) - 1, q + 1))
    walk.ahead, walk.waiting = np.zeros((n_cells, q + 1)), np.zeros((n_cells, q + 1))
    walk.swing, walk.censoring, walk.entering = (np.zeros((n_groups, q + 1)) for _ in range(3))
    walk.n_now = np.zeros(n_groups, dtype=np.intp)
    walk.n_observed = np.zeros(n_groups, dtype=np.intp)
    cdef bint delayed = entry_order.shape[0] > 0
    if not delayed:
        walk.n_observed = np.bincount(
            np.asarray(data.cell_group)[data.cell], minlength=n_groups
        ).astype(np.intp)
    with nogil:
        walk.prepare()
        while first < n:
            while delayed and entered < n and (
                walk.rows.entry_time[entry_order[entered]] < walk.rows.time[time_order[first]]
            ):
                last = entered
                while last < n and (
                    walk.rows.entry_time[entry_order[last]]
                    == walk.rows.entry_time[entry_order[entered]]
                ):
                    last += 1
                walk.enter(entry_order, entered, last)
                entered = last
            end = first
            while end < n and walk.rows.time[time_order[end]] == walk.rows.time[time_order[first]]:
                end += 1
            walk.pass_time(time_order, first, end)
            first = end
            if known_weights:
                walk.swing[:, :] = 0
    return result
