# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What each row of a Fine-Gray model contributes to its score, in one walk through time."""

import numpy as np

from chorall.stats._fine_gray_rows cimport (
    CENSORED, COMPETING, OF_INTEREST, Rows, add_difference, add_scaled,
)


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
