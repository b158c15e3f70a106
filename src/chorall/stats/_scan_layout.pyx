# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The sorted patients of a scan, as the compiled loops read them."""

cdef extern from "_scan_machine.h" nogil:
    int find_scan_width()

LANES = SCAN_LANES
MAX_COLUMNS = SCAN_MAX_COLUMNS
# lanes in a register of this machine
WIDTH = find_scan_width()


cdef class Layout:
    """The patients, sorted, as the compiled sums read them; keeps the arrays alive."""

    def __init__(
        self,
        const Py_ssize_t[::1] order,
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
            order, covariates, modifier, stratum_rows, stratum_times, first_event, end, leaving,
            n_left, leaves_at,
        )
        self.largest = largest
        self.n_rows, self.n_times = covariates.shape[0], end.shape[0]
        self.n_covariates = covariates.shape[1]
        self.pointers.n_rows, self.pointers.n_covariates = self.n_rows, self.n_covariates
        self.pointers.order = &order[0]
        self.pointers.n_strata = stratum_rows.shape[0]
        self.pointers.covariates = &covariates[0, 0] if covariates.shape[1] else NULL
        self.pointers.modifier = &modifier[0] if modifier.shape[0] else NULL
        self.pointers.stratum_rows = &stratum_rows[0]
        self.pointers.stratum_times = &stratum_times[0]
        self.pointers.first_event, self.pointers.end = &first_event[0], &end[0]
        self.pointers.leaving = &leaving[0] if leaving.shape[0] else NULL
        self.pointers.n_left = &n_left[0] if leaving.shape[0] else NULL
        self.pointers.leaves_at = &leaves_at[0] if leaving.shape[0] else NULL
