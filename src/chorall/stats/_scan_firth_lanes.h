/* Firth's correction of the gradient, SCAN_WIDTH lanes at a time; part of a sweep.
 *
 * The gradient of log det(information) / 2. With V the inverse information and q = x' V x, the
 * derivative of one risk set's covariance C, contracted with V, is
 * cov(q, x) - 2 C V (mean x), so that no third moments need to be kept.
 */

#define leverages SCAN_NAME(leverages)
#define clear_leverages SCAN_NAME(clear_leverages)
#define add_leverage SCAN_NAME(add_leverage)
#define add_correction SCAN_NAME(add_correction)
#define renew_leverages SCAN_NAME(renew_leverages)
#define correct_part SCAN_NAME(correct_part)

/* Sums of risk times 1, x, x x', q and q x over some rows. */
typedef struct {
    lanes s0, q0;
    lanes s1[SCAN_MAX_COLUMNS], q1[SCAN_MAX_COLUMNS];
    lanes s2[SCAN_MAX_COLUMNS][SCAN_MAX_COLUMNS];
} leverages;

INLINE void clear_leverages(leverages *sums, int n_columns)
{
    sums->s0 = sums->q0 = fill(0.0);
    for (int j = 0; j < n_columns; j++) {
        sums->s1[j] = sums->q1[j] = fill(0.0);
        for (int k = 0; k < n_columns; k++)
            sums->s2[j][k] = fill(0.0);
    }
}

static void add_leverage(leverages *sums, const scan_layout *layout, const scan_sums *work,
                         const double *inverse, ptrdiff_t row, double sign, int n_columns)
{
    const int n_covariates = (int)layout->n_covariates;
    lanes x[SCAN_MAX_COLUMNS], value = load(work->values, row), q = fill(0.0);
    const lanes risk = sign * load(work->risk, row);
    for (int j = 0; j < n_columns; j++)
        x[j] = read_column(layout, row, keep_where(value == value, value), j, n_covariates);
    for (int j = 0; j < n_columns; j++) {
        lanes by_column = fill(0.0);
        for (int k = 0; k < n_columns; k++) {
            by_column += load(inverse, j * n_columns + k) * x[k];
            sums->s2[j][k] += risk * x[j] * x[k];
        }
        q += by_column * x[j];
    }
    sums->s0 += risk;
    sums->q0 += risk * q;
    for (int j = 0; j < n_columns; j++) {
        sums->s1[j] += risk * x[j];
        sums->q1[j] += risk * q * x[j];
    }
}

/* Sum anew where taking away has left mostly rounding, as renew_moments does. */
static void renew_leverages(leverages *at_risk, const scan_layout *layout, const scan_sums *work,
                            const double *inverse, ptrdiff_t start, ptrdiff_t time,
                            lane_bits lost, int n_columns)
{
    leverages fresh;
    clear_leverages(&fresh, n_columns);
    for (ptrdiff_t row = start; row < layout->end[time]; row++)
        if (layout->leaves_at[row] > time)
            add_leverage(&fresh, layout, work, inverse, row, 1.0, n_columns);
    at_risk->s0 = choose(lost, fresh.s0, at_risk->s0);
    at_risk->q0 = choose(lost, fresh.q0, at_risk->q0);
    for (int j = 0; j < n_columns; j++) {
        at_risk->s1[j] = choose(lost, fresh.s1[j], at_risk->s1[j]);
        at_risk->q1[j] = choose(lost, fresh.q1[j], at_risk->q1[j]);
        for (int k = 0; k < n_columns; k++)
            at_risk->s2[j][k] = choose(lost, fresh.s2[j][k], at_risk->s2[j][k]);
    }
}

static void add_correction(const leverages *at_risk, const leverages *tied, lanes n_tied,
                           ptrdiff_t n_events, const double *inverse, double *correction,
                           int n_columns)
{
    const lanes share = fill(1.0) / choose(n_tied > 0.0, n_tied, fill(1.0));
    for (ptrdiff_t i = 0; i < n_events; i++) {
        const lane_bits counts = n_tied > (double)i;
        const lanes f = (double)i * share;
        const lanes g = choose(counts, at_risk->s0 - f * tied->s0, fill(1.0));
        const lanes part = keep_where(counts, fill(1.0) / g);
        const lanes q = (at_risk->q0 - f * tied->q0) * part;
        lanes mean[SCAN_MAX_COLUMNS], turned[SCAN_MAX_COLUMNS], length = fill(0.0);
        for (int j = 0; j < n_columns; j++)
            mean[j] = (at_risk->s1[j] - f * tied->s1[j]) * part;
        for (int j = 0; j < n_columns; j++) {
            turned[j] = fill(0.0);
            for (int k = 0; k < n_columns; k++)
                turned[j] += load(inverse, j * n_columns + k) * mean[k];
            length += turned[j] * mean[j];
        }
        for (int j = 0; j < n_columns; j++) {
            lanes spread = -mean[j] * length;
            for (int k = 0; k < n_columns; k++)
                spread += (at_risk->s2[j][k] - f * tied->s2[j][k]) * part * turned[k];
            const lanes together = (at_risk->q1[j] - f * tied->q1[j]) * part - q * mean[j];
            store(correction, j, load(correction, j) + 0.5 * together - spread);
        }
    }
}

static void correct_part(const scan_layout *layout, const scan_sums *work, const double *inverse,
                         double *correction, int n_columns)
{
    leverages at_risk, tied;
    for (int j = 0; j < n_columns; j++)
        store(correction, j, fill(0.0));
    for (ptrdiff_t stratum = 0; stratum < layout->n_strata; stratum++) {
        const ptrdiff_t start = layout->stratum_rows[stratum];
        ptrdiff_t row = start, left = start;
        lanes peak = fill(0.0);
        clear_leverages(&at_risk, n_columns);
        for (ptrdiff_t time = layout->stratum_times[stratum];
             time < layout->stratum_times[stratum + 1]; time++) {
            lanes n_tied = fill(0.0);
            clear_leverages(&tied, n_columns);
            for (; row < layout->end[time]; row++) {
                add_leverage(&at_risk, layout, work, inverse, row, 1.0, n_columns);
                if (row >= layout->first_event[time]) {
                    lanes value = load(work->values, row);
                    n_tied += keep_where(value == value, fill(1.0));
                    add_leverage(&tied, layout, work, inverse, row, 1.0, n_columns);
                }
            }
            if (layout->leaving) {
                peak = choose(at_risk.s0 > peak, at_risk.s0, peak);
                for (; left < layout->n_left[time]; left++)
                    add_leverage(&at_risk, layout, work, inverse, layout->leaving[left], -1.0,
                                 n_columns);
                lane_bits lost = at_risk.s0 < KEPT_PART * peak;
                if (is_any(lost)) {
                    renew_leverages(&at_risk, layout, work, inverse, start, time, lost,
                                    n_columns);
                    peak = choose(lost, at_risk.s0, peak);
                }
            }
            add_correction(&at_risk, &tied, n_tied, row - layout->first_event[time], inverse,
                           correction, n_columns);
        }
    }
}

static void SCAN_NAME(correct)(const scan_layout *layout, const scan_sums *sums,
                               const double *inverse, double *correction, int n_columns)
{
    for (int lane = 0; lane < SCAN_LANES; lane += SCAN_WIDTH) {
        const scan_sums part = {.values = sums->values + lane, .risk = sums->risk + lane};
        correct_part(layout, &part, inverse + lane, correction + lane, n_columns);
    }
}
