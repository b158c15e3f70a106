/* The loops of _scan_sweep.h over SCAN_WIDTH lanes at a time; included once for each width. */

#define lanes SCAN_NAME(lanes)
#define lane_bits SCAN_NAME(lane_bits)
#define moments SCAN_NAME(moments)
#define product SCAN_NAME(product)
#define load SCAN_NAME(load)
#define store SCAN_NAME(store)
#define fill SCAN_NAME(fill)
#define keep_where SCAN_NAME(keep_where)
#define choose SCAN_NAME(choose)
#define is_any SCAN_NAME(is_any)
#define find_exp SCAN_NAME(find_exp)
#define multiply_product SCAN_NAME(multiply_product)
#define read_column SCAN_NAME(read_column)
#define add_risk SCAN_NAME(add_risk)
#define clear_moments SCAN_NAME(clear_moments)
#define renew_moments SCAN_NAME(renew_moments)
#define admit_rows SCAN_NAME(admit_rows)
#define remove_late_entrants SCAN_NAME(remove_late_entrants)
#define close_event_time SCAN_NAME(close_event_time)
#define descend SCAN_NAME(descend)
#define subtract_before_entry SCAN_NAME(subtract_before_entry)
#define ascend SCAN_NAME(ascend)
#define sweep_part SCAN_NAME(sweep_part)
#define sweep SCAN_NAME(sweep)

/* the number of columns is known at compile time: inlined and unrolled, sums stay in registers */
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")
#define TRIANGLE(j, k) ((j) * ((j) + 1) / 2 + (k))
/* below this part of the largest sum of risk four of sixteen digits are lost */
#define KEPT_PART 1e-4

/* memory of NumPy is aligned to a double only */
typedef double lanes __attribute__((vector_size(8 * SCAN_WIDTH), aligned(8)));
typedef long long lane_bits __attribute__((vector_size(8 * SCAN_WIDTH), aligned(8)));

/* A product kept as mantissa and exponent: one logarithm at the end instead of one per factor. */
typedef struct {
    lanes mantissa;
    lane_bits exponent;
} product;

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
} SCAN_NAME(descent);
#define descent SCAN_NAME(descent)

INLINE lanes load(const double *from, ptrdiff_t row)
{
    return *(const lanes *)(from + row * SCAN_LANES);
}

INLINE void store(double *to, ptrdiff_t row, lanes value)
{
    *(lanes *)(to + row * SCAN_LANES) = value;
}

INLINE lanes fill(double value) { return (lanes){0} + value; }

INLINE lanes keep_where(lane_bits condition, lanes value)
{
    return (lanes)((lane_bits)value & condition);
}

INLINE lanes choose(lane_bits condition, lanes yes, lanes no)
{
    return (lanes)(((lane_bits)yes & condition) | ((lane_bits)no & ~condition));
}

INLINE int is_any(lane_bits condition)
{
    long long any = 0;
    for (int lane = 0; lane < SCAN_WIDTH; lane++)
        any |= condition[lane];
    return any != 0;
}

/* exp to the last bit but one for |x| < 700: the caller sees to that */
INLINE lanes find_exp(lanes x)
{
    const double magic = 0x1.8p52; /* adding it rounds to a whole number in the low bits */
    lanes shifted = x * 1.4426950408889634 + magic;
    lanes whole = shifted - magic;
    lanes r = (x - whole * 6.93147180369123816490e-01) - whole * 1.90821492927058770002e-10;
    lanes r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    lanes low = (1.0 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
    lanes middle = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    lanes high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
    lanes top = 1.0 / 479001600 + r * (1.0 / 6227020800.0);
    lanes value = (low + r4 * middle) + r8 * (high + r4 * top);
    return (lanes)((lane_bits)value + ((lane_bits)shifted << 52));
}

INLINE void multiply_product(product *all, lanes factor)
{
    const lane_bits one = (lane_bits)fill(1.0);
    /* a mantissa is below 2 and a factor far from the ends of the range */
    lane_bits bits = (lane_bits)(all->mantissa * factor);
    all->exponent += (bits >> 52) - 1023;
    all->mantissa = (lanes)((bits & 0x000fffffffffffffLL) | one);
}

/* One column of one row: covariates are the same in all lanes, marker columns are not. */
INLINE lanes read_column(const scan_layout *layout, ptrdiff_t row, lanes marker, int column,
                         int n_covariates)
{
    if (column < n_covariates)
        return fill(layout->covariates[row * n_covariates + column]);
    return column == n_covariates ? marker : marker * layout->modifier[row];
}

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

INLINE void sweep_part(const scan_layout *layout, const scan_sums *sums, int n_covariates,
                       int n_columns)
{
    for (int lane = 0; lane < SCAN_LANES; lane += SCAN_WIDTH) {
        const scan_sums part = {
            sums->values + lane,   sums->coefficients + lane, sums->risk + lane,
            sums->hazard + lane,   sums->total + lane,        sums->spared + lane,
            sums->log_risk + lane,
            sums->expected + lane, sums->information + lane,
        };
        descend(layout, &part, n_covariates, n_columns);
        ascend(layout, &part, n_covariates, n_columns);
    }
}

#define SCAN_CASE(n_covariates, extra) \
    case 2 * n_covariates + extra: \
        sweep_part(layout, sums, n_covariates, n_covariates + extra); \
        break;

static void sweep(const scan_layout *layout, const scan_sums *sums, int n_columns)
{
    const int n_covariates = (int)layout->n_covariates, extra = n_columns - n_covariates;
    switch (extra < 2 ? 2 * n_covariates + extra : 0) {
        SCAN_CASE(0, 1)
        SCAN_CASE(1, 0)
        SCAN_CASE(1, 1)
        SCAN_CASE(2, 0)
        SCAN_CASE(2, 1)
        SCAN_CASE(3, 0)
        SCAN_CASE(3, 1)
        SCAN_CASE(4, 0)
        SCAN_CASE(4, 1)
        SCAN_CASE(5, 0)
        SCAN_CASE(5, 1)
    default:
        sweep_part(layout, sums, n_covariates, n_columns);
    }
}

#include "_scan_firth.h"
#include "_scan_pack.h"
#include "_scan_score.h"

#undef lanes
#undef lane_bits
#undef moments
#undef product
#undef load
#undef store
#undef fill
#undef keep_where
#undef choose
#undef is_any
#undef find_exp
#undef multiply_product
#undef read_column
#undef add_risk
#undef clear_moments
#undef renew_moments
#undef admit_rows
#undef remove_late_entrants
#undef close_event_time
#undef descend
#undef descent
#undef subtract_before_entry
#undef ascend
#undef sweep_part
#undef sweep
#undef SCAN_CASE
#undef INLINE
#undef UNROLL
#undef TRIANGLE
#undef KEPT_PART
