/* Markers into lanes, SCAN_WIDTH lanes at a time; read once for each width. */

/* patients lie far apart: the machine cannot guess which comes next */
#define AHEAD 24
#define pack_part SCAN_NAME(pack_part)
#define read_markers SCAN_NAME(read_markers)
#define write_counts SCAN_NAME(write_counts)

INLINE lanes read_markers(const scan_packing *packing, ptrdiff_t row, int first)
{
    const char *from = packing->markers + row * packing->patient_step;
    if (packing->marker_step == sizeof(double) && first + SCAN_WIDTH <= packing->n_markers)
        return *(const lanes *)(from + first * sizeof(double));
    lanes value = fill(NAN);
    for (int lane = first; lane < first + SCAN_WIDTH && lane < packing->n_markers; lane++)
        value[lane - first] = *(const double *)(from + lane * packing->marker_step);
    return value;
}

INLINE void write_counts(long long *counts, lane_bits values)
{
    for (int lane = 0; lane < SCAN_WIDTH; lane++)
        counts[lane] = values[lane];
}

INLINE void pack_part(const scan_packing *packing, int first, int n_endpoints)
{
    const lane_bits none = {0}, all = ~none;
    lane_bits n_tested = none, n_carriers = none, binary = all;
    lane_bits n_events[SCAN_MAX_ENDPOINTS], n_both[SCAN_MAX_ENDPOINTS];
    lane_bits pattern_0 = none, pattern_1 = none;
    lanes smallest = fill(INFINITY), largest = fill(-INFINITY), total = fill(0.0);
    for (int i = 0; i < n_endpoints; i++)
        n_events[i] = n_both[i] = none;
    for (ptrdiff_t row = 0; row < packing->n_rows; row++) {
        if (row + AHEAD < packing->n_rows)
            SCAN_PREFETCH(packing->markers + (row + AHEAD) * packing->patient_step +
                          first * packing->marker_step);
        const lanes value = read_markers(packing, row, first);
        const lane_bits tested = value == value, carrier = tested & (value != 0.0);
        store(packing->packed + first, row, value);
        /* true is -1 */
        n_tested -= tested;
        n_carriers -= carrier;
        for (int i = 0; i < n_endpoints; i++) {
            const lane_bits event = packing->events[row * n_endpoints + i] ? all : none;
            n_events[i] -= tested & event;
            n_both[i] -= carrier & event;
        }
        binary &= ~carrier | (value == 1.0);
        pattern_0 += ~tested & (long long)packing->keys[2 * row];
        pattern_1 += ~tested & (long long)packing->keys[2 * row + 1];
        smallest = choose(value < smallest, value, smallest);
        largest = choose(value > largest, value, largest);
        total += keep_where(tested, value);
    }
    write_counts(packing->counts + first, n_tested);
    write_counts(packing->counts + SCAN_LANES + first, n_carriers);
    for (int i = 0; i < n_endpoints; i++) {
        write_counts(packing->counts + (2 + 2 * i) * SCAN_LANES + first, n_events[i]);
        write_counts(packing->counts + (3 + 2 * i) * SCAN_LANES + first, n_both[i]);
    }
    write_counts((long long *)packing->pattern + first, pattern_0);
    write_counts((long long *)packing->pattern + SCAN_LANES + first, pattern_1);
    write_counts(packing->binary + first, binary);
    store(packing->ranges + first, 0, smallest);
    store(packing->ranges + first, 1, largest);
    store(packing->ranges + first, 2, total);
}

static int SCAN_NAME(find_infinite)(const char *row, ptrdiff_t step, ptrdiff_t n)
{
    lane_bits found = {0};
    ptrdiff_t i = 0;
    if (step == sizeof(double))
        for (; i + SCAN_WIDTH <= n; i += SCAN_WIDTH) {
            const lane_bits bits = (lane_bits) * (const lanes *)(row + i * step);
            found |= (bits & 0x7fffffffffffffffLL) == 0x7ff0000000000000LL;
        }
    int any = is_any(found);
    for (; i < n; i++)
        any |= isinf(*(const double *)(row + i * step)) != 0;
    return any;
}

static void SCAN_NAME(pack)(const scan_packing *packing)
{
    for (int first = 0; first < SCAN_LANES; first += SCAN_WIDTH)
        if (packing->n_endpoints == 1)
            pack_part(packing, first, 1);
        else
            pack_part(packing, first, packing->n_endpoints);
}
