/* Markers into lanes, SCAN_WIDTH lanes at a time; read once for each width. */

/* patients lie far apart: the machine cannot guess which comes next */
#define AHEAD 32
#define ROWS_TOGETHER 32
#define counted SCAN_NAME(counted)
#define read_markers SCAN_NAME(read_markers)
#define write_lanes SCAN_NAME(write_lanes)
#define clear_counts SCAN_NAME(clear_counts)
#define count_row SCAN_NAME(count_row)
#define pack_rows SCAN_NAME(pack_rows)
#define write_counts SCAN_NAME(write_counts)
#define pack_groups SCAN_NAME(pack_groups)

/* What has been counted in one part of a group; see scan_packing. */
typedef struct {
    lane_bits n_tested, n_carriers, binary, pattern_0, pattern_1;
    lanes smallest, largest, total;
    lane_bits n_events[SCAN_MAX_ENDPOINTS], n_both[SCAN_MAX_ENDPOINTS];
} counted;

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

INLINE void write_lanes(long long *to, ptrdiff_t row, lane_bits values)
{
    for (int lane = 0; lane < SCAN_WIDTH; lane++)
        to[row * SCAN_LANES + lane] = values[lane];
}

INLINE void clear_counts(counted *sums, int n_endpoints)
{
    const lane_bits none = {0};
    sums->n_tested = sums->n_carriers = sums->pattern_0 = sums->pattern_1 = none;
    sums->binary = ~none;
    sums->smallest = fill(INFINITY);
    sums->largest = fill(-INFINITY);
    sums->total = fill(0.0);
    for (int i = 0; i < n_endpoints; i++)
        sums->n_events[i] = sums->n_both[i] = none;
}

INLINE void count_row(counted *sums, const scan_packing *packing, ptrdiff_t row, lanes value,
                      int n_endpoints)
{
    const lane_bits none = {0}, all = ~none;
    const lane_bits tested = value == value, carrier = tested & (value != 0.0);
    /* true is -1 */
    sums->n_tested -= tested;
    sums->n_carriers -= carrier;
    for (int i = 0; i < n_endpoints; i++) {
        const lane_bits event = packing->events[row * n_endpoints + i] ? all : none;
        sums->n_events[i] -= tested & event;
        sums->n_both[i] -= carrier & event;
    }
    sums->binary &= ~carrier | (value == 1.0);
    sums->pattern_0 += ~tested & (long long)packing->keys[2 * row];
    sums->pattern_1 += ~tested & (long long)packing->keys[2 * row + 1];
    sums->smallest = choose(value < sums->smallest, value, sums->smallest);
    sums->largest = choose(value > sums->largest, value, sums->largest);
    sums->total += keep_where(tested, value);
}

/* Copy some patients of one part of a group and count on. */
INLINE void pack_rows(const scan_packing *packing, counted *sums, int first, ptrdiff_t start,
                      ptrdiff_t stop, int n_endpoints)
{
    counted now = *sums;
    for (ptrdiff_t row = start; row < stop; row++) {
        if (row + AHEAD < packing->n_rows)
            SCAN_PREFETCH(packing->markers + (row + AHEAD) * packing->patient_step +
                          first * packing->marker_step);
        const lanes value = read_markers(packing, row, first);
        store(packing->packed + first, row, value);
        count_row(&now, packing, row, value, n_endpoints);
    }
    *sums = now;
}

INLINE void write_counts(const scan_packing *packing, const counted *sums, int first,
                         int n_endpoints)
{
    write_lanes(packing->counts + first, 0, sums->n_tested);
    write_lanes(packing->counts + first, 1, sums->n_carriers);
    for (int i = 0; i < n_endpoints; i++) {
        write_lanes(packing->counts + first, 2 + 2 * i, sums->n_events[i]);
        write_lanes(packing->counts + first, 3 + 2 * i, sums->n_both[i]);
    }
    write_lanes((long long *)packing->pattern + first, 0, sums->pattern_0);
    write_lanes((long long *)packing->pattern + first, 1, sums->pattern_1);
    write_lanes(packing->binary + first, 0, sums->binary);
    store(packing->ranges + first, 0, sums->smallest);
    store(packing->ranges + first, 1, sums->largest);
    store(packing->ranges + first, 2, sums->total);
}

/* Some groups side by side, a few patients at a time: their markers lie beside each other. */
INLINE void pack_groups(const scan_packing *groups, int n_groups, int n_endpoints)
{
    counted sums[SCAN_GROUPS_TOGETHER][SCAN_LANES / SCAN_WIDTH];
    const ptrdiff_t n_rows = groups[0].n_rows;
    for (int group = 0; group < n_groups; group++)
        for (int part = 0; part < SCAN_LANES / SCAN_WIDTH; part++)
            clear_counts(&sums[group][part], n_endpoints);
    for (ptrdiff_t start = 0; start < n_rows; start += ROWS_TOGETHER) {
        const ptrdiff_t stop = start + ROWS_TOGETHER < n_rows ? start + ROWS_TOGETHER : n_rows;
        for (int group = 0; group < n_groups; group++)
            for (int part = 0; part < SCAN_LANES / SCAN_WIDTH; part++)
                pack_rows(&groups[group], &sums[group][part], part * SCAN_WIDTH, start, stop,
                          n_endpoints);
    }
    for (int group = 0; group < n_groups; group++)
        for (int part = 0; part < SCAN_LANES / SCAN_WIDTH; part++)
            write_counts(&groups[group], &sums[group][part], part * SCAN_WIDTH, n_endpoints);
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

static void SCAN_NAME(pack)(const scan_packing *groups, int n_groups)
{
    if (groups[0].n_endpoints == 1)
        pack_groups(groups, n_groups, 1);
    else
        pack_groups(groups, n_groups, groups[0].n_endpoints);
}
