# cython: language_level=3
"""What a group of eight lanes holds on its way up."""

from chorall.stats._scan_layout cimport SCAN_LANES, SCAN_MAX_COLUMNS

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
