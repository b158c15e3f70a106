/* One pass over the risk sets of strata, for few columns.
 *
 * The sums over those at risk stay in registers, for the number of registers is known when this is
 * compiled. All risks are relative to one predictor, so that nothing is ever scaled anew: the
 * caller sees to it that the predictors lie close enough together. With delayed entry, who had not
 * entered yet is taken out of the sums again; once little is left of them they are summed anew.
 *
 * The d tied events of one time have means m_i = (s - f_i t) / r_i: s and t are the sums of risk
 * times x over those at risk and over the tied, f_i is the part that Efron's rule spares, r_i the
 * risk left. Their squares add up to two rows, whatever d:
 *
 *     sum of m_i m_i' = a u u' + (c - b b / a) t t',  u = s - (b / a) t,
 *
 * with a, b and c the sums of 1 / r_i^2, f_i / r_i^2 and f_i^2 / r_i^2. */
#ifndef CHORALL_COX_PASS_H
#define CHORALL_COX_PASS_H

#include "_cox_squares.h"

/* columns up to which the sums fit into registers */
#define COX_PASS_COLUMNS 16
/* rows whose squares are added up at once; two more may come before that is looked at */
#define COX_HELD 64
/* part of the largest sum below which what was taken out has left four of sixteen digits */
#define COX_CANCELLATION 1e-4
/* up to so many steps are added one by one rather than by a difference of cumulative sums */
#define COX_FEW_STEPS 16

typedef struct {
    const double *rows; /* (n_rows, p) */
    ptrdiff_t n_rows, p;
    const double *weights, *time; /* (n_rows,) */
    double *risk;                 /* (n_rows,): overwritten with the expected events */
    const unsigned char *event;
    const double *fraction, *step_weight; /* by step */
    const ptrdiff_t *first_step;          /* (n_rows,) */
    ptrdiff_t base;                       /* number of the first step */
    const double *entry_time;             /* (n_rows,), or NULL without delayed entry */
    const ptrdiff_t *entry_order;         /* (n_rows,): rows, the last to enter first */
    const ptrdiff_t *end_step;            /* (n_rows,) */
    ptrdiff_t first_row;                  /* number that entry_order gives the first row */
    double *left, *hazard, *spared;       /* by step: risk left, and room */
    double *own;                          /* by step, room; only with delayed entry */
    double *unexpected;                   /* (n_rows,): events less those expected */
    double *held, *held_weight;           /* (COX_HELD + 2, p) and COX_PADDING more; weights */
    ptrdiff_t n_held;
    const cox_totals *totals;
} cox_pass;

/* What one time needs of the sums over its steps. */
typedef struct {
    double hazard, spared, a, b, c;
} cox_ties;

static inline cox_ties sum_ties(const cox_pass *pass, ptrdiff_t step, ptrdiff_t n, double at_risk,
                                double tied)
{
    cox_ties sums = {0, 0, 0, 0, 0};
    for (ptrdiff_t i = step; i < step + n; i++) {
        const double f = pass->fraction[i], left = at_risk - f * tied, part = 1 / left;
        pass->left[i] = left;
        pass->hazard[i] = pass->spared[i] = 0;
        sums.hazard += part;
        sums.spared += f * part;
        sums.a += part * part;
        sums.b += f * part * part;
        sums.c += f * f * part * part;
    }
    return sums;
}

/* Who is at risk: their risk, the largest it has been since it was summed anew, their number, and
 * how many in the order of entry have been taken out. */
typedef struct {
    double risk, peak;
    ptrdiff_t n, n_out;
} cox_present;

/* The cumulative hazard from step `first` to before the end of the row. */
static inline double sum_own_hazard(const cox_pass *pass, ptrdiff_t first, ptrdiff_t end)
{
    const double all = pass->hazard[first], kept = all - pass->hazard[end];
    if (end - first > COX_FEW_STEPS && kept > COX_CANCELLATION * all)
        return kept;
    double seen = 0;
    for (ptrdiff_t i = first; i < end; i++)
        seen += pass->own[i];
    return seen;
}

