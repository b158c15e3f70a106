# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Saddlepoints of score statistics whose residuals are drawn from those of their stratum.

The cumulant generating function of a stratum's residuals is needed at as many arguments as there
are patients, for every marker and step. It is tabulated once: cells whose width grows with the
distance from 0 (sixteen to each doubling), in each the polynomial of degree five that has the
right value and two right derivatives at both ends.
"""

from libc.math cimport NAN, asinh, fabs, fmax, log, sinh, sqrt
from libc.string cimport memcpy

from chorall.stats._scan_layout cimport SCAN_LANES

cdef extern from "_scan_tilt.h" nogil:
    ctypedef struct scan_tilt:
        const double* residuals
        Py_ssize_t n
        const double* tilts
        const double* peaks
        double* sums

    void tilt_lanes(const scan_tilt*, int)

cdef enum:
    C_PARTS = 16        # of each doubling
    C_DOUBLINGS = 14
    C_CELLS = C_PARTS * C_DOUBLINGS
    C_TERMS = 8         # of a cell: where it begins, 1 / width, six coefficients
    LEADING_BITS = 48   # a double shifted by so many leaves exponent and four bits, for C_PARTS
    LEADING_OF_ONE = 1023 * C_PARTS
    MAX_STEPS = 100

CELLS = C_CELLS
PARTS = C_PARTS
TERMS = C_TERMS

# in units of the standard deviation of the statistic
cdef double TOLERANCE = 1e-11


cdef struct Sums:
    double first, second    # derivatives of the generating function
    double depth            # t times the first derivative, less the function


cdef struct Marker:
    const double* values
    const long long* strata
    const double* unit      # (strata,): largest residual
    const double* table     # (strata, 2, cells, terms): arguments above 0, then below
    Py_ssize_t n


def tabulate_cumulants(
    const double[::1] residuals, double largest, double smallest, double[:, ::1] values, int width
):
    """Write the generating function and two derivatives at the ends of the cells of one stratum.

    Parameters
    ----------
    residuals : memoryview of shape (n,)
        Of the stratum.
    largest, smallest : float
        Of the residuals.
    values : memoryview of shape (4, k)
        Arguments, which come first; written: value, first and second derivative. k is a multiple
        of the number of lanes.
    width : int
        Lanes in a register: 2, 4 or 8, not above WIDTH.
    """
    cdef scan_tilt tilt
    cdef double peaks[SCAN_LANES]
    cdef double sums[3 * SCAN_LANES]
    cdef Py_ssize_t first
    cdef int lane
    cdef double mean
    tilt.residuals, tilt.n, tilt.peaks, tilt.sums = &residuals[0], residuals.shape[0], peaks, sums
    for first in range(0, values.shape[1], SCAN_LANES):
        tilt.tilts = &values[0, first]
        for lane in range(SCAN_LANES):
            peaks[lane] = fmax(tilt.tilts[lane] * largest, tilt.tilts[lane] * smallest)
        tilt_lanes(&tilt, width)
        for lane in range(SCAN_LANES):
            mean = sums[SCAN_LANES + lane] / sums[lane]
            values[1, first + lane] = peaks[lane] + log(sums[lane] / tilt.n)
            values[2, first + lane] = mean
            values[3, first + lane] = sums[2 * SCAN_LANES + lane] / sums[lane] - mean * mean


def find_roots(
    const double[:, ::1] markers,
    const long long[::1] strata,
    const double[::1] unit,
    const double[:, :, :, ::1] table,
    const double[:, ::1] targets,
    double[:, :, ::1] found,
):
    """Find signed root and standardised saddlepoint of each marker's statistic at two targets.

    Parameters
    ----------
    markers : memoryview of shape (m, n)
        Less what the covariates explain.
    strata : memoryview of shape (n,)
        Number of the stratum of each patient.
    unit : memoryview of shape (strata,)
        Largest residual of each stratum, which the table's arguments are divided by.
    table : memoryview of shape (strata, 2, cells, terms)
        Generating functions.
    targets : memoryview of shape (m, 2)
        Values of the statistic.
    found : memoryview of shape (m, 2, 2)
        Written: w and v of Lugannani and Rice; NaN where the table does not reach.
    """
    cdef Py_ssize_t i
    with nogil:
        for i in range(markers.shape[0]):
            find_roots_of_marker(
                &markers[i, 0], markers.shape[1], &strata[0], &unit[0], &table[0, 0, 0, 0],
                &targets[i, 0], &found[i, 0, 0],
            )


cdef void find_roots_of_marker(
    const double* values,
    Py_ssize_t n,
    const long long* strata,
    const double* unit,
    const double* table,
    const double* targets,
    double* found,
) noexcept nogil:
    cdef Marker marker
    cdef double furthest = find_furthest(values, strata, unit, n)
    cdef int tail
    marker.values, marker.strata, marker.unit, marker.table = values, strata, unit, table
    marker.n = n
    for tail in range(2):
        find_root(&marker, targets[tail], furthest, found + 2 * tail)


cdef double find_furthest(
    const double* values, const long long* strata, const double* unit, Py_ssize_t n
) noexcept nogil:
    """Return the largest argument at which no patient leaves the table."""
    cdef Py_ssize_t i
    cdef double largest = 0
    for i in range(n):
        largest = fmax(largest, fabs(values[i]) * unit[strata[i]])
    return (2.0 ** C_DOUBLINGS - 1.000001) / largest if largest > 0 else 0


cdef void find_root(
    const Marker* marker, double target, double furthest, double* found
) noexcept nogil:
    """Solve first derivative = target by Newton's method between bounds that close in."""
    cdef Sums sums
    cdef double t = 0, low = -furthest, high = furthest, step, deviation
    cdef int i
    found[0] = found[1] = NAN
    add_cumulants(marker, 0, &sums)
    deviation = sqrt(sums.second)
    if not deviation > 0:
        return
    for i in range(MAX_STEPS):
        if sums.first < target:
            low = t
        else:
            high = t
        step = (target - sums.first) / sums.second if sums.second > 0 else NAN
        if fabs(step) * deviation <= TOLERANCE * (1 + fabs(t) * deviation):
            break
        if low < t + step < high:
            t += step
        elif fabs(high - low) <= 1e-14 * furthest:
            return
        else:
            # halfway on a scale that is even near 0 and by ratios far from it
            t = sinh(0.5 * (asinh(low * deviation) + asinh(high * deviation))) / deviation
        add_cumulants(marker, t, &sums)
    else:
        return
    found[0] = sqrt(2 * fmax(sums.depth, 0))
    if t < 0:
        found[0] = -found[0]
    found[1] = t * sqrt(sums.second)


