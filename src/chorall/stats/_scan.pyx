# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Cox models of many markers at once: packing into lanes, and Newton's way up in each lane.

The sums over risk sets are in _scan_sweep.h. Groups of eight markers are shared among threads; a
lane's result depends on nothing but its own marker, so that the number of threads cannot change it.
"""

from cython.parallel cimport prange, threadid
from libc.math cimport NAN, fabs, isfinite, log, sqrt
from libc.string cimport memset

cdef extern from "_scan_sweep.h" nogil:
    enum:
        SCAN_LANES
        SCAN_MAX_COLUMNS

    ctypedef struct scan_layout:
        Py_ssize_t n_covariates, n_strata
        const double* covariates
        const double* modifier
        const Py_ssize_t* stratum_rows
        const Py_ssize_t* stratum_times
        const Py_ssize_t* first_event
        const Py_ssize_t* end
        const Py_ssize_t* leaving
        const Py_ssize_t* n_left
        const Py_ssize_t* leaves_at

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

    ctypedef struct scan_packing:
        Py_ssize_t n_rows
        const char* markers
        Py_ssize_t patient_step, marker_step
        int n_markers
        const Py_ssize_t* order
        const unsigned char* event
        const unsigned long long* keys
        double* packed
        long long* counts
        unsigned long long* pattern
        double* ranges
        long long* binary

    ctypedef struct scan_score:
        const double* risk
        const double* expected
        const double* weights
        const double* tie_terms

    int find_scan_width()
    int find_infinite_number(const char*, Py_ssize_t, Py_ssize_t, int)
    void pack_lanes(const scan_packing*, int)
    void score_lanes(const scan_layout*, const scan_score*, const double*, double*, int)
    void observe_lanes(const scan_layout*, const double*, double*, int, int)
    void sweep_lanes(const scan_layout*, const scan_sums*, int, int)
    void correct_lanes(
        const scan_layout*, const scan_sums*, const double*, double*, int, int
    )

LANES = SCAN_LANES
MAX_COLUMNS = SCAN_MAX_COLUMNS
WIDTH = find_scan_width()

# how a lane's way up ended; Python reads these names
CONVERGED, STOPPED, UNINFORMATIVE, COLLINEAR, MONOTONE, LOST = range(6)
cdef enum:
    C_CLIMBING = -1
    C_CONVERGED = 0
    C_STOPPED = 1
    C_UNINFORMATIVE = 2
    C_COLLINEAR = 3
    C_MONOTONE = 4
    C_LOST = 5
    TRIANGLE = SCAN_MAX_COLUMNS * (SCAN_MAX_COLUMNS + 1) // 2
    HISTORY = 4
    MAX_HALVINGS = 30

# as in cox_collinearity.py and cox_newton.py, where the reasons are given
cdef double COLLINEARITY_TOLERANCE = 1e-10
COLLINEARITY = COLLINEARITY_TOLERANCE
cdef double ROUNDING = 1e-12
cdef double ROUNDING_STEP = 1e-6
cdef double SLOWEST = 0.8
cdef double FASTEST = 0.45
cdef double MONOTONE_STEP = 1e-1
# exp of a linear predictor beyond this is near the ends of the range of doubles
cdef double LARGEST_PREDICTOR = 300.0


cdef struct Settings:
    int n_columns       # of the model; the last one is tested
    int n_free          # the first so many are fitted, the others stay where they are
    bint firth
    double tolerance
    int width
    int n_covariates
    const double* largest_covariates


cdef struct Group:
    double coefficients[SCAN_MAX_COLUMNS * SCAN_LANES]
    double observed[SCAN_MAX_COLUMNS * SCAN_LANES]
    double expected[SCAN_MAX_COLUMNS * SCAN_LANES]
    double correction[SCAN_MAX_COLUMNS * SCAN_LANES]
    double information[TRIANGLE * SCAN_LANES]
    double inverse[SCAN_MAX_COLUMNS * SCAN_MAX_COLUMNS * SCAN_LANES]
    double log_risk[SCAN_LANES]
    double n_events[SCAN_LANES]
    double largest_marker[SCAN_LANES]
    double best[SCAN_LANES][SCAN_MAX_COLUMNS]
    double step[SCAN_LANES][SCAN_MAX_COLUMNS]
    double factor[SCAN_LANES][TRIANGLE]
    double curvature[SCAN_LANES][TRIANGLE]  # of Firth's term, as far as the steps have shown it
    double last_place[SCAN_LANES][SCAN_MAX_COLUMNS]
    double last_gradient[SCAN_LANES][SCAN_MAX_COLUMNS]
    double lengths[SCAN_LANES][HISTORY]
    double objective[SCAN_LANES]
    double log_determinant[SCAN_LANES]
    int is_started[SCAN_LANES]
    int n_lengths[SCAN_LANES]
    int n_halvings[SCAN_LANES]
    int n_steps[SCAN_LANES]
    int max_steps[SCAN_LANES]
    int code[SCAN_LANES]
    int broken[SCAN_LANES]     # the column at which the last factorisation failed, or -1


GROUP_BYTES = sizeof(Group)


cdef class Layout:
    """The patients, sorted, as the compiled sums read them; keeps the arrays alive."""

    cdef scan_layout pointers
    cdef object kept
    cdef readonly Py_ssize_t n_rows, n_times, n_covariates
    cdef const double[::1] largest

    def __init__(
        self,
        const double[:, ::1] covariates,
        const double[::1] modifier,
        const double[::1] largest,
        const Py_ssize_t[::1] stratum_rows,
        const Py_ssize_t[::1] stratum_times,
        const Py_ssize_t[::1] first_event,
        const Py_ssize_t[::1] end,
        const Py_ssize_t[::1] leaving,
        const Py_ssize_t[::1] n_left,
        const Py_ssize_t[::1] leaves_at,
    ):
        self.kept = (
            covariates, modifier, stratum_rows, stratum_times, first_event, end, leaving, n_left,
            leaves_at,
        )
        self.largest = largest
        self.n_rows, self.n_times = covariates.shape[0], end.shape[0]
        self.n_covariates = covariates.shape[1]
        self.pointers.n_covariates = covariates.shape[1]
        self.pointers.n_strata = stratum_rows.shape[0]
        self.pointers.covariates = &covariates[0, 0] if covariates.shape[1] else NULL
        self.pointers.modifier = &modifier[0] if modifier.shape[0] else NULL
        self.pointers.stratum_rows = &stratum_rows[0]
        self.pointers.stratum_times = &stratum_times[0]
        self.pointers.first_event, self.pointers.end = &first_event[0], &end[0]
        self.pointers.leaving = &leaving[0] if leaving.shape[0] else NULL
        self.pointers.n_left = &n_left[0] if leaving.shape[0] else NULL
        self.pointers.leaves_at = &leaves_at[0] if leaving.shape[0] else NULL


def pack_markers(
    const double[:, :] markers,
    const Py_ssize_t[::1] order,
    const unsigned char[::1] event,
    const unsigned long long[:, ::1] keys,
    double[:, :, ::1] packed,
    long long[:, :, ::1] counts,
    unsigned long long[:, :, ::1] pattern,
    double[:, :, ::1] ranges,
    double[:, ::1] scale,
    int n_threads,
    int width,
):
    """Copy markers into lanes, eight side by side and the patients below each other in `order`.

    Parameters
    ----------
    markers : memoryview of shape (n, m)
        NaN where not tested.
    order : memoryview of shape (n,)
        Patient of each row.
    event : memoryview of shape (n,)
        1 in the rows with the event.
    keys : memoryview of shape (n, 2)
        Random numbers; their sums over the patients not tested name a pattern.
    packed : memoryview of shape (groups, n, lanes)
        Written: markers, those that are not 0/1 less their mean and over their scale.
    counts : memoryview of shape (groups, 4, lanes)
        Written: tested, carriers (not 0), events, events of carriers.
    pattern : memoryview of shape (groups, 2, lanes)
        Written: equal for markers tested in the same patients.
    ranges : memoryview of shape (groups, 3, lanes)
        Written: smallest and largest value, and largest distance from 0 once packed.
    scale : memoryview of shape (groups, lanes)
        Written: unit of the packed values.
    n_threads : int
        Threads to share the groups.
    width : int
        Lanes in a register: 2, 4 or 8, not above WIDTH.
    """
    cdef Py_ssize_t group
    for group in prange(packed.shape[0], nogil=True, schedule="dynamic", num_threads=n_threads):
        pack_group(
            markers, order, event, keys, packed[group], group * SCAN_LANES, counts[group],
            pattern[group], ranges[group], scale[group], width,
        )


cdef void pack_group(
    const double[:, :] markers,
    const Py_ssize_t[::1] order,
    const unsigned char[::1] event,
    const unsigned long long[:, ::1] keys,
    double[:, ::1] packed,
    Py_ssize_t first,
    long long[:, ::1] counts,
    unsigned long long[:, ::1] pattern,
    double[:, ::1] ranges,
    double[::1] scale,
    int width,
) noexcept nogil:
    cdef scan_packing packing
    cdef long long binary[SCAN_LANES]
    cdef int lane
    packing.n_rows = order.shape[0]
    packing.markers = <const char*>&markers[0, first]
    packing.patient_step, packing.marker_step = markers.strides[0], markers.strides[1]
    packing.n_markers = <int>min(<Py_ssize_t>SCAN_LANES, markers.shape[1] - first)
    packing.order, packing.event, packing.keys = &order[0], &event[0], &keys[0, 0]
    packing.packed, packing.counts = &packed[0, 0], &counts[0, 0]
    packing.pattern, packing.ranges = &pattern[0, 0], &ranges[0, 0]
    packing.binary = binary
    pack_lanes(&packing, width)
    for lane in range(SCAN_LANES):
        scale[lane] = 1
        if binary[lane]:
            ranges[2, lane] = 1
        else:
            scale[lane] = standardise_lane(
                packed, lane, ranges[2, lane] / counts[0, lane], &ranges[2, lane]
            )


cdef double standardise_lane(
    double[:, ::1] packed, int lane, double mean, double* distance
) noexcept nogil:
    """Subtract the mean and divide by the root mean square of the rest, which is returned.

    `distance` receives the largest distance from 0 that is left.
    """
    cdef Py_ssize_t row
    cdef double largest = 0, squares = 0, scale
    cdef Py_ssize_t n_tested = 0
    for row in range(packed.shape[0]):
        if packed[row, lane] == packed[row, lane]:
            packed[row, lane] -= mean
            largest = max(largest, fabs(packed[row, lane]))
            n_tested += 1
    distance[0] = 0
    if largest == 0:
        return 1
    for row in range(packed.shape[0]):
        if packed[row, lane] == packed[row, lane]:
            squares += (packed[row, lane] / largest) ** 2
    scale = largest * sqrt(squares / n_tested)
    for row in range(packed.shape[0]):
        packed[row, lane] /= scale
    distance[0] = largest / scale
    return scale


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
    double[:, ::1] workspace,
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
    workspace : memoryview of shape (threads, size)
        See `find_workspace_size`.
    width : int
        Lanes in a register: 2, 4 or 8, not above WIDTH.
    """
    cdef Settings settings
    cdef Py_ssize_t group
    cdef int n_threads = <int>workspace.shape[0]
    settings.n_columns, settings.n_free = <int>coefficients.shape[1], n_free
    settings.firth, settings.tolerance, settings.width = firth, tolerance, width
    settings.n_covariates = <int>layout.n_covariates
    settings.largest_covariates = &layout.largest[0] if layout.n_covariates else NULL
    for group in prange(packed.shape[0], nogil=True, schedule="dynamic", num_threads=n_threads):
        climb_group(
            layout, &packed[group, 0, 0], &counts[group, 2, 0], &ranges[group, 2, 0],
            group * SCAN_LANES, &settings, max_steps, coefficients, results, report,
            &workspace[threadid(), 0],
        )


