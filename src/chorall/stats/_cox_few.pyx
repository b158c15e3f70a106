# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The likelihood of a Cox model with few columns in one pass, and the way to its maximum."""

import numpy as np

from libc.math cimport INFINITY, exp, fabs, log, sqrt
from libc.string cimport memset

from chorall.stats._cox_rows cimport Totals, add_rows, cox_totals, find_narrow_width, multiply_rows

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
        const double* entry_time
        const ptrdiff_t* entry_order
        const ptrdiff_t* end_step
        ptrdiff_t first_row
        double* left
        double* hazard
        double* spared
        double* own
        double* unexpected
        double* held
        double* held_weight
        ptrdiff_t n_held
        const cox_totals* totals
    void pass_strata(cox_pass* run, const ptrdiff_t* bounds, ptrdiff_t n_strata, ptrdiff_t base,
                     int width)

MOST_PASS_COLUMNS = COX_PASS_COLUMNS


def count_room(Py_ssize_t n, Py_ssize_t n_steps, Py_ssize_t p, bint is_late):
    """Return how many numbers a pass over n rows and d steps has to write down."""
    return n + (4 if is_late else 3) * n_steps + (COX_HELD + 2) * (p + 1) + COX_PASS_COLUMNS


cdef void give_room(cox_pass* run, double* cells, Py_ssize_t n_steps) noexcept nogil:
    """Deal `count_room` numbers out."""
    run.unexpected, run.left = cells, cells + run.n_rows
    run.hazard, run.spared = run.left + n_steps, run.left + 2 * n_steps
    run.held_weight = run.left + 3 * n_steps
    run.own = NULL
    if run.entry_time != NULL:
        run.own = run.held_weight
        run.held_weight = run.own + n_steps
    run.held = run.held_weight + COX_HELD + 2


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
    const double[::1] entry_time,
    const Py_ssize_t[::1] entry_order,
    const Py_ssize_t[::1] end_step,
    double[::1] room,
):
    """Evaluate the likelihood of whole strata in one pass.

    For 1 to MOST_PASS_COLUMNS columns. `stratum_bounds` may start anywhere, the first row has
    number stratum_bounds[0], in `entry_order` too; the first of the d steps has number `base`.
    `predictor`, at most 0, and `room`, of `count_room` numbers, are overwritten. `event` may
    count, see `index_steps`. What tells of entry is empty without delayed entry.

    Returns
    -------
    tuple of float, ndarray of shape (p,), ndarray of shape (p, p)
        Log-likelihood, gradient and information.
    """
    cdef Py_ssize_t n = x.shape[0], p = x.shape[1], n_steps = fraction.shape[0], i
    cdef Totals of_means = Totals(p), of_rows = Totals(p)
    cdef cox_pass run
    cdef double observed = 0
    run.rows, run.n_rows, run.p = &x[0, 0], n, p
    run.risk, run.weights, run.time = &predictor[0], &weights[0], &time[0]
    run.event, run.first_step = &event[0], <const ptrdiff_t*>&first_step[0]
    run.base, run.n_held, run.totals = base, 0, &of_means.sums
    run.first_row = stratum_bounds[0]
    run.entry_time, run.entry_order, run.end_step = NULL, NULL, NULL
    if entry_time.shape[0]:
        run.entry_time = &entry_time[0]
        run.entry_order = <const ptrdiff_t*>&entry_order[0]
        run.end_step = <const ptrdiff_t*>&end_step[0]
    give_room(&run, &room[0], n_steps)
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
    left = np.asarray(room[n : n + n_steps])
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
    room = np.empty(n + count_room(n, n_steps, p, False))
    small = np.zeros(2 * p * p + p)
    cdef double[::1] cells = room, few = small
    cdef double* information = &few[0]
    cdef double* step = &few[2 * p * p]
    cdef double* predictor = &cells[0]
    run.rows, run.n_rows, run.p = &x[0, 0], n, p
    run.risk, run.weights, run.time = predictor, &weights[0], &time[0]
    run.event, run.first_step = &event[0], <const ptrdiff_t*>&first_step[0]
    run.fraction, run.step_weight = &fraction[0], &step_weight[0]
    run.entry_time = NULL
    give_room(&run, &cells[n], n_steps)
    run.base, run.totals = 0, &of_means.sums
    with nogil:
        for i in range(n_steps):
            all_weight += step_weight[i]
        for taken in range(most_steps + 1):
            memset(predictor, 0, n * sizeof(double))
            multiply_rows(run.rows, &coefficients[0], n, p, predictor, find_narrow_width())
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
