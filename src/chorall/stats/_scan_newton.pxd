# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Newton's way up in one lane: judge the point that was evaluated, choose the next or stop."""

from libc.math cimport NAN, fabs, isfinite

from chorall.stats._scan_group cimport (
    C_COLLINEAR, C_CONVERGED, C_LOST, C_MONOTONE, C_STOPPED, C_UNINFORMATIVE, HISTORY, Group,
    Settings,
)
from chorall.stats._scan_layout cimport SCAN_LANES
from chorall.stats._scan_step cimport find_step

cdef extern from *:
    """
    #define MAX_HALVINGS 30
    /* as in cox_newton.py, where the reasons are given */
    #define ROUNDING 1e-12
    #define ROUNDING_STEP 1e-6
    #define SLOWEST 0.8
    #define FASTEST 0.45
    #define MONOTONE_STEP 1e-1
    /* exp of a linear predictor beyond this is near the ends of the range of doubles */
    #define LARGEST_PREDICTOR 300.0
    """
    const int MAX_HALVINGS
    const double ROUNDING
    const double ROUNDING_STEP
    const double SLOWEST
    const double FASTEST
    const double MONOTONE_STEP
    const double LARGEST_PREDICTOR


cdef inline double find_objective(const Group* group, int lane, const Settings* settings) noexcept nogil:
    cdef int j, place
    cdef double objective = -group.log_risk[lane]
    for j in range(settings.n_columns):
        place = j * SCAN_LANES + lane
        objective += group.coefficients[place] * group.observed[place]
    if settings.firth:
        objective += 0.5 * group.log_determinant[lane]
    return objective


cdef inline void remember_length(Group* group, int lane, double length) noexcept nogil:
    cdef int i
    for i in range(HISTORY - 1, 0, -1):
        group.lengths[lane][i] = group.lengths[lane][i - 1]
    group.lengths[lane][0] = length
    group.n_lengths[lane] += 1


cdef inline bint is_monotone(const Group* group, int lane) noexcept nogil:
    """Tell whether the last steps shrink as where a covariate separates the events."""
    cdef const double* lengths = group.lengths[lane]
    cdef int i
    if group.n_lengths[lane] < HISTORY or lengths[0] > MONOTONE_STEP:
        return False
    for i in range(HISTORY - 1):
        if not FASTEST * lengths[i + 1] < lengths[i] < SLOWEST * lengths[i + 1]:
            return False
    return True


cdef inline void take_step(Group* group, int lane, const Settings* settings) noexcept nogil:
    cdef double bound = 0, coefficient, largest
    cdef int j
    for j in range(settings.n_columns):
        coefficient = group.best[lane][j] + group.step[lane][j]
        group.coefficients[j * SCAN_LANES + lane] = coefficient
        if j < settings.n_covariates:
            largest = settings.largest_covariates[j]
        else:
            # the modifier is 0 or 1
            largest = group.largest_marker[lane]
        bound += fabs(coefficient) * largest
    if not bound < LARGEST_PREDICTOR:
        group.code[lane] = C_LOST


cdef inline void halve_step(Group* group, int lane, const Settings* settings) noexcept nogil:
    cdef int j
    group.n_lengths[lane] = 0
    group.n_halvings[lane] += 1
    for j in range(settings.n_free):
        group.step[lane][j] *= 0.5
    if group.n_halvings[lane] > MAX_HALVINGS:
        group.code[lane] = C_LOST
    else:
        take_step(group, lane, settings)


cdef inline void judge_length(
    Group* group, int lane, const Settings* settings, double length
) noexcept nogil:
    """Stop after this step when it is short, or when it shows that there is no maximum."""
    cdef const double* lengths = group.lengths[lane]
    cdef inline bint stuck = (
        group.n_lengths[lane] > 1 and length <= ROUNDING_STEP and length > lengths[1] / 2
    )
    cdef int j
    if length <= settings.tolerance or (stuck and not settings.firth):
        group.code[lane] = C_CONVERGED
        for j in range(settings.n_free):
            # without another evaluation: what is left is the square of the step
            group.best[lane][j] += group.step[lane][j]
    elif not isfinite(length):
        group.code[lane] = C_LOST
    elif group.n_steps[lane] >= group.max_steps[lane]:
        group.code[lane] = C_STOPPED
    elif not settings.firth and is_monotone(group, lane):
        group.code[lane] = C_MONOTONE
    else:
        group.n_halvings[lane] = 0
        take_step(group, lane, settings)


cdef inline void advance_lane(
    Group* group, int lane, const Settings* settings, double* results
) noexcept nogil:
    """Judge the point that was evaluated, and choose the next one or stop."""
    cdef double objective = find_objective(group, lane, settings), score = 0, length
    cdef inline bint is_start = not group.is_started[lane]
    cdef int j
    group.is_started[lane] = True
    if group.broken[lane] >= 0 and is_start:
        if group.broken[lane] == settings.n_columns - 1:
            group.code[lane] = C_UNINFORMATIVE
        else:
            group.code[lane] = C_COLLINEAR
        return
    if not is_start and (
        group.broken[lane] >= 0
        or not objective >= group.objective[lane] - ROUNDING * (1 + fabs(group.objective[lane]))
    ):
        halve_step(group, lane, settings)
        return
    for j in range(settings.n_columns):
        group.best[lane][j] = group.coefficients[j * SCAN_LANES + lane]
    group.objective[lane] = objective
    group.n_steps[lane] += not is_start
    length = find_step(group, lane, settings, &score)
    if is_start:
        results[0], results[2] = objective, score
    remember_length(group, lane, length)
    results[1] = objective
    results[3] = NAN
    if settings.n_columns:
        j = settings.n_columns - 1
        results[3] = 1 / group.factor[lane][j * (j + 1) // 2 + j] ** 2
    judge_length(group, lane, settings, length)