cdef void add_cumulants(const Marker* marker, double t, Sums* sums) noexcept nogil:
    """Sum the patients' generating functions at t times their markers."""
    cdef Py_ssize_t i
    cdef long long stratum, place
    cdef const double* cell
    cdef double value, argument, from_zero, s, slope, function, first, second, unit
    cdef long long bits
    sums.first = sums.second = sums.depth = 0
    for i in range(marker.n):
        value, stratum = marker.values[i], marker.strata[i]
        unit = marker.unit[stratum]
        argument = t * value * unit
        from_zero = fabs(argument) + 1
        memcpy(&bits, &from_zero, sizeof(bits))
        place = (bits >> LEADING_BITS) - LEADING_OF_ONE
        if argument < 0:
            place += C_CELLS
        cell = marker.table + (stratum * 2 * C_CELLS + place) * C_TERMS
        # without the 1, which would cost digits near 0
        s = (fabs(argument) - cell[0]) * cell[1]
        function = cell[2] + s * (
            cell[3] + s * (cell[4] + s * (cell[5] + s * (cell[6] + s * cell[7])))
        )
        first = cell[3] + s * (
            2 * cell[4] + s * (3 * cell[5] + s * (4 * cell[6] + s * 5 * cell[7]))
        )
        second = 2 * cell[4] + s * (6 * cell[5] + s * (12 * cell[6] + s * 20 * cell[7]))
        slope = cell[1] * unit if argument >= 0 else -cell[1] * unit
        first *= slope
        second *= slope * slope
        sums.first += value * first
        sums.second += value * value * second
        sums.depth += t * value * first - function
