# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The two passes over the risk sets of a Cox model.

All arrays are sorted by stratum and, within it, by descending time, so that a risk set only
grows; with delayed entry a second order (descending entry time) says who leaves it again.
A *step* is one event. The d events of one time are d steps; Efron's rule spares the tied the
part 0, 1/d, ..., (d-1)/d of the hazard of each, Breslow's rule spares nothing.

The forward pass finds the hazard and the mean covariates of each step. The backward pass adds
the hazards up for every row over the steps it was at risk at. All else is linear algebra: the
gradient is x' (events - expected), the information x' diag(expected) x - means' diag(w) means.
"""

cimport cython
import numpy as np

from libc.math cimport INFINITY, exp, fabs, isfinite, log, sqrt
from libc.stdlib cimport calloc, free
from libc.string cimport memset

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

cdef extern from "_cox_pass.h" nogil:
    int COX_PASS_COLUMNS, COX_HELD
    ctypedef struct cox_pass:
        const double* rows
        ptrdiff_t n_rows, p
        double* risk
        const double* weights
        const double* time
        const unsigned char* event
        const double* fraction
        const double* step_weight
        const ptrdiff_t* first_step
        ptrdiff_t base
        double* left
        double* hazard
        double* spared
        double* unexpected
        double* held
        double* held_weight
        ptrdiff_t n_held
        const cox_totals* totals
    void pass_strata(cox_pass* run, const ptrdiff_t* bounds, ptrdiff_t n_strata, ptrdiff_t base,
                     int width)

MOST_PASS_COLUMNS = COX_PASS_COLUMNS

# part of the largest sum below which a difference of sums has lost four of its sixteen digits
cdef double CANCELLATION = 1e-4
# up to so many steps are added one by one rather than by a difference of cumulative sums
cdef Py_ssize_t FEW_STEPS = 16
# steps whose means are held before their squares are added up: they stay in the cache
cdef Py_ssize_t HELD_STEPS = 64
# with few columns, registers of eight would be filled with what nobody asked for
cdef int FULL_WIDTH = find_cox_width(), NARROW_WIDTH = min(4, FULL_WIDTH)
cdef Py_ssize_t FEW_COLUMNS = 32


def multiply_columns(
    const double[:, ::1] x, const double[::1] coefficients, const double[::1] offset
):
    """Return x times coefficients plus offset, of shape (n,)."""
    product = np.array(offset)
    cdef double[::1] out = product
    if x.shape[0] and x.shape[1]:
        with nogil:
            multiply_rows(
                &x[0, 0], &coefficients[0], x.shape[0], x.shape[1], &out[0], NARROW_WIDTH
            )
    return product


@cython.final
cdef class Totals:
    """Weighted sums of rows, and of their squares."""

    cdef cox_totals sums
    cdef double* memory
    cdef int width

    def __cinit__(self, Py_ssize_t p):
        cdef Py_ssize_t stride = (p // COX_PADDING + 1) * COX_PADDING
        self.memory = <double*>calloc((COX_ROWS + 1 + p + 1) * stride, sizeof(double))
        if self.memory == NULL:
            raise MemoryError
        self.sums.n_columns, self.sums.stride = p, stride
        self.width = NARROW_WIDTH if p <= FEW_COLUMNS else FULL_WIDTH
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


def index_steps(
    const double[::1] time,
    const unsigned char[::1] event,
    const double[::1] weights,
    const Py_ssize_t[::1] stratum_bounds,
    const double[::1] entry_time,
    const Py_ssize_t[::1] entry_order,
    bint efron,
):
    """Number the steps of each row; nothing here depends on the coefficients.

    `event` counts: a row that stands for k equal rows, of weight 1 each, has weight k and, with an
    event, k of them.

    Returns
    -------
    tuple of four ndarrays
        First step that each row is at risk at and the first that it is not at risk at any more,
        both of shape (n,); spared part of the hazard and mean weight of the tied at each step.
    """
    cdef Py_ssize_t n = time.shape[0], n_steps = np.sum(event, dtype=np.intp)
    first_step, end_step = np.empty(n, dtype=np.intp), np.empty(n, dtype=np.intp)
    fraction, step_weight = np.zeros(n_steps), np.empty(n_steps)
    cdef Py_ssize_t[::1] first = first_step, end = end_step
    cdef double[::1] part = fraction, mean_weight = step_weight
    cdef Py_ssize_t s, start, stop, row, group, step = 0, opened, i
    cdef double total
    with nogil:
        for s in range(stratum_bounds.shape[0] - 1):
            start, stop = stratum_bounds[s], stratum_bounds[s + 1]
            row = start
            while row < stop:
                group, opened, total = row, step, 0
                while row < stop and time[row] == time[group]:
                    first[row] = opened
                    if event[row]:
                        total += weights[row]
                        step += event[row]
                    row += 1
                for i in range(opened, step):
                    mean_weight[i] = total / (step - opened)
                    if efron:
                        part[i] = <double>(i - opened) / (step - opened)
            for row in range(start, stop):
                end[row] = step
            if entry_time.shape[0]:
                # descending entry: at risk at the steps of the rows with a later time
                row = start
                for i in range(start, stop):
                    while row < stop and time[row] > entry_time[entry_order[i]]:
                        row += 1
                    end[entry_order[i]] = first[row] if row < stop else step
    return first_step, end_step, fraction, step_weight


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


def pass_few_columns(
    const double[:, ::1] x,
    double[::1] predictor,
    const double[::1] time,
    const unsigned char[::1] event,
    const double[::1] weights,
    const Py_ssize_t[::1] stratum_bounds,
    const Py_ssize_t[::1] first_step,
    const double[::1] fraction,
    const double[::1] step_weight,
    Py_ssize_t base,
):
    """Evaluate the likelihood of whole strata without delayed entry in one pass.

    For 1 to MOST_PASS_COLUMNS columns. `stratum_bounds` may start anywhere, the first row has
    number stratum_bounds[0]; the first of the d steps has number `base`. `predictor`, at most 0,
    is overwritten. `event` may count, see `index_steps`.

    Returns
    -------
    tuple of float, ndarray of shape (p,), ndarray of shape (p, p)
        Log-likelihood, gradient and information.
    """
    cdef Py_ssize_t n = x.shape[0], p = x.shape[1], n_steps = fraction.shape[0], i
    cdef Totals of_means = Totals(p), of_rows = Totals(p)
    cdef cox_pass run
    cdef double observed = 0
    room = np.empty(n + 3 * n_steps + (COX_HELD + 2) * (p + 1) + COX_PASS_COLUMNS)
    cdef double[::1] cells = room
    run.rows, run.n_rows, run.p = &x[0, 0], n, p
    run.risk, run.weights, run.time = &predictor[0], &weights[0], &time[0]
    run.event, run.first_step = &event[0], <const ptrdiff_t*>&first_step[0]
    run.unexpected, run.left = &cells[0], &cells[n]
    run.hazard, run.spared = run.left + n_steps, run.left + 2 * n_steps
    run.held_weight = run.left + 3 * n_steps
    run.held = run.held_weight + COX_HELD + 2
    run.base, run.n_held, run.totals = base, 0, &of_means.sums
    # without steps there is nothing to point to, and nothing is read
    run.fraction = run.step_weight = &weights[0]
    if n_steps:
        run.fraction, run.step_weight = &fraction[0], &step_weight[0]
    with nogil:
        for i in range(n):
            if event[i]:
                observed += weights[i] * predictor[i]
    # NumPy raises many numbers at once, several times faster than one by one
    np.exp(predictor, out=np.asarray(predictor))
    with nogil:
        for i in range(n):
            predictor[i] *= weights[i]
        pass_strata(
            &run, <const ptrdiff_t*>&stratum_bounds[0], stratum_bounds.shape[0] - 1,
            stratum_bounds[0], of_means.width,
        )
        add_rows(&of_rows.sums, run.rows, run.unexpected, run.risk, n, of_rows.width)
    gradient, squares = of_rows.collect()
    left = room[n : n + n_steps]
    np.log(left, out=left)
    log_likelihood = observed - float(np.multiply(left, step_weight, out=left).sum())
    return log_likelihood, gradient, squares - of_means.collect()[1]


cdef bint factorise(double* matrix, Py_ssize_t p, double least) noexcept nogil:
    """Replace the lower triangle by its Cholesky root; False when a pivot is not above `least`."""
    cdef Py_ssize_t i, j, k
    cdef double total
    for i in range(p):
        for j in range(i + 1):
            total = matrix[i * p + j]
            for k in range(j):
                total -= matrix[i * p + k] * matrix[j * p + k]
            if i > j:
                matrix[i * p + j] = total / matrix[j * p + j]
            elif total > least:
                matrix[i * p + i] = sqrt(total)
            else:
                return False
    return True


cdef double find_newton_step(double* root, double* vector, Py_ssize_t p) noexcept nogil:
    """Replace the gradient by the Newton step; return its squared length in standard errors."""
    cdef Py_ssize_t i, k
    cdef double squared = 0
    for i in range(p):
        for k in range(i):
            vector[i] -= root[i * p + k] * vector[k]
        vector[i] /= root[i * p + i]
        squared += vector[i] * vector[i]
    for i in range(p - 1, -1, -1):
        for k in range(i + 1, p):
            vector[i] -= root[k * p + i] * vector[k]
        vector[i] /= root[i * p + i]
    return squared


cdef bint has_own_information(
    const double* information, double* room, Py_ssize_t p, double least, double least_part
) noexcept nogil:
    """Tell whether all columns have more than `least`, and others leave `least_part` of it."""
    cdef Py_ssize_t i, j
    for i in range(p):
        if not information[i * p + i] > least:
            return False
        for j in range(i + 1):
            room[i * p + j] = information[i * p + j] / sqrt(
                information[i * p + i] * information[j * p + j]
            )
    return factorise(room, p, least_part)


def climb_few_columns(
    const double[:, ::1] x,
    const double[::1] time,
    const unsigned char[::1] event,
    const double[::1] weights,
    const Py_ssize_t[::1] stratum_bounds,
    const Py_ssize_t[::1] first_step,
    const double[::1] fraction,
    const double[::1] step_weight,
    double[::1] coefficients,
    double tolerance,
    int most_steps,
    double widest,
    double least_part,
):
    """Climb by full Newton steps from coefficients 0, which are written over.

    For what `pass_few_columns` takes, from n = 1 and d = 1 on, without offset. Returns True when
    the next step is shorter than `tolerance` standard errors. Whatever is out of the ordinary ends
    the climb: predictors that lie further apart than `widest`, columns with less than `least_part`
    of their information, or of the weight of the events, to themselves, a likelihood that falls,
    or more than `most_steps`.
    """
    cdef Py_ssize_t n = x.shape[0], p = x.shape[1], n_steps = fraction.shape[0], i, j
    cdef Totals of_means = Totals(p), of_rows = Totals(p)
    cdef cox_pass run
    cdef int taken
    cdef bint arrived = False
    cdef double value, best = -INFINITY, largest, smallest, all_weight = 0
    room = np.empty(2 * n + 3 * n_steps + (COX_HELD + 2) * (p + 1) + COX_PASS_COLUMNS)
    small = np.zeros(2 * p * p + p)
    cdef double[::1] cells = room, few = small
    cdef double* information = &few[0]
    cdef double* step = &few[2 * p * p]
    cdef double* predictor = &cells[0]
    run.rows, run.n_rows, run.p = &x[0, 0], n, p
    run.risk, run.weights, run.time = predictor, &weights[0], &time[0]
    run.event, run.first_step = &event[0], <const ptrdiff_t*>&first_step[0]
    run.fraction, run.step_weight = &fraction[0], &step_weight[0]
    run.unexpected, run.left = &cells[n], &cells[2 * n]
    run.hazard, run.spared = run.left + n_steps, run.left + 2 * n_steps
    run.held_weight = run.left + 3 * n_steps
    run.held = run.held_weight + COX_HELD + 2
    run.base, run.totals = 0, &of_means.sums
    with nogil:
        for i in range(n_steps):
            all_weight += step_weight[i]
        for taken in range(most_steps + 1):
            memset(predictor, 0, n * sizeof(double))
            multiply_rows(run.rows, &coefficients[0], n, p, predictor, NARROW_WIDTH)
            largest = smallest = predictor[0]
            for i in range(n):
                largest = max(largest, predictor[i])
                smallest = min(smallest, predictor[i])
            if not largest - smallest <= widest:
                break
            value = 0
            for i in range(n):
                predictor[i] -= largest
                if event[i]:
                    value += weights[i] * predictor[i]
            for i in range(n):
                predictor[i] = weights[i] * exp(predictor[i])
            of_means.empty()
            of_rows.empty()
            run.n_held = 0
            pass_strata(
                &run, <const ptrdiff_t*>&stratum_bounds[0], stratum_bounds.shape[0] - 1, 0,
                of_means.width,
            )
            add_rows(&of_rows.sums, run.rows, run.unexpected, predictor, n, of_rows.width)
            for i in range(n_steps):
                value -= step_weight[i] * log(run.left[i])
            for i in range(p):
                step[i] = of_rows.sums.sum[i]
                for j in range(i + 1):
                    information[i * p + j] = (
                        of_rows.sums.squares[i * of_rows.sums.stride + j]
                        - of_means.sums.squares[i * of_means.sums.stride + j]
                    )
            if taken == 0 and not has_own_information(
                information, information + p * p, p, least_part * all_weight, least_part
            ):
                break
            # a log-likelihood is a sum of n terms: differences below this part are rounding
            if not value >= best - 1e-12 * (1 + fabs(value)) or not factorise(information, p, 0):
                break
            best = value
            if find_newton_step(information, step, p) <= tolerance * tolerance:
                arrived = True
                break
            for i in range(p):
                coefficients[i] += step[i]
    return arrived


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
    cdef Py_ssize_t s, row, last = 0, start
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
                if first_step[row] < end_step[row] and not spread.add_expected(
                    first_step[row], end_step[row], last, risk[row], event[row], &out[row, 0]
                ):
                    spread.add_row(
                        first_step[row], end_step[row], last, linear_predictor[row],
                        risk[row], event[row], &out[row, 0],
                    )
    return result
