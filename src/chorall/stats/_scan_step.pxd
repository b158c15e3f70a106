# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Newton's step in one lane, and the one of Firth's penalised likelihood."""

from libc.math cimport fabs, sqrt
from libc.string cimport memset

from chorall.stats._scan_factor cimport solve_lower, solve_upper
from chorall.stats._scan_group cimport TRIANGLE, Group, Settings
from chorall.stats._scan_layout cimport SCAN_LANES, SCAN_MAX_COLUMNS


cdef inline void learn_curvature(Group* group, int lane, const Settings* settings) noexcept nogil:
    """Add the symmetric matrix of rank one that explains how the gradient has changed."""
    cdef double moved[SCAN_MAX_COLUMNS]
    cdef double rest[SCAN_MAX_COLUMNS]
    cdef double along = 0, squares = 0, moved_squares = 0
    cdef int j, k, place
    for j in range(settings.n_free):
        moved[j] = group.best[lane][j] - group.last_place[lane][j]
    for j in range(settings.n_free):
        rest[j] = group.last_gradient[lane][j] - group.step[lane][j]
        for k in range(settings.n_free):
            place = max(j, k) * (max(j, k) + 1) // 2 + min(j, k)
            rest[j] -= moved[k] * (
                group.information[place * SCAN_LANES + lane] + group.curvature[lane][place]
            )
        along += rest[j] * moved[j]
        squares += rest[j] ** 2
        moved_squares += moved[j] ** 2
    if fabs(along) <= 1e-8 * sqrt(squares * moved_squares):
        return
    for j in range(settings.n_free):
        for k in range(j + 1):
            group.curvature[lane][j * (j + 1) // 2 + k] += rest[j] * rest[k] / along


cdef inline bint add_curvature(const Group* group, int lane, double* factor, int n) noexcept nogil:
    """Find the Cholesky factor of information plus curvature; tell whether there is one."""
    cdef int i, j, k, place
    cdef double rest
    for j in range(n):
        for k in range(j + 1):
            place = j * (j + 1) // 2 + k
            rest = group.information[place * SCAN_LANES + lane] + group.curvature[lane][place]
            for i in range(k):
                rest -= factor[j * (j + 1) // 2 + i] * factor[k * (k + 1) // 2 + i]
            if k < j:
                factor[place] = rest / factor[k * (k + 1) // 2 + k]
            elif rest > 0:
                factor[place] = sqrt(rest)
            else:
                return False
    return True


cdef inline double find_firth_step(Group* group, int lane, const Settings* settings) noexcept nogil:
    """Turn the gradient in `step` into a step; return its length.

    The information alone is not enough: where a marker separates the events, the curvature of
    Firth's term is as large, and steps would swing to and fro for ever.
    """
    cdef double* step = group.step[lane]
    cdef double factor[TRIANGLE]
    cdef double length = 0
    cdef int j
    if group.n_steps[lane]:
        learn_curvature(group, lane, settings)
    for j in range(settings.n_columns):
        group.last_place[lane][j] = group.best[lane][j]
        group.last_gradient[lane][j] = step[j]
    if not add_curvature(group, lane, factor, settings.n_free):
        memset(group.curvature[lane], 0, sizeof(factor))
        add_curvature(group, lane, factor, settings.n_free)
    solve_lower(factor, step, settings.n_free)
    for j in range(settings.n_free):
        length += step[j] ** 2
    for j in range(settings.n_free, settings.n_columns):
        step[j] = 0
    solve_upper(factor, step, settings.n_free)
    return sqrt(length)


cdef inline double find_step(
    Group* group, int lane, const Settings* settings, double* score
) noexcept nogil:
    """Find the Newton step; return its length in standard errors.

    `score` receives the score chi-square of the last column given the others.
    """
    cdef double* step = group.step[lane]
    cdef double length = 0
    cdef int j, place
    for j in range(settings.n_columns):
        place = j * SCAN_LANES + lane
        step[j] = group.observed[place] - group.expected[place]
        if settings.firth:
            step[j] += group.correction[place]
    if settings.firth:
        return find_firth_step(group, lane, settings)
    # the factor of the first columns is the first part of the whole factor
    solve_lower(group.factor[lane], step, settings.n_columns)
    if settings.n_columns:
        score[0] = step[settings.n_columns - 1] ** 2
    for j in range(settings.n_free):
        length += step[j] ** 2
    for j in range(settings.n_free, settings.n_columns):
        step[j] = 0
    solve_upper(group.factor[lane], step, settings.n_free)
    return sqrt(length)
