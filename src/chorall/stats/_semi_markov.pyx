# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Occupancy of states in which time counts from entry, for many rows of hazard ratios.

States are numbered such that none is entered from a later one; the last number is the end, which
nobody leaves. Rows are followed LANES at a time from the first state through all later ones: what
flows into a state in each interval is convolved with how the state is left after its entry. Who
came to the end is counted at the times asked only, unless means after every interval are wanted.
"""

import numpy as np

cdef extern from "_semi_markov.h" nogil:
    int LANES, BLOCK
    void convolve(
        const double* coming, const double* leaving, double* found, Py_ssize_t n
    )
    void convolve_few(
        const double* coming, const double* leaving, const long long* after, Py_ssize_t count,
        double* found, Py_ssize_t n
    )
    void fill(double value, double* wide, Py_ssize_t n)
    void sum_until(const double* coming, const double* kernel, double* sum, Py_ssize_t n)
    void store(const double* wide, double* place)
    void sum_first(const double* wide, double* sum, Py_ssize_t n)
    void survive(const double* total, double* stays, Py_ssize_t n)
    void add_scaled(const double* ratio, const double* hazard, double* total, Py_ssize_t n)
    void share_out(const double* total, const double* stays, double* share, Py_ssize_t n)
    void leave(
        const double* ratio, const double* increase, const double* share, double* leaving,
        Py_ssize_t n
    )
    void read_ends(const double* wide, const long long* ends, double* found, Py_ssize_t n)
    void multiply(const double* part, double* wide, Py_ssize_t n)
    void hold(double* wide, Py_ssize_t n)
    void weigh_judged(const double* chance, double* weight, double* there)
    void wait_judged(
        const double* failure, const double* success, const double* chance, const double* weight,
        const double* there, double* waits, Py_ssize_t n
    )
    void leave_judged(
        const double* weight, const double* judged, const double* stays, double* leaving,
        Py_ssize_t n
    )
    void share_waiting(const double* waits, double* share, Py_ssize_t n)
    void add_all(const double* wide, double sign, double* sums, Py_ssize_t n)
    void add_months(const double* wide, const long long* ends, double* sums, Py_ssize_t n)
    void leave_after(
        const double* ratio, const double* increase, const double* share, const long long* when,
        Py_ssize_t count, double* leaving, Py_ssize_t n
    )
    void stay_after(
        const double* chance, const long long* when, Py_ssize_t count, double* stays, Py_ssize_t n
    )
    void run_up(const double* wide, double* sums, Py_ssize_t n)
    void leave_at(
        const double* left, double* leaving, double* stays, Py_ssize_t interval, Py_ssize_t n
    )
    void add_running(const double* wide, const double* kept, double* sums, Py_ssize_t n)


N_LANES = LANES
"""Rows that are followed at once."""


def make_room(*shape):
    """Return zeros that begin where a line of the cache does, with LANES last."""
    size = int(np.prod(shape)) * LANES
    room = np.zeros(size + LANES)
    skipped = -room.ctypes.data % (8 * LANES) // 8
    return room[skipped : skipped + size].reshape(*shape, LANES)


def find_times(hazard):
    """Return the intervals in which any of some cumulative hazards rises, and these without others.

    Hazards have the shape (k, times + 1) for that many times, and start at 0.
    """
    times = np.flatnonzero((np.diff(hazard, axis=1) > 0).any(axis=0))
    reduced = np.zeros((len(hazard), len(times) + 1))
    reduced[:, 1:] = hazard[:, times + 1]
    return times, reduced


def find_coming(origin, target, start, first, after, states):
    """Return for each of states + 1 in which intervals anybody may come into it, shape (.., g).

    Of shape (k, g) are `first`, in which intervals the first state may be left by a transition, and
    `after`, after how many intervals any other one may be.
    """
    g = after.shape[1]
    coming = np.zeros((states + 1, g), bool)
    for t in np.argsort(origin, kind="stable"):
        if origin[t] == start:
            coming[target[t]] |= first[t]
        elif origin[t] > start:
            ways = np.convolve(coming[origin[t]].astype(float), after[t].astype(float))
            coming[target[t]] |= ways[:g] > 0.5
    return coming


def list_places(flags):
    """Return the places of what is true in each row, the first ones of it, and their numbers."""
    places, counts = np.zeros(flags.shape, np.int64), flags.sum(axis=1, dtype=np.int64)
    for row, own in enumerate(flags):
        places[row, : counts[row]] = np.flatnonzero(own)
    return places, counts


def find_spans(increase, racing):
    """Return where some hazards begin and end to rise, each of them and at last some together.

    `increase` has the shape (k, times), `racing` lists some of the k. One that never rises: 0, 0.
    """
    rises = np.asarray(increase) > 0
    rises = np.vstack([rises, rises[racing].any(axis=0)])
    places = [np.flatnonzero(own) for own in rises]
    spans = [(own.min(), own.max() + 1) if len(own) else (0, 0) for own in places]
    return np.array(spans, np.int64).T.copy()


cdef enum:
    FEW = 4  # a part of this size of all intervals is few: each of them costs more than one of all


cdef class Course:
    """Hazards of k transitions between s states over g intervals, and room for LANES rows."""

    cdef Py_ssize_t k, s, g, fine, start, move_from, move_at, move_first, move, failure, success
    cdef const long long[::1] origin, target, month_end, n_when, n_after, n_came, rise, risen
    cdef const long long[:, ::1] when, after, came
    cdef const double[:, ::1] hazard, ahead, increase, increase_ahead
    cdef const double[::1] judgement
    cdef double[:, ::1] ratio, total, chance, share, remain, way, found, kept
    cdef double[:, ::1] to_failure, to_success, waits, behind, end, weight, there
    cdef double[:, :, ::1] leaving, first, gone, flow, free, stays, ended

    def __init__(self, origin, target, hazard, ahead, month_end, states, start, move, judgement):
        """Take the hazards; `move` is (state, transition, interval, interval of the first).

        `judgement` is None or a `Judgement`.
        """
        self.origin, self.target, self.month_end = origin, target, month_end
        self.k, self.s, self.g = len(origin), states, hazard.shape[1] - 1
        self.start, (self.move_from, self.move, self.move_at, self.move_first) = start, move
        self.take_times(np.where(origin[:, None] == start, 0, hazard))
        self.take_places(hazard, ahead, month_end)
        days, self.ahead = find_times(np.where(origin[:, None] == start, ahead, 0))
        self.increase_ahead = np.ascontiguousarray(np.diff(self.ahead, axis=1))
        self.month_end, self.fine = np.searchsorted(days, month_end), len(days)
        times = self.g + BLOCK
        # a row more than needed, so that a chain without transitions has room too
        self.leaving, self.first, self.gone = (make_room(self.k + 1, times) for _ in range(3))
        self.flow, self.free = make_room(self.s + 1, times), make_room(self.s + 1, times)
        self.stays, self.ended = make_room(self.s, times), make_room(self.s, times)
        self.ratio, self.remain = make_room(self.k + 1), make_room(times)
        self.way = make_room(times)
        self.total, self.chance, self.share = (make_room(self.fine + times) for _ in range(3))
        self.found, self.kept = make_room(1), make_room(1)
        self.take_judgement(judgement)

    def take_judgement(self, judgement):
        """Keep which ways out of the first state are judged, and what lies behind and ahead.

        `rise` and `risen` have the span of intervals in which each way's hazard rises from now on,
        and at last that of all that race.
        """
        self.failure = self.success = -1
        self.judgement = np.zeros(3)
        if judgement is not None:
            self.failure, self.success = judgement[:2]
            behind, behind_success, to_come = judgement[2:]
            self.judgement = np.array([behind, to_come, behind_success])
        self.rise, self.risen = find_spans(
            self.increase_ahead, [t for t in range(self.k) if not self.is_judged(t)]
        )
        times = self.fine + 1
        self.to_failure, self.to_success, self.waits = (make_room(times) for _ in range(3))
        self.behind, self.end, self.weight = make_room(3), make_room(3), make_room(2)
        self.there = make_room(1)

    def take_times(self, hazard):
        """Keep of each state the intervals in which it can be left: nothing happens in others."""
        room = np.zeros((2, self.k, self.g + 1))
        when, counts = np.zeros((self.s, self.g + 1), np.int64), np.zeros(self.s, np.int64)
        for state in range(self.s):
            own = np.flatnonzero(np.asarray(self.origin) == state)
            times, reduced = find_times(hazard[own])
            counts[state], when[state, : len(times)] = len(times), times
            room[0, own, : len(times) + 1] = reduced
            room[1, own, : len(times)] = np.diff(reduced, axis=1)
        self.when, self.n_when, self.hazard, self.increase = when, counts, room[0], room[1]

    def take_places(self, hazard, ahead, month_end):
        """List after how many intervals a state may be left, and in which one may be entered."""
        leaves = np.zeros((self.k, self.g + 1), bool)
        leaves[:, :-1] = np.diff(hazard, axis=1) > 0
        first = np.diff(ahead[:, month_end], axis=1) > 0
        if self.move >= 0:
            leaves[self.move] = np.arange(self.g + 1) == self.move_at - 1
            first[self.move] = np.arange(self.g) == self.move_first - 1
        # half of who entered within an interval, in its middle on average, leaves in the next
        leaves[:, 1:] |= leaves[:, :-1].copy()
        after = np.ascontiguousarray(leaves[:, : self.g])
        coming = find_coming(self.origin, self.target, self.start, first, after, self.s)
        self.after, self.n_after = list_places(after)
        self.came, self.n_came = list_places(coming)

    cdef void take(self, const double[:, ::1] ratio, Py_ssize_t row) noexcept nogil:
        """Take LANES rows; where there are fewer, the last one fills the other lanes."""
        cdef Py_ssize_t lane, t, last = ratio.shape[0] - 1
        for lane in range(LANES):
            self.kept[0, lane] = row + lane <= last
            for t in range(self.k):
                self.ratio[t, lane] = ratio[min(row + lane, last), t]

    cdef bint is_judged(self, Py_ssize_t t) noexcept nogil:
        """Return whether a transition is one of those that a judgement separates."""
        return t == self.failure or t == self.success

    cdef void sum_racing(
        self, const double[:, ::1] hazard, Py_ssize_t state, Py_ssize_t n
    ) noexcept nogil:
        """Fill the total hazard of the ways out of a state that race."""
        cdef Py_ssize_t t
        fill(0, &self.total[0, 0], n + 1)
        for t in range(self.k):
            if self.origin[t] == state and not self.is_judged(t):
                add_scaled(&self.ratio[t, 0], &hazard[t, 0], &self.total[0, 0], n + 1)

    cdef void add_up(
        self, const double[:, ::1] hazard, Py_ssize_t state, Py_ssize_t n
    ) noexcept nogil:
        """Fill total hazard, the chance to stay, and the share of who leaves, of one state."""
        self.sum_racing(hazard, state, n)
        survive(&self.total[0, 0], &self.chance[0, 0], n + 1)
        share_out(&self.total[0, 0], &self.chance[0, 0], &self.share[0, 0], n)

    cdef void leave_first(self) noexcept nogil:
        """Fill `first` and who remains in the first state, from fine intervals into whole ones."""
        cdef Py_ssize_t t
        self.race_first()
        if self.failure >= 0:
            self.judge()
        for t in range(self.k):
            if self.origin[t] == self.start and not self.is_judged(t):
                leave(
                    &self.ratio[t, 0], &self.increase_ahead[t, 0], &self.share[0, 0],
                    &self.total[0, 0], self.fine,
                )
                add_months(&self.total[0, 0], &self.month_end[0], &self.first[t, 0, 0], self.g)
        read_ends(&self.chance[0, 0], &self.month_end[0], &self.remain[0, 0], self.g + 1)
        if self.start == self.move_from and self.move_first <= self.g:
            self.move_first_on()

    cdef void judge(self) noexcept nogil:
        """Fill `first` of failure and of success, and who waits; others leave while they wait.

        Who is going to fail follows from its hazard to the end, when others succeed from theirs.
        """
        cdef Py_ssize_t i, way, lane
        for i in range(3):
            way = self.success if i == 2 else self.failure
            for lane in range(LANES):
                self.behind[i, lane] = self.ratio[way, lane] * self.judgement[i]
        survive(&self.behind[0, 0], &self.end[0, 0], 3)
        weigh_judged(&self.end[0, 0], &self.weight[0, 0], &self.there[0, 0])
        self.outlast_alone(self.failure, self.to_failure)
        self.outlast_alone(self.success, self.to_success)
        wait_judged(
            &self.to_failure[0, 0], &self.to_success[0, 0], &self.end[0, 0], &self.weight[0, 0],
            &self.there[0, 0], &self.waits[0, 0], self.fine + 1,
        )
        share_waiting(
            &self.waits[self.rise[self.k], 0], &self.share[self.rise[self.k], 0],
            self.risen[self.k] - self.rise[self.k],
        )
        self.go_judged(self.failure, &self.weight[0, 0], self.to_failure)
        self.go_judged(self.success, &self.weight[1, 0], self.to_success)
        multiply(&self.waits[0, 0], &self.chance[0, 0], self.fine + 1)

    cdef void outlast_alone(self, Py_ssize_t way, double[:, ::1] chance) noexcept nogil:
        """Fill the chance not to have gone one way from now on, were there no other."""
        cdef Py_ssize_t first = self.rise[way], n = self.risen[way] - first + 1
        fill(0, &self.total[first, 0], n)
        add_scaled(&self.ratio[way, 0], &self.ahead[way, first], &self.total[first, 0], n)
        self.outlast(way, chance)

    cdef void outlast(self, Py_ssize_t way, double[:, ::1] chance) noexcept nogil:
        """Fill the chance to outlast a total from now on that rises while that of a way does."""
        cdef Py_ssize_t first = self.rise[way], end = self.risen[way]
        fill(1, &chance[0, 0], first + 1)
        survive(&self.total[first + 1, 0], &chance[first + 1, 0], end - first)
        hold(&chance[end, 0], self.fine + 1 - end)

    cdef void race_first(self) noexcept nogil:
        """The same as `add_up` of the first state, from now on."""
        cdef Py_ssize_t first = self.rise[self.k], end = self.risen[self.k]
        self.sum_racing(self.ahead, self.start, self.fine)
        self.outlast(self.k, self.chance)
        fill(0, &self.share[0, 0], self.fine)
        share_out(
            &self.total[first, 0], &self.chance[first, 0], &self.share[first, 0], end - first
        )

    cdef void go_judged(
        self, Py_ssize_t way, const double* weight, double[:, ::1] judged
    ) noexcept nogil:
        """Fill `first` of one of the ways that are judged."""
        leave_judged(weight, &judged[0, 0], &self.chance[0, 0], &self.total[0, 0], self.fine)
        add_months(&self.total[0, 0], &self.month_end[0], &self.first[way, 0, 0], self.g)

    cdef void move_first_on(self) noexcept nogil:
        """Move all who are still in the first state after an interval, nobody earlier or later."""
        cdef Py_ssize_t t, lane, at = self.move_first
        for lane in range(LANES):
            self.first[self.move, at - 1, lane] = self.remain[at, lane]
        for t in range(self.k):
            if self.origin[t] == self.start:
                fill(0, &self.first[t, at, 0], self.g - at)
        fill(0, &self.remain[at, 0], self.g + 1 - at)

    cdef void leave_later(self, Py_ssize_t state) noexcept nogil:
        """Fill `leaving` of a state, who stays and who has ended after each number of intervals."""
        cdef Py_ssize_t t, count = self.n_when[state], n_early = 0
        cdef const long long* when = &self.when[state, 0]
        cdef bint is_moved = state == self.move_from and self.move_at <= self.g
        self.add_up(self.hazard, state, count)
        stay_after(&self.chance[0, 0], when, count, &self.stays[state, 0, 0], self.g)
        if is_moved:
            while n_early < count and when[n_early] < self.move_at:
                n_early += 1
            count = n_early
        for t in range(self.k):
            if self.origin[t] == state:
                leave_after(
                    &self.ratio[t, 0], &self.increase[t, 0], &self.share[0, 0], when, count,
                    &self.leaving[t, 0, 0], self.g,
                )
                if self.target[t] == self.s:
                    run_up(&self.leaving[t, 0, 0], &self.ended[state, 0, 0], self.g)
        if is_moved:
            leave_at(
                &self.chance[n_early, 0], &self.leaving[self.move, 0, 0],
                &self.stays[state, 0, 0], self.move_at, self.g,
            )

    cdef void convolve_way(
        self, Py_ssize_t t, const double* coming, double* found
    ) noexcept nogil:
        """Add to `found` who leaves one way of those who came."""
        cdef const double* leaving = &self.leaving[t, 0, 0]
        cdef Py_ssize_t state = self.origin[t], n_after = self.n_after[t]
        if min(n_after, self.n_came[state]) * FEW >= self.g:
            convolve(coming, leaving, found, self.g)
        elif n_after <= self.n_came[state]:
            convolve_few(coming, leaving, &self.after[t, 0], n_after, found, self.g)
        else:
            convolve_few(leaving, coming, &self.came[state, 0], self.n_came[state], found, self.g)

    cdef void pass_on(
        self, Py_ssize_t state, Py_ssize_t last, double[:, :, ::1] flow
    ) noexcept nogil:
        """Let what flows into a state flow on, to states up to a last one."""
        cdef Py_ssize_t t
        for t in range(self.k):
            if self.origin[t] == state and self.target[t] <= last:
                self.convolve_way(t, &flow[state, 0, 0], &flow[self.target[t], 0, 0])

    cdef void pass_on_apart(self, Py_ssize_t state) noexcept nogil:
        """The same to all states; `gone` keeps who went where."""
        cdef Py_ssize_t t
        for t in range(self.k):
            if self.origin[t] == state:
                fill(0, &self.gone[t, 0, 0], self.g)
                self.convolve_way(t, &self.flow[state, 0, 0], &self.gone[t, 0, 0])
                add_all(&self.gone[t, 0, 0], 1, &self.flow[self.target[t], 0, 0], self.g)

    cdef void begin(self, double[:, :, ::1] flow) noexcept nogil:
        """Let the first state flow on."""
        cdef Py_ssize_t t
        fill(0, &flow[0, 0, 0], (self.s + 1) * flow.shape[1])
        for t in range(self.k):
            if self.origin[t] == self.start:
                add_all(&self.first[t, 0, 0], 1, &flow[self.target[t], 0, 0], self.g)

    cdef void find_present(
        self, Py_ssize_t state, double[:, :, ::1] flow, Py_ssize_t at
    ) noexcept nogil:
        """Fill `found` with who is in a state: of the first one its chance to stay."""
        cdef Py_ssize_t lane
        if state != self.start:
            sum_until(&flow[state, 0, 0], &self.stays[state, 0, 0], &self.found[0, 0], at)
            return
        for lane in range(LANES):
            self.found[0, lane] = self.remain[at, lane]

    cdef void find_ended(self, Py_ssize_t state, Py_ssize_t at) noexcept nogil:
        """Fill `found` with who came to the end from a state."""
        cdef Py_ssize_t t
        if state != self.start:
            sum_until(&self.flow[state, 0, 0], &self.ended[state, 0, 0], &self.found[0, 0], at)
            return
        fill(0, &self.found[0, 0], 1)
        for t in range(self.k):
            if self.origin[t] == state and self.target[t] == self.s:
                sum_first(&self.first[t, 0, 0], &self.found[0, 0], at)

    cdef void add_means(self, Py_ssize_t state, double[:, :, :, ::1] mean) noexcept nogil:
        """Add to the sums over rows who is present, and who ended, after every interval."""
        cdef Py_ssize_t i, t, lane
        cdef double[:, :, ::1] gone = self.first if state == self.start else self.gone
        fill(0, &self.way[0, 0], self.g)
        add_all(&self.flow[state, 0, 0], 1, &self.way[0, 0], self.g)
        for t in range(self.k):
            if self.origin[t] == state:
                add_all(&gone[t, 0, 0], -1, &self.way[0, 0], self.g)
                if self.target[t] == self.s:
                    add_running(&gone[t, 0, 0], &self.kept[0, 0], &mean[1, state, 1, 0], self.g)
        if state != self.start:
            add_running(&self.way[0, 0], &self.kept[0, 0], &mean[0, state, 1, 0], self.g)
            return
        for i in range(self.g + 1):
            for lane in range(LANES):
                mean[0, state, i, lane] += self.kept[0, lane] * self.remain[i, lane]


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
    double[:, :, :, ::1] mean,
):
    """Follow every row; fill what is asked, shape (states, times, rows), and sums over rows.

    There is room for a multiple of LANES rows. `free` counts who never went through the state
    `barred`, up to the state `last_free`; -1 skips it. `mean`, of shape (2, states, intervals + 1,
    LANES), holds at [0] the sums over rows of who is present, at [1] of who ended from a state;
    without intervals they are not summed.
    """
    cdef Py_ssize_t block, row, state, m, first = course.start, n_at = at.shape[0]
    cdef bint with_means = mean.shape[2] > 0
    with nogil:
        for block in range((ratio.shape[0] + LANES - 1) // LANES):
            row = block * LANES
            course.take(ratio, row)
            course.leave_first()
            course.begin(course.flow)
            for state in range(first, course.s):
                if state > first:
                    if not course.n_came[state]:
                        continue
                    course.leave_later(state)
                    if with_means:
                        course.pass_on_apart(state)
                    else:
                        course.pass_on(state, course.s - 1, course.flow)
                for m in range(n_at):
                    course.find_present(state, course.flow, at[m])
                    store(&course.found[0, 0], &present[state, m, row])
                    sum_first(&course.flow[state, 0, 0], &course.found[0, 0], at[m])
                    store(&course.found[0, 0], &entered[state, m, row])
                    course.find_ended(state, at[m])
                    store(&course.found[0, 0], &ended[state, m, row])
                if with_means:
                    course.add_means(state, mean)
            if last_free < 0:
                continue
            course.begin(course.free)
            fill(0, &course.free[barred, 0, 0], course.free.shape[1])
            for state in range(first, last_free + 1):
                if state > first:
                    if state == barred or not course.n_came[state]:
                        continue
                    course.pass_on(state, last_free, course.free)
                for m in range(n_at):
                    course.find_present(state, course.free, at[m])
                    store(&course.found[0, 0], &free[state, m, row])