def score_markers(
    Layout layout,
    const double[:, :, ::1] packed,
    const Py_ssize_t[::1] groups,
    const double[::1] risk,
    const double[::1] expected,
    const double[:, ::1] weights,
    const double[:, ::1] tie_terms,
    double[:, :, ::1] sums,
    int n_threads,
    int width,
):
    """Sum the score tests of markers that are tested in the same patients.

    Parameters
    ----------
    layout : Layout
        Patients and covariates, without delayed entry.
    packed : memoryview of shape (all groups, n, lanes)
        From `pack_markers`.
    groups : memoryview of shape (g,)
        Groups to sum.
    risk, expected, weights, tie_terms : memoryview
        See scan_score.SharedScore.
    sums : memoryview of shape (all groups, p + 2, lanes)
        Written: information of the marker, its gradient, its information with each covariate.
    n_threads : int
        Threads to share the groups.
    width : int
        Lanes in a register: 2, 4 or 8, not above WIDTH.
    """
    cdef scan_score score
    cdef Py_ssize_t i
    score.risk, score.expected = &risk[0], &expected[0]
    score.weights, score.tie_terms = &weights[0, 0], &tie_terms[0, 0]
    for i in prange(groups.shape[0], nogil=True, schedule="dynamic", num_threads=n_threads):
        score_lanes(
            &layout.pointers, &score, &packed[groups[i], 0, 0], &sums[groups[i], 0, 0], width
        )


