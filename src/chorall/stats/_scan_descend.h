/* Down the risk sets, SCAN_WIDTH lanes at a time: likelihood and mean of x at each event time. */

#include "_scan_product.h"

#define moments SCAN_NAME(moments)
#define add_risk SCAN_NAME(add_risk)
#define clear_moments SCAN_NAME(clear_moments)
#define renew_moments SCAN_NAME(renew_moments)
#define admit_rows SCAN_NAME(admit_rows)
#define remove_late_entrants SCAN_NAME(remove_late_entrants)
#define close_event_time SCAN_NAME(close_event_time)
#define descend SCAN_NAME(descend)
#define descent SCAN_NAME(descent)
/* below this part of the largest sum of risk four of sixteen digits are lost */
#define KEPT_PART 1e-4

/* Sums of risk and of risk times x over some rows. */
typedef struct {
    lanes s0;
    lanes s1[SCAN_MAX_COLUMNS];
} moments;

typedef struct {
    lanes coefficients[SCAN_MAX_COLUMNS];
    moments at_risk, tied;
    lanes n_tied, peak;
    product risk_sets;
    lanes means[TRIANGLE(SCAN_MAX_COLUMNS, 0)];
} descent;

INLINE void clear_moments(moments *sums, int n_columns)
{
    sums->s0 = fill(0.0);
    UNROLL
    for (int j = 0; j < n_columns; j++)
        sums->s1[j] = fill(0.0);
}

INLINE void add_risk(moments *sums, const scan_layout *layout, ptrdiff_t row, lanes marker,
                     lanes risk, int n_covariates, int n_columns)
{
    sums->s0 += risk;
    UNROLL
    for (int j = 0; j < n_columns; j++)
        sums->s1[j] += risk * read_column(layout, row, marker, j, n_covariates);
}

/* Admit the rows up to the end of an event time; find their risk and sum the tied apart. */
INLINE ptrdiff_t admit_rows(descent *state, const scan_layout *layout, const scan_sums *sums,
                            ptrdiff_t row, ptrdiff_t time, int n_covariates, int n_columns)
{
    const ptrdiff_t first_event = layout->first_event[time], end = layout->end[time];
    state->n_tied = fill(0.0);
    clear_moments(&state->tied, n_columns);
    for (; row < end; row++) {
        lanes value = load(sums->values, row);
        lane_bits tested = value == value;
        lanes marker = keep_where(tested, value), predictor = fill(0.0);
        UNROLL
        for (int j = 0; j < n_columns; j++)
            predictor +=
                state->coefficients[j] * read_column(layout, row, marker, j, n_covariates);
        lanes risk = keep_where(tested, find_exp(predictor));
        store(sums->risk, row, risk);
        add_risk(&state->at_risk, layout, row, marker, risk, n_covariates, n_columns);
        if (row >= first_event) {
            state->n_tied += keep_where(tested, fill(1.0));
            if (end - first_event > 1)
                add_risk(&state->tied, layout, row, marker, risk, n_covariates, n_columns);
        }
    }
    return row;
}

/* Sum anew who is at risk, in the lanes where taking away has left mostly rounding. */
INLINE void renew_moments(moments *at_risk, const scan_layout *layout, const scan_sums *sums,
                          ptrdiff_t start, ptrdiff_t time, lane_bits lost, int n_covariates,
                          int n_columns)
{
    moments fresh;
    clear_moments(&fresh, n_columns);
    for (ptrdiff_t row = start; row < layout->end[time]; row++)
        if (layout->leaves_at[row] > time) {
            lanes value = load(sums->values, row);
            add_risk(&fresh, layout, row, keep_where(value == value, value),
                     load(sums->risk, row), n_covariates, n_columns);
        }
    at_risk->s0 = choose(lost, fresh.s0, at_risk->s0);
    UNROLL
    for (int j = 0; j < n_columns; j++)
        at_risk->s1[j] = choose(lost, fresh.s1[j], at_risk->s1[j]);
}