/* Write what each row of a stratum is expected to have, from the hazard of its times. */
static void expect_events(const cox_pass *pass, ptrdiff_t start, ptrdiff_t stop, ptrdiff_t step,
                          ptrdiff_t end)
{
    const int is_late = pass->entry_time != NULL;
    if (is_late)
        memcpy(pass->own + step, pass->hazard + step, (end - step) * sizeof(double));
    for (ptrdiff_t i = end - 2; i >= step; i--)
        pass->hazard[i] += pass->hazard[i + 1];
    for (ptrdiff_t row = start; row < stop; row++) {
        const ptrdiff_t first = pass->first_step[row] - pass->base;
        const ptrdiff_t last = is_late ? pass->end_step[row] - pass->base : end;
        double seen = first >= last ? 0
                      : last == end ? pass->hazard[first]
                                    : sum_own_hazard(pass, first, last);
        if (pass->event[row])
            seen -= pass->spared[first];
        pass->risk[row] *= seen;
        pass->unexpected[row] = (pass->event[row] ? pass->weights[row] : 0) - pass->risk[row];
    }
}

#define COX_PASS(WIDTH)                                                                         \
    static inline __attribute__((always_inline)) void add_scaled_row_##WIDTH(                   \
        cox_lanes_##WIDTH *sums, const cox_pass *pass, ptrdiff_t row, double risk,              \
        const int n_lanes)                                                                      \
    {                                                                                           \
        const double *x = pass->rows + row * pass->p;                                           \
        double last[COX_PASS_COLUMNS];                                                          \
        if (row * pass->p + n_lanes * WIDTH > pass->n_rows * pass->p) {                         \
            memset(last, 0, sizeof last);                                                       \
            memcpy(last, x, pass->p * sizeof(double));                                          \
            x = last;                                                                           \
        }                                                                                       \
        for (int v = 0; v < n_lanes; v++)                                                       \
            sums[v] += *(cox_from_##WIDTH)(x + v * WIDTH) * risk;                               \
    }                                                                                           \
                                                                                                \
    static inline __attribute__((always_inline)) void hold_row_##WIDTH(                         \
        cox_pass *pass, const cox_lanes_##WIDTH *row, double weight, const int n_lanes)         \
    {                                                                                           \
        double *to = pass->held + pass->n_held * pass->p;                                       \
        /* what follows a row belongs to the next one, which comes later */                     \
        for (int v = 0; v < n_lanes; v++)                                                       \
            *(cox_lanes_##WIDTH *)(to + v * WIDTH) = row[v];                                    \
        pass->held_weight[pass->n_held++] = weight;                                             \
    }                                                                                           \
                                                                                                \
    static inline __attribute__((always_inline)) void release_rows_##WIDTH(                     \
        cox_lanes_##WIDTH *sums, cox_present *present, const cox_pass *pass, ptrdiff_t start,   \
        ptrdiff_t first, ptrdiff_t stop, const int n_lanes)                                     \
    {                                                                                           \
        const double now = pass->time[first];                                                   \
        while (start + present->n_out < stop) {                                                 \
            const ptrdiff_t row = pass->entry_order[start + present->n_out] - pass->first_row;  \
            if (pass->entry_time[row] < now)                                                    \
                break;                                                                          \
            present->risk -= pass->risk[row];                                                   \
            add_scaled_row_##WIDTH(sums, pass, row, -pass->risk[row], n_lanes);                 \
            present->n--;                                                                       \
            present->n_out++;                                                                   \
        }                                                                                       \
        if (present->n && present->risk >= COX_CANCELLATION * present->peak)                    \
            return;                                                                             \
        present->risk = 0;                                                                      \
        for (int v = 0; v < n_lanes; v++)                                                       \
            sums[v] = (cox_lanes_##WIDTH){0};                                                   \
        for (ptrdiff_t row = start; present->n && row < first; row++)                           \
            if (pass->entry_time[row] < now) {                                                  \
                present->risk += pass->risk[row];                                               \
                add_scaled_row_##WIDTH(sums, pass, row, pass->risk[row], n_lanes);              \
            }                                                                                   \
        present->peak = present->risk;                                                          \
    }                                                                                           \
                                                                                                \
    static inline __attribute__((always_inline)) ptrdiff_t pass_stratum_##WIDTH(                \
        cox_pass *pass, ptrdiff_t start, ptrdiff_t stop, ptrdiff_t step, const int n_lanes,     \
        const int is_late)                                                                      \
    {                                                                                           \
        cox_lanes_##WIDTH sums[COX_PASS_COLUMNS / WIDTH] = {{0}};                               \
        cox_present present = {0, 0, 0, 0};                                                     \
        const ptrdiff_t first_step = step;                                                      \
        for (ptrdiff_t first = start, end = start; first < stop; first = end) {                 \
            cox_lanes_##WIDTH tied_sums[COX_PASS_COLUMNS / WIDTH] = {{0}};                      \
            double tied = 0;                                                                    \
            ptrdiff_t n_tied = 0;                                                               \
            if (is_late)                                                                        \
                release_rows_##WIDTH(sums, &present, pass, start, first, stop, n_lanes);        \
            for (; end < stop && pass->time[end] == pass->time[first]; end++) {                 \
                present.risk += pass->risk[end];                                                \
                add_scaled_row_##WIDTH(sums, pass, end, pass->risk[end], n_lanes);              \
                n_tied += pass->event[end];                                                     \
            }                                                                                   \
            if (is_late) {                                                                      \
                present.n += end - first;                                                       \
                present.peak = present.risk > present.peak ? present.risk : present.peak;       \
            }                                                                                   \
            if (!n_tied)                                                                        \
                continue;                                                                       \
            const int is_spared = pass->fraction[step + n_tied - 1] > 0;                        \
            for (ptrdiff_t row = first; is_spared && row < end; row++)                          \
                if (pass->event[row]) {                                                         \
                    tied += pass->risk[row];                                                    \
                    add_scaled_row_##WIDTH(tied_sums, pass, row, pass->risk[row], n_lanes);     \
                }                                                                               \
            const cox_ties ties = sum_ties(pass, step, n_tied, present.risk, tied);             \
            const double weight = pass->step_weight[step];                                      \
            pass->hazard[step] = weight * ties.hazard;                                          \
            pass->spared[step] = weight * ties.spared;                                          \
            if (is_spared) {                                                                    \
                const double share = ties.b / ties.a;                                           \
                cox_lanes_##WIDTH left[COX_PASS_COLUMNS / WIDTH];                               \
                for (int v = 0; v < n_lanes; v++)                                               \
                    left[v] = sums[v] - tied_sums[v] * share;                                   \
                hold_row_##WIDTH(pass, left, weight * ties.a, n_lanes);                         \
                hold_row_##WIDTH(pass, tied_sums, weight * (ties.c - ties.b * share), n_lanes); \
            } else                                                                              \
                hold_row_##WIDTH(pass, sums, weight * ties.a, n_lanes);                         \
            if (pass->n_held >= COX_HELD) {                                                     \
                add_rows_##WIDTH(pass->totals, pass->held, NULL, pass->held_weight,             \
                                 pass->n_held);                                                 \
                pass->n_held = 0;                                                               \
            }                                                                                   \
            step += n_tied;                                                                     \
        }                                                                                       \
        expect_events(pass, start, stop, first_step, step);                                     \
        return step;                                                                            \
    }                                                                                           \
                                                                                                \
    static inline __attribute__((always_inline)) ptrdiff_t pass_columns_##WIDTH(                \
        cox_pass *pass, ptrdiff_t start, ptrdiff_t stop, ptrdiff_t step, const int n_lanes)     \
    {                                                                                           \
        return pass->entry_time ? pass_stratum_##WIDTH(pass, start, stop, step, n_lanes, 1)     \
                                : pass_stratum_##WIDTH(pass, start, stop, step, n_lanes, 0);    \
    }                                                                                           \
                                                                                                \
    static void pass_strata_##WIDTH(cox_pass *pass, const ptrdiff_t *bounds,                    \
                                    ptrdiff_t n_strata, ptrdiff_t base)                         \
    {                                                                                           \
        const ptrdiff_t p = pass->p;                                                            \
        ptrdiff_t step = 0;                                                                     \
        for (ptrdiff_t s = 0; s < n_strata; s++) {                                              \
            const ptrdiff_t start = bounds[s] - base, stop = bounds[s + 1] - base;              \
            step = p <= 4    ? pass_columns_##WIDTH(pass, start, stop, step, 4 / WIDTH)         \
                   : p <= 8  ? pass_columns_##WIDTH(pass, start, stop, step, 8 / WIDTH)         \
                   : p <= 12 ? pass_columns_##WIDTH(pass, start, stop, step, 12 / WIDTH)        \
                             : pass_columns_##WIDTH(pass, start, stop, step, 16 / WIDTH);       \
        }                                                                                       \
        add_rows_##WIDTH(pass->totals, pass->held, NULL, pass->held_weight, pass->n_held);      \
    }

COX_PASS(2)

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
COX_PASS(4)
#pragma GCC pop_options
#endif

/* Sum what the information lacks, and write the risk left at each step and the expected events.
 * `bounds` counts from row `base`; registers of four are filled by few columns. */
static void pass_strata(cox_pass *pass, const ptrdiff_t *bounds, ptrdiff_t n_strata,
                        ptrdiff_t base, int width)
{
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
    if (width >= 4) {
        pass_strata_4(pass, bounds, n_strata, base);
        return;
    }
#endif
    (void)width;
    pass_strata_2(pass, bounds, n_strata, base);
}

#endif
