# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Markers side by side in lanes, with what is counted on the way."""

from libc.math cimport fabs, sqrt

from chorall.stats._scan_layout cimport SCAN_LANES

cdef extern from "_scan_pack.h" nogil:
    enum:
        SCAN_MAX_ENDPOINTS
        SCAN_GROUPS_TOGETHER

    ctypedef struct scan_packing:
        Py_ssize_t n_rows
        const char* markers
        Py_ssize_t patient_step, marker_step
        int n_markers
        int n_endpoints
        const unsigned char* events
        const unsigned long long* keys
        double* packed
        long long* counts
        unsigned long long* pattern
        double* ranges
        long long* binary

    int find_infinite_number(const char*, Py_ssize_t, Py_ssize_t, int)
    void pack_lanes(const scan_packing*, int, int)

MAX_ENDPOINTS = SCAN_MAX_ENDPOINTS


def pack_markers(
    const double[:, :] markers,
    const unsigned char[:, ::1] events,
    const unsigned long long[:, ::1] keys,
    double[:, :, ::1] packed,
    long long[:, :, ::1] counts,
    unsigned long long[:, :, ::1] pattern,
    double[:, :, ::1] ranges,
    double[:, ::1] scale,
    int width,
):
    """Copy markers into lanes, eight side by side and the patients below each other.

    Parameters
    ----------
    markers : memoryview of shape (n, m)
        NaN where not tested.
    events : memoryview of shape (n, endpoints)
        1 for the patients with the event; MAX_ENDPOINTS at most.
    keys : memoryview of shape (n, 2)
        Random numbers; their sums over the patients not tested name a pattern.
    packed : memoryview of shape (groups, n, lanes)
        Written: markers, those that are not 0/1 less their mean and over their scale.
    counts : memoryview of shape (groups, 2 + 2 endpoints, lanes)
        Written: tested, carriers (not 0), and for each endpoint events and events of carriers.
    pattern : memoryview of shape (groups, 2, lanes)
        Written: equal for markers tested in the same patients.
    ranges : memoryview of shape (groups, 3, lanes)
        Written: smallest and largest value, and largest distance from 0 once packed.
    scale : memoryview of shape (groups, lanes)
        Written: unit of the packed values.
    width : int
        Lanes in a register: 2, 4 or 8, not above WIDTH.
    """
    cdef Py_ssize_t first = 0
    with nogil:
        while first < packed.shape[0]:
            pack_groups(
                markers, events, keys, packed, first, counts, pattern, ranges, scale, width
            )
            first += SCAN_GROUPS_TOGETHER


cdef void pack_groups(
    const double[:, :] markers,
    const unsigned char[:, ::1] events,
    const unsigned long long[:, ::1] keys,
    double[:, :, ::1] packed,
    Py_ssize_t first,
    long long[:, :, ::1] counts,
    unsigned long long[:, :, ::1] pattern,
    double[:, :, ::1] ranges,
    double[:, ::1] scale,
    int width,
) noexcept nogil:
    cdef scan_packing packings[SCAN_GROUPS_TOGETHER]
    cdef long long binary[SCAN_GROUPS_TOGETHER][SCAN_LANES]
    cdef int i, n_groups = <int>min(<Py_ssize_t>SCAN_GROUPS_TOGETHER, packed.shape[0] - first)
    cdef Py_ssize_t group, marker
    for i in range(n_groups):
        group, marker = first + i, (first + i) * SCAN_LANES
        packings[i].n_rows, packings[i].n_endpoints = markers.shape[0], <int>events.shape[1]
        packings[i].markers = <const char*>&markers[0, marker]
        packings[i].patient_step, packings[i].marker_step = markers.strides[0], markers.strides[1]
        packings[i].n_markers = <int>min(<Py_ssize_t>SCAN_LANES, markers.shape[1] - marker)
        packings[i].events, packings[i].keys = &events[0, 0], &keys[0, 0]
        packings[i].packed, packings[i].counts = &packed[group, 0, 0], &counts[group, 0, 0]
        packings[i].pattern, packings[i].ranges = &pattern[group, 0, 0], &ranges[group, 0, 0]
        packings[i].binary = binary[i]
    pack_lanes(packings, n_groups, width)
    for i in range(n_groups):
        standardise_group(
            packed[first + i], binary[i], counts[first + i], ranges[first + i], scale[first + i]
        )


cdef void standardise_group(
    double[:, ::1] packed,
    const long long* binary,
    const long long[:, ::1] counts,
    double[:, ::1] ranges,
    double[::1] scale,
) noexcept nogil:
    cdef int lane
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


def find_infinite(const double[:, :] values, unsigned char[::1] found, int width):
    """Write into `found` which rows of `values` hold an infinite number."""
    cdef Py_ssize_t row
    with nogil:
        for row in range(values.shape[0]):
            found[row] = find_infinite_number(
                <const char*>&values[row, 0], values.strides[1], values.shape[1], width
            )