INLINE ptrdiff_t remove_late_entrants(descent *state, const scan_layout *layout,
                                      const scan_sums *sums, ptrdiff_t start, ptrdiff_t left,
                                      ptrdiff_t time, int n_covariates, int n_columns)
{
    moments *at_risk = &state->at_risk;
    state->peak = choose(at_risk->s0 > state->peak, at_risk->s0, state->peak);
    for (; left < layout->n_left[time]; left++) {
        const ptrdiff_t row = layout->leaving[left];
        lanes value = load(sums->values, row);
        add_risk(at_risk, layout, row, keep_where(value == value, value),
                 -load(sums->risk, row), n_covariates, n_columns);
    }
    lane_bits lost = at_risk->s0 < KEPT_PART * state->peak;
    if (is_any(lost)) {
        renew_moments(at_risk, layout, sums, start, time, lost, n_covariates, n_columns);
        state->peak = choose(lost, at_risk->s0, state->peak);
    }
    return left;
}

/* Add the tie terms of one event time; a lane without a tested event there adds nothing. */
INLINE void close_event_time(descent *state, const scan_sums *sums, ptrdiff_t time,
                             ptrdiff_t n_events, int n_columns)
{
    const moments *at_risk = &state->at_risk, *tied = &state->tied;
    const lanes one = fill(1.0), n_tied = state->n_tied;
    lanes a = fill(0.0), b = fill(0.0), c = fill(0.0), e = fill(0.0), h = fill(0.0);
    if (n_events == 1) {
        lanes g = choose(n_tied > 0.0, at_risk->s0, one);
        multiply_product(&state->risk_sets, g);
        a = n_tied / g;
        UNROLL
        for (int j = 0; j < n_columns; j++)
            UNROLL
            for (int k = 0; k <= j; k++)
                state->means[TRIANGLE(j, k)] += (a * at_risk->s1[j]) * (a * at_risk->s1[k]);
    } else {
        const lanes share = one / choose(n_tied > 0.0, n_tied, one);
        for (ptrdiff_t i = 0; i < n_events; i++) {
            lane_bits counts = n_tied > (double)i;
            lanes f = (double)i * share;
            lanes g = choose(counts, at_risk->s0 - f * tied->s0, one);
            lanes inverse = keep_where(counts, one / g);
            multiply_product(&state->risk_sets, g);
            a += inverse;
            b += f * inverse;
            c += inverse * inverse;
            e += f * inverse * inverse;
            h += f * f * inverse * inverse;
        }
        UNROLL
        for (int j = 0; j < n_columns; j++) {
            lanes by_risk = c * at_risk->s1[j] - e * tied->s1[j];
            lanes by_tied = e * at_risk->s1[j] - h * tied->s1[j];
            UNROLL
            for (int k = 0; k <= j; k++)
                state->means[TRIANGLE(j, k)] +=
                    by_risk * at_risk->s1[k] - by_tied * tied->s1[k];
        }
    }
    store(sums->hazard, time, a);
    store(sums->spared, time, b);
}

/* Walk down the risk sets; leaves risk, a, b, log g and minus the products of means. */
INLINE void descend(const scan_layout *layout, const scan_sums *sums, int n_covariates,
                    int n_columns)
{
    descent state;
    state.risk_sets.mantissa = fill(1.0);
    state.risk_sets.exponent = (lane_bits){0};
    UNROLL
    for (int j = 0; j < n_columns; j++)
        state.coefficients[j] = load(sums->coefficients, j);
    UNROLL
    for (int place = 0; place < TRIANGLE(n_columns, 0); place++)
        state.means[place] = fill(0.0);
    for (ptrdiff_t stratum = 0; stratum < layout->n_strata; stratum++) {
        const ptrdiff_t start = layout->stratum_rows[stratum];
        ptrdiff_t row = start, left = start;
        state.peak = fill(0.0);
        clear_moments(&state.at_risk, n_columns);
        for (ptrdiff_t time = layout->stratum_times[stratum];
             time < layout->stratum_times[stratum + 1]; time++) {
            row = admit_rows(&state, layout, sums, row, time, n_covariates, n_columns);
            if (layout->leaving)
                left = remove_late_entrants(&state, layout, sums, start, left, time,
                                            n_covariates, n_columns);
            close_event_time(&state, sums, time, row - layout->first_event[time], n_columns);
        }
    }
    UNROLL
    for (int place = 0; place < TRIANGLE(n_columns, 0); place++)
        store(sums->information, place, -state.means[place]);
    for (int lane = 0; lane < SCAN_WIDTH; lane++)
        sums->log_risk[lane] = log(state.risk_sets.mantissa[lane]) +
                               (double)state.risk_sets.exponent[lane] * 0.69314718055994531;
}