def find_infinite(const double[:, :] values, unsigned char[::1] found, int n_threads):
    """Write into `found` which rows of `values` hold an infinite number."""
    cdef Py_ssize_t row
    cdef int width = WIDTH
    for row in prange(values.shape[0], nogil=True, num_threads=n_threads):
        found[row] = find_infinite_number(
            <const char*>&values[row, 0], values.strides[1], values.shape[1], width
        )


def find_workspace_size(Layout layout):
    """Return how many doubles one thread needs."""
    rows = (layout.n_rows + 3 * layout.n_times) * SCAN_LANES
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
    sums.values, sums.coefficients = values, group.coefficients
    sums.risk = workspace
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
    observe_lanes(&layout.pointers, values, group.observed, settings.n_columns, settings.width)
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


cdef void factor_lane(Group* group, int lane, int n_columns) noexcept nogil:
    """Find the Cholesky factor of the information, and where it fails if it does."""
    cdef int i, j, k
    cdef double rest, own
    cdef double* factor = group.factor[lane]
    group.broken[lane] = -1
    group.log_determinant[lane] = 0
    for j in range(n_columns):
        for k in range(j + 1):
            rest = group.information[(j * (j + 1) // 2 + k) * SCAN_LANES + lane]
            own = rest
            for i in range(k):
                rest -= factor[j * (j + 1) // 2 + i] * factor[k * (k + 1) // 2 + i]
            if k < j:
                factor[j * (j + 1) // 2 + k] = rest / factor[k * (k + 1) // 2 + k]
            elif (
                rest > COLLINEARITY_TOLERANCE * own
                and own > COLLINEARITY_TOLERANCE * group.n_events[lane]
            ):
                factor[j * (j + 1) // 2 + j] = sqrt(rest)
                group.log_determinant[lane] += log(rest)
            else:
                group.broken[lane] = j
                return


cdef void invert_group(Group* group, int n_columns) noexcept nogil:
    """Find the inverse information of the lanes that are still climbing, 0 elsewhere."""
    cdef int lane, j, k
    cdef double column[SCAN_MAX_COLUMNS]
    for lane in range(SCAN_LANES):
        for j in range(n_columns):
            memset(column, 0, sizeof(column))
            if group.code[lane] == C_CLIMBING and group.broken[lane] < 0:
                column[j] = 1
                solve_lower(group.factor[lane], column, n_columns)
                solve_upper(group.factor[lane], column, n_columns)
            for k in range(n_columns):
                group.inverse[(j * n_columns + k) * SCAN_LANES + lane] = column[k]


cdef void solve_lower(const double* factor, double* vector, int n) noexcept nogil:
    cdef int j, k
    for j in range(n):
        for k in range(j):
            vector[j] -= factor[j * (j + 1) // 2 + k] * vector[k]
        vector[j] /= factor[j * (j + 1) // 2 + j]


cdef void solve_upper(const double* factor, double* vector, int n) noexcept nogil:
    cdef int j, k
    for j in range(n - 1, -1, -1):
        for k in range(j + 1, n):
            vector[j] -= factor[k * (k + 1) // 2 + j] * vector[k]
        vector[j] /= factor[j * (j + 1) // 2 + j]


cdef double find_objective(const Group* group, int lane, const Settings* settings) noexcept nogil:
    cdef int j, place
    cdef double objective = -group.log_risk[lane]
    for j in range(settings.n_columns):
        place = j * SCAN_LANES + lane
        objective += group.coefficients[place] * group.observed[place]
    if settings.firth:
        objective += 0.5 * group.log_determinant[lane]
    return objective


cdef void advance_lane(
    Group* group, int lane, const Settings* settings, double* results
) noexcept nogil:
    """Judge the point that was evaluated, and choose the next one or stop."""
    cdef double objective = find_objective(group, lane, settings), score = 0, length
    cdef bint is_start = not group.is_started[lane]
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


cdef double find_step(
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


cdef double find_firth_step(Group* group, int lane, const Settings* settings) noexcept nogil:
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


cdef void learn_curvature(Group* group, int lane, const Settings* settings) noexcept nogil:
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


cdef bint add_curvature(const Group* group, int lane, double* factor, int n) noexcept nogil:
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


cdef void remember_length(Group* group, int lane, double length) noexcept nogil:
    cdef int i
    for i in range(HISTORY - 1, 0, -1):
        group.lengths[lane][i] = group.lengths[lane][i - 1]
    group.lengths[lane][0] = length
    group.n_lengths[lane] += 1


cdef void judge_length(
    Group* group, int lane, const Settings* settings, double length
) noexcept nogil:
    """Stop after this step when it is short, or when it shows that there is no maximum."""
    cdef const double* lengths = group.lengths[lane]
    cdef bint stuck = (
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


cdef bint is_monotone(const Group* group, int lane) noexcept nogil:
    """Tell whether the last steps shrink as where a covariate separates the events."""
    cdef const double* lengths = group.lengths[lane]
    cdef int i
    if group.n_lengths[lane] < HISTORY or lengths[0] > MONOTONE_STEP:
        return False
    for i in range(HISTORY - 1):
        if not FASTEST * lengths[i + 1] < lengths[i] < SLOWEST * lengths[i + 1]:
            return False
    return True


cdef void halve_step(Group* group, int lane, const Settings* settings) noexcept nogil:
    cdef int j
    group.n_lengths[lane] = 0
    group.n_halvings[lane] += 1
    for j in range(settings.n_free):
        group.step[lane][j] *= 0.5
    if group.n_halvings[lane] > MAX_HALVINGS:
        group.code[lane] = C_LOST
    else:
        take_step(group, lane, settings)


cdef void take_step(Group* group, int lane, const Settings* settings) noexcept nogil:
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
