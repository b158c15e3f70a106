/* Markers into lanes, and their sums over events, SCAN_WIDTH lanes at a time; included by
 * _scan_lanes.h. */

/* patients lie far apart and out of order: the machine cannot guess which comes next */
#define AHEAD 24
#ifdef __GNUC__
#define PREFETCH(place) (__builtin_prefetch(place), __builtin_prefetch((place) + 56))
#else
#define PREFETCH(place) ((void)(place))
#endif
#define pack_part SCAN_NAME(pack_part)
#define read_markers SCAN_NAME(read_markers)
#define observe_part SCAN_NAME(observe_part)

INLINE lanes read_markers(const scan_packing *packing, ptrdiff_t row, int first)
{
    const char *from = packing->markers + packing->order[row] * packing->patient_step;
    if (packing->marker_step == sizeof(double) && first + SCAN_WIDTH <= packing->n_markers)
        return *(const lanes *)(from + first * sizeof(double));
    lanes value = fill(NAN);
    for (int lane = first; lane < first + SCAN_WIDTH && lane < packing->n_markers; lane++)
        value[lane - first] = *(const double *)(from + lane * packing->marker_step);
    return value;
}

INLINE void pack_part(const scan_packing *packing, int first)
{
    const lane_bits none = {0}, all = ~none;
    lane_bits n_tested = none, n_carriers = none, n_events = none, n_both = none, binary = all;
    lane_bits pattern_0 = none, pattern_1 = none;
    lanes smallest = fill(INFINITY), largest = fill(-INFINITY), total = fill(0.0);
    for (ptrdiff_t row = 0; row < packing->n_rows; row++) {
        if (row + AHEAD < packing->n_rows)
            PREFETCH(packing->markers + packing->order[row + AHEAD] * packing->patient_step +
                     first * packing->marker_step);
        const lanes value = read_markers(packing, row, first);
        const lane_bits tested = value == value, carrier = tested & (value != 0.0);
        const lane_bits event = packing->event[row] ? all : none;
        store(packing->packed + first, row, value);
        /* true is -1 */
        n_tested -= tested;
        n_carriers -= carrier;
        n_events -= tested & event;
        n_both -= carrier & event;
        binary &= ~carrier | (value == 1.0);
        pattern_0 += ~tested & (long long)packing->keys[2 * row];
        pattern_1 += ~tested & (long long)packing->keys[2 * row + 1];
        smallest = choose(value < smallest, value, smallest);
        largest = choose(value > largest, value, largest);
        total += keep_where(tested, value);
    }
    for (int lane = 0; lane < SCAN_WIDTH; lane++) {
        const int place = first + lane;
        packing->counts[place] = n_tested[lane];
        packing->counts[SCAN_LANES + place] = n_carriers[lane];
        packing->counts[2 * SCAN_LANES + place] = n_events[lane];
        packing->counts[3 * SCAN_LANES + place] = n_both[lane];
        packing->pattern[place] = (unsigned long long)pattern_0[lane];
        packing->pattern[SCAN_LANES + place] = (unsigned long long)pattern_1[lane];
        packing->ranges[place] = smallest[lane];
        packing->ranges[SCAN_LANES + place] = largest[lane];
        packing->ranges[2 * SCAN_LANES + place] = total[lane];
        packing->binary[place] = binary[lane];
    }
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
        pack_part(packing, first);
}

INLINE void observe_part(const scan_layout *layout, const double *values, double *observed,
                         int n_columns)
{
    for (int j = 0; j < n_columns; j++)
        store(observed, j, fill(0.0));
    for (ptrdiff_t time = 0; time < layout->stratum_times[layout->n_strata]; time++)
        for (ptrdiff_t row = layout->first_event[time]; row < layout->end[time]; row++) {
            const lanes value = load(values, row);
            const lane_bits tested = value == value;
            for (int j = 0; j < n_columns; j++) {
                lanes x = read_column(layout, row, value, j, (int)layout->n_covariates);
                store(observed, j, load(observed, j) + keep_where(tested, x));
            }
        }
}

static void SCAN_NAME(observe)(const scan_layout *layout, const double *values, double *observed,
                               int n_columns)
{
    for (int lane = 0; lane < SCAN_LANES; lane += SCAN_WIDTH)
        observe_part(layout, values + lane, observed + lane, n_columns);
}

#undef AHEAD
#undef PREFETCH
#undef pack_part
#undef read_markers
#undef observe_part
