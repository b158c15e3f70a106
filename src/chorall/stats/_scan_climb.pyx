# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Newton's way up in each lane: Cox models of many markers at once.

The sums over risk sets are in _scan_sweep.h. Blocks are shared among threads, each with its own
workspace; a lane's result depends on nothing but its own marker, so that it does not matter which.
"""

from libc.string cimport memcpy, memset

from chorall.stats._scan_factor cimport COLLINEARITY_TOLERANCE, factor_lane, invert_group
from chorall.stats._scan_group cimport C_CLIMBING, C_STOPPED, Group, Settings
from chorall.stats._scan_layout cimport SCAN_LANES, Layout, scan_layout
from chorall.stats._scan_newton cimport advance_lane

cdef extern from "_scan_sweep.h" nogil:
    ctypedef struct scan_sums:
        const double* values
        const double* coefficients
        double* risk
        double* hazard
        double* total
        double* spared
        double* log_risk
        double* expected
        double* information

    void observe_lanes(const scan_layout*, const double*, double*, int, int)
    void sweep_lanes(const scan_layout*, const scan_sums*, int, int)
    void correct_lanes(
        const scan_layout*, const scan_sums*, const double*, double*, int, int
    )

# how a lane's way up ended; Python reads these names
CONVERGED, STOPPED, UNINFORMATIVE, COLLINEAR, MONOTONE, LOST = range(6)
COLLINEARITY = COLLINEARITY_TOLERANCE
GROUP_BYTES = sizeof(Group)


def climb_markers(
    Layout layout,
    const double[:, :, ::1] packed,
    const long long[:, :, ::1] counts,
    const double[:, :, ::1] ranges,
    const int[::1] max_steps,
    double[:, ::1] coefficients,
    double[:, ::1] results,
    int[:, ::1] report,
    int n_free,
    bint firth,
    double tolerance,
    double[::1] workspace,
    int width,
):
    """Fit the Cox model of each marker from where its coefficients stand.

    Parameters
    ----------
    layout : Layout
        Patients and covariates.
    packed, counts, ranges : memoryview
        From `pack_markers`.
    max_steps : memoryview of shape (groups * lanes,)
        Largest number of Newton steps; 0 evaluates the start only, below 0 the lane is left out.
    coefficients : memoryview of shape (groups * lanes, columns)
        Start; written: where the fit ended. The covariates come first, then the marker, then
        marker times modifier.
    results : memoryview of shape (groups * lanes, 4)
        Written: objective at the start and at the end, score chi-square of the last column at
        the start, variance of its coefficient at the end.
    report : memoryview of shape (groups * lanes, 2)
        Written: how it ended (CONVERGED, ...), steps taken.
    n_free : int
        How many of the columns move.
    firth : bool
        Add half the log determinant of the information to the log-likelihood.
    tolerance : float
        Length of the last step, in standard errors.
    workspace : memoryview of shape (size,)
        See `find_workspace_size`.
    width : int
        Lanes in a register: 2, 4 or 8, not above WIDTH.
    """
    cdef Settings settings
    cdef Py_ssize_t group
    settings.n_columns, settings.n_free = <int>coefficients.shape[1], n_free
    settings.firth, settings.tolerance, settings.width = firth, tolerance, width
    settings.n_covariates = <int>layout.n_covariates
    settings.largest_covariates = &layout.largest[0] if layout.n_covariates else NULL
    with nogil:
        for group in range(packed.shape[0]):
            climb_group(
                layout, &packed[group, 0, 0], &counts[group, 2, 0], &ranges[group, 2, 0],
                group * SCAN_LANES, &settings, max_steps, coefficients, results, report,
                &workspace[0],
            )


def find_workspace_size(Layout layout):
    """Return how many doubles a climb needs."""
    rows = (2 * layout.n_rows + 3 * layout.n_times) * SCAN_LANES
    return rows + GROUP_BYTES // sizeof(double) + 1


cdef void climb_group(
    Layout layout,
    const double* values,
    const long long* n_events,
    const double* largest,
    Py_ssize_t first,
    const Settings* settings,
    const int[::1] max_steps,
    double[:, ::1] coefficients,
    double[:, ::1] results,
    int[:, ::1] report,
    double* workspace,
) noexcept nogil:
    cdef Group* group = <Group*>workspace
    cdef scan_sums sums
    cdef int lane
    workspace += sizeof(Group) // sizeof(double) + 1
    sums.values, sums.coefficients = workspace, group.coefficients
    sums.risk = workspace + layout.n_rows * SCAN_LANES
    sums.hazard = sums.risk + layout.n_rows * SCAN_LANES
    sums.total = sums.hazard + layout.n_times * SCAN_LANES
    sums.spared = sums.total + layout.n_times * SCAN_LANES
    sums.log_risk, sums.expected = group.log_risk, group.expected
    sums.information = group.information
    for lane in range(SCAN_LANES):
        start_lane(group, lane, settings, max_steps[first + lane], coefficients[first + lane])
        group.n_events[lane], group.largest_marker[lane] = n_events[lane], largest[lane]
    if not is_climbing(group):
        return
    sort_values(&layout.pointers, values, workspace)
    observe_lanes(&layout.pointers, workspace, group.observed, settings.n_columns, settings.width)
    while is_climbing(group):
        sweep_lanes(&layout.pointers, &sums, settings.n_columns, settings.width)
        for lane in range(SCAN_LANES):
            if group.code[lane] == C_CLIMBING:
                factor_lane(group, lane, settings.n_columns)
        if settings.firth:
            invert_group(group, settings.n_columns)
            correct_lanes(
                &layout.pointers, &sums, group.inverse, group.correction, settings.n_columns,
                settings.width,
            )
        for lane in range(SCAN_LANES):
            if group.code[lane] == C_CLIMBING:
                advance_lane(group, lane, settings, &results[first + lane, 0])
    for lane in range(SCAN_LANES):
        if max_steps[first + lane] >= 0:
            report[first + lane, 0], report[first + lane, 1] = group.code[lane], group.n_steps[lane]
            finish_lane(group, lane, settings, coefficients[first + lane])


cdef void sort_values(
    const scan_layout* layout, const double* values, double* rows
) noexcept nogil:
    """Copy one group of markers into the order of the rows, once for all steps."""
    cdef Py_ssize_t row
    for row in range(layout.n_rows):
        memcpy(
            rows + row * SCAN_LANES, values + layout.order[row] * SCAN_LANES,
            SCAN_LANES * sizeof(double),
        )


cdef bint is_climbing(const Group* group) noexcept nogil:
    cdef int lane
    for lane in range(SCAN_LANES):
        if group.code[lane] == C_CLIMBING:
            return True
    return False


cdef void start_lane(
    Group* group, int lane, const Settings* settings, int max_steps, double[::1] coefficients
) noexcept nogil:
    cdef int j
    group.code[lane] = C_CLIMBING if max_steps >= 0 else C_STOPPED
    group.max_steps[lane] = max_steps
    group.is_started[lane] = group.n_lengths[lane] = 0
    if settings.firth:
        memset(group.curvature[lane], 0, sizeof(group.curvature[lane]))
    group.n_halvings[lane] = group.n_steps[lane] = 0
    for j in range(settings.n_columns):
        # a lane left out still takes part in the sums
        group.best[lane][j] = coefficients[j] if max_steps >= 0 else 0
        group.coefficients[j * SCAN_LANES + lane] = group.best[lane][j]


cdef void finish_lane(
    Group* group, int lane, const Settings* settings, double[::1] coefficients
) noexcept nogil:
    cdef int j
    for j in range(settings.n_columns):
        coefficients[j] = group.best[lane][j]
