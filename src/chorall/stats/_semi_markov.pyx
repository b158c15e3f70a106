# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Occupancy of states in which time counts from entry, for many rows of hazard ratios.

States are numbered such that none is entered from a later one; the last number is the end, which
nobody leaves. A row is followed from the first state through all later ones: what flows into a
state in each interval is convolved with how the state is left after its entry.
"""

import numpy as np

from libc.string cimport memset

cdef extern from "_semi_markov.h" nogil:
    void convolve(const double* coming, const double* leaving, double* found, Py_ssize_t n)
    void survive(const double* total, double* stays, Py_ssize_t n)
    void add_scaled(double ratio, const double* hazard, double* total, Py_ssize_t n)
    void share_out(const double* total, const double* stays, double* share, Py_ssize_t n)
    void leave(
        double ratio, const double* increase, const double* share, double* leaving, Py_ssize_t n
    )
    int BEFORE
    void halve(double* leaving, Py_ssize_t n)


cdef class Course:
    """Hazards of k transitions between s states over g intervals, and room for one row."""

    cdef Py_ssize_t k, s, g, fine, start, move_from, move_at, move_first, move
    cdef const long long[::1] origin, target, month_end
    cdef const double[:, ::1] hazard, ahead, increase, increase_ahead
    cdef double[:, :] leaving
    cdef double[:, ::1] first, flow, free, gone, stays
    cdef double[::1] total, chance, share, way

    def __init__(self, origin, target, hazard, ahead, month_end, states, start, move):
        """Take the hazards; `move` is (state, transition, interval, interval of the first)."""
        self.origin, self.target, self.month_end = origin, target, month_end
        self.hazard, self.ahead = hazard, ahead
        self.increase = np.ascontiguousarray(np.diff(hazard, axis=1))
        self.increase_ahead = np.ascontiguousarray(np.diff(ahead, axis=1))
        self.k, self.s, self.g = len(origin), states, hazard.shape[1] - 1
        self.fine, self.start = ahead.shape[1] - 1, start
        self.move_from, self.move, self.move_at, self.move_first = move
        # a row more than needed, so that a chain without transitions has room too
        self.leaving = np.zeros((self.k + 1, BEFORE + self.g))[:, BEFORE:]
        self.first, self.gone = np.zeros((2, self.k + 1, self.g))
        self.flow, self.free = np.zeros((2, self.s + 1, self.g))
        self.stays = np.zeros((self.s, self.g + 1))
        self.total, self.chance, self.share, self.way = np.zeros((4, self.fine + self.g + 1))

    cdef void add_up(
        self, const double* ratio, const double[:, ::1] hazard, Py_ssize_t state, Py_ssize_t n
    ) noexcept nogil:
        """Fill total hazard, the chance to stay, and the share of who leaves, of one state."""
        cdef Py_ssize_t t
        memset(&self.total[0], 0, (n + 1) * sizeof(double))
        for t in range(self.k):
            if self.origin[t] == state:
                add_scaled(ratio[t], &hazard[t, 0], &self.total[0], n + 1)
        survive(&self.total[0], &self.chance[0], n + 1)
        share_out(&self.total[0], &self.chance[0], &self.share[0], n)

    cdef void leave_first(self, const double* ratio) noexcept nogil:
        """Fill `first` and the stays of the first state, from fine intervals into whole ones."""
        cdef Py_ssize_t i, j, t, begin, end
        cdef double sum
        cdef double* way = &self.way[0]
        cdef double* first
        self.add_up(ratio, self.ahead, self.start, self.fine)
        for i in range(self.g + 1):
            self.stays[self.start, i] = self.chance[self.month_end[i]]
        for t in range(self.k):
            if self.origin[t] != self.start:
                continue
            leave(ratio[t], &self.increase_ahead[t, 0], &self.share[0], way, self.fine)
            first = &self.first[t, 0]
            for i in range(self.g):
                sum, begin, end = 0, self.month_end[i], self.month_end[i + 1]
                for j in range(begin, end):
                    sum += way[j]
                first[i] = sum
        if self.start == self.move_from:
            self.move_all(self.first, &self.stays[self.start, 0], self.move_first)

    cdef void move_all(
        self, double[:, :] goes, double* stays, Py_ssize_t interval
    ) noexcept nogil:
        """Move everybody at the end of an interval along one transition, nobody later."""
        cdef Py_ssize_t i, t
        memset(&goes[self.move, 0], 0, self.g * sizeof(double))
        if interval > self.g:
            return
        goes[self.move, interval - 1] = stays[interval]
        for t in range(self.k):
            if self.origin[t] == self.move_from and t != self.move:
                for i in range(interval, self.g):
                    goes[t, i] = 0
        for i in range(interval, self.g + 1):
            stays[i] = 0

    cdef void leave_later(self, const double* ratio, Py_ssize_t state) noexcept nogil:
        """Fill `leaving` of a state: who enters does so in the middle of an interval on average."""
        cdef Py_ssize_t t
        self.add_up(ratio, self.hazard, state, self.g)
        for t in range(self.k):
            if self.origin[t] == state:
                leave(
                    ratio[t], &self.increase[t, 0], &self.share[0], &self.leaving[t, 0], self.g
                )
        if state == self.move_from:
            self.move_all(self.leaving, &self.chance[0], self.move_at)
        for t in range(self.k):
            if self.origin[t] == state:
                halve(&self.leaving[t, 0], self.g)

    cdef void pass_through(self, Py_ssize_t state, double[:, ::1] flow) noexcept nogil:
        """Let what flows into a state flow on; `gone` keeps who went where."""
        cdef Py_ssize_t t
        for t in range(self.k):
            if self.origin[t] == state:
                memset(&self.gone[t, 0], 0, self.g * sizeof(double))
                convolve(&flow[state, 0], &self.leaving[t, 0], &self.gone[t, 0], self.g)
                add_scaled(1, &self.gone[t, 0], &flow[self.target[t], 0], self.g)

    cdef void count_stays(self, Py_ssize_t state, double[:, ::1] flow) noexcept nogil:
        """Fill who is in a state: who came and has not gone."""
        cdef Py_ssize_t i, t
        cdef double here = 0
        cdef double* net = &self.way[0]
        cdef double* stays = &self.stays[state, 0]
        memset(net, 0, self.g * sizeof(double))
        add_scaled(1, &flow[state, 0], net, self.g)
        for t in range(self.k):
            if self.origin[t] == state:
                add_scaled(-1, &self.gone[t, 0], net, self.g)
        stays[0] = 0
        for i in range(self.g):
            here += net[i]
            stays[i + 1] = here if here > 0 else 0

    cdef void begin(self, double[:, ::1] flow) noexcept nogil:
        """Let the first state flow on."""
        cdef Py_ssize_t t
        memset(&flow[0, 0], 0, (self.s + 1) * self.g * sizeof(double))
        for t in range(self.k):
            if self.origin[t] == self.start:
                add_scaled(1, &self.first[t, 0], &flow[self.target[t], 0], self.g)

    cdef bint is_entered(self, Py_ssize_t state, double[:, ::1] flow) noexcept nogil:
        cdef Py_ssize_t i
        cdef double* own = &flow[state, 0]
        for i in range(self.g):
            if own[i] != 0:
                return True
        return False

    cdef void count_ends(self, Py_ssize_t state) noexcept nogil:
        """Fill `way` with who came to the end from a state within each interval."""
        cdef Py_ssize_t t
        memset(&self.way[0], 0, self.g * sizeof(double))
        for t in range(self.k):
            if self.origin[t] == state and self.target[t] == self.s:
                if state == self.start:
                    add_scaled(1, &self.first[t, 0], &self.way[0], self.g)
                else:
                    add_scaled(1, &self.gone[t, 0], &self.way[0], self.g)


cdef void read_state(
    Course course, Py_ssize_t state, const long long[::1] at, double* present, double* entered,
    double* ended, double* mean, double* mean_ended,
) noexcept nogil:
    """Read one state of one row: what is asked, and the sums over rows."""
    cdef Py_ssize_t i, m = 0, n_at = at.shape[0]
    cdef double come = 0, over = 0
    cdef double* stays = &course.stays[state, 0]
    cdef double* flow = &course.flow[state, 0]
    cdef double* way = &course.way[0]
    course.count_ends(state)
    add_scaled(1, stays, mean, course.g + 1)
    if n_at and at[0] == 0:
        present[0] = stays[0]
        m = 1
    for i in range(course.g):
        come += flow[i]
        over += way[i]
        mean_ended[i + 1] += over
        if m < n_at and at[m] == i + 1:
            present[m], entered[m], ended[m] = stays[i + 1], come, over
            m += 1


def follow_rows(
    Course course,
    const double[:, ::1] ratio,
    Py_ssize_t barred,
    Py_ssize_t last_free,
    const long long[::1] at,
    double[:, :, ::1] present,
    double[:, :, ::1] entered,
    double[:, :, ::1] ended,
    double[:, :, ::1] free,
    double[:, :, ::1] mean,
):
    """Follow every row; fill what is asked, shape (rows, states, times), and sums over rows.

    `free` counts who never went through the state `barred`, up to the state `last_free`; -1 skips
    it. `mean` holds at [0] the sum over rows of who is present, at [1] of who ended from a state.
    """
    cdef Py_ssize_t row, state, m, first = course.start
    cdef Py_ssize_t n = ratio.shape[0], n_at = at.shape[0]
    cdef const double* own
    with nogil:
        for row in range(n):
            own = &ratio[row, 0]
            course.leave_first(own)
            course.begin(course.flow)
            for state in range(first, course.s):
                if state > first:
                    if not course.is_entered(state, course.flow):
                        continue
                    course.leave_later(own, state)
                    course.pass_through(state, course.flow)
                    course.count_stays(state, course.flow)
                read_state(
                    course, state, at, &present[row, state, 0], &entered[row, state, 0],
                    &ended[row, state, 0], &mean[0, state, 0], &mean[1, state, 0],
                )
            if last_free < 0:
                continue
            course.begin(course.free)
            memset(&course.free[barred, 0], 0, course.g * sizeof(double))
            for m in range(n_at):
                free[row, first, m] = course.stays[first, at[m]]
            for state in range(first + 1, last_free + 1):
                if state == barred or not course.is_entered(state, course.free):
                    continue
                course.pass_through(state, course.free)
                course.count_stays(state, course.free)
                for m in range(n_at):
                    free[row, state, m] = course.stays[state, at[m]]
