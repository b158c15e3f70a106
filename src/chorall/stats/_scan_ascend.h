/* Up the risk sets again, SCAN_WIDTH lanes at a time: gradient and information. */

#define subtract_before_entry SCAN_NAME(subtract_before_entry)
#define ascend SCAN_NAME(ascend)

/* Hazard from `time` on until the row entered, summed anew where a difference would be rounding. */
INLINE lanes subtract_before_entry(const scan_sums *sums, lanes total, ptrdiff_t time,
                                   ptrdiff_t leaves_at)
{
    lanes rest = total - load(sums->total, leaves_at);
    lane_bits lost = rest < KEPT_PART * total;
    if (is_any(lost)) {
        lanes fresh = fill(0.0);
        for (ptrdiff_t earlier = time; earlier < leaves_at; earlier++)
            fresh += load(sums->hazard, earlier);
        rest = choose(lost, fresh, rest);
    }
    return rest;
}

/* Walk up again: each row's expected number of events and its part of the sums. */
INLINE void ascend(const scan_layout *layout, const scan_sums *sums, int n_covariates,
                   int n_columns)
{
    lanes expected[SCAN_MAX_COLUMNS];
    lanes products[TRIANGLE(SCAN_MAX_COLUMNS, 0)];
    UNROLL
    for (int j = 0; j < n_columns; j++)
        expected[j] = fill(0.0);
    UNROLL
    for (int place = 0; place < TRIANGLE(n_columns, 0); place++)
        products[place] = load(sums->information, place);
    for (ptrdiff_t stratum = 0; stratum < layout->n_strata; stratum++) {
        const ptrdiff_t first = layout->stratum_times[stratum];
        const ptrdiff_t last = layout->stratum_times[stratum + 1];
        lanes total = fill(0.0);
        for (ptrdiff_t time = last - 1; time >= first; time--) {
            ptrdiff_t row = time == first ? layout->stratum_rows[stratum] : layout->end[time - 1];
            const lanes spared = load(sums->spared, time);
            total += load(sums->hazard, time);
            store(sums->total, time, total);
            for (; row < layout->end[time]; row++) {
                lanes value = load(sums->values, row), hazard = total;
                lanes marker = keep_where(value == value, value);
                if (layout->leaving && layout->leaves_at[row] < last)
                    hazard = subtract_before_entry(sums, hazard, time, layout->leaves_at[row]);
                if (row >= layout->first_event[time])
                    hazard -= spared;
                lanes weight = load(sums->risk, row) * hazard;
                UNROLL
                for (int j = 0; j < n_columns; j++) {
                    lanes part = weight * read_column(layout, row, marker, j, n_covariates);
                    expected[j] += part;
                    UNROLL
                    for (int k = 0; k <= j; k++)
                        products[TRIANGLE(j, k)] +=
                            part * read_column(layout, row, marker, k, n_covariates);
                }
            }
        }
    }
    UNROLL
    for (int j = 0; j < n_columns; j++)
        store(sums->expected, j, expected[j]);
    UNROLL
    for (int place = 0; place < TRIANGLE(n_columns, 0); place++)
        store(sums->information, place, products[place]);
}
