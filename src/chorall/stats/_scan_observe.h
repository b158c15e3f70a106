/* Sums of x over the events, SCAN_WIDTH lanes at a time. */

#define observe_part SCAN_NAME(observe_part)

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
