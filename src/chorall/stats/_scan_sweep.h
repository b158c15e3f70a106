/* Sums over the risk sets of a Cox model for several markers at once, one marker in each lane.
 *
 * Rows are sorted by stratum and, within it, by descending time, those with the event last among
 * the tied: walking down the rows a risk set only grows (delayed entry takes rows away again).
 * Each lane holds another marker, so that _scan_lanes.h reads as if for one marker, and no lane's
 * result depends on its neighbours. A marker that is NaN in a row was not tested in that patient,
 * who is then nowhere in that lane: neither at risk nor an event.
 *
 * With Efron's terms g = S0 - f D0 at each event time (S: sums over those at risk, D: over the
 * tied with the event, f = 0, 1/d, ...), and a = sum 1/g, b = sum f/g, each patient's expected
 * number of events is w = risk (sum of a while at risk - b if tied), and
 *
 *     gradient    = observed - sum w x
 *     information = sum w x x' - sum over event times of (mean x)(mean x)'
 *
 * which needs no running sum of x x'.
 */
#ifndef CHORALL_SCAN_SWEEP_H
#define CHORALL_SCAN_SWEEP_H

#include <math.h>
#include <stddef.h>

#define SCAN_LANES 8
#define SCAN_MAX_COLUMNS 32

typedef struct {
    ptrdiff_t n_covariates, n_strata;
    const double *covariates;       /* (rows, n_covariates) */
    const double *modifier;         /* (rows,): a second marker column is marker x modifier */
    const ptrdiff_t *stratum_rows;  /* (n_strata,): first row */
    const ptrdiff_t *stratum_times; /* (n_strata + 1,): first event time */
    const ptrdiff_t *first_event;   /* (times,): rows first_event..end had the event then */
    const ptrdiff_t *end;           /* (times,) */
    const ptrdiff_t *leaving;       /* rows by descending entry time; NULL without delayed entry */
    const ptrdiff_t *n_left;        /* (times,): so many of `leaving` are no longer at risk */
    const ptrdiff_t *leaves_at;     /* (rows,): event time from which on it is not at risk */
} scan_layout;

typedef struct {
    const double *values;       /* (rows, lanes): marker, NaN = not tested */
    const double *coefficients; /* (columns, lanes) */
    double *risk;               /* (rows, lanes) */
    double *hazard;             /* (times, lanes): a */
    double *total;              /* (times, lanes): sum of a from this event time on */
    double *spared;             /* (times, lanes): b */
    double *log_risk;           /* (lanes,): sum of log g */
    double *expected;           /* (columns, lanes): sum of w x */
    double *information;        /* (columns (columns + 1) / 2, lanes): lower triangle by rows */
} scan_sums;

typedef struct {
    ptrdiff_t n_rows;
    const char *markers;            /* first marker of the group, first patient */
    ptrdiff_t patient_step, marker_step; /* in bytes */
    int n_markers;                  /* of the group; the other lanes become NaN */
    const ptrdiff_t *order;         /* (rows,): patient of each row */
    const unsigned char *event;     /* (rows,) */
    const unsigned long long *keys; /* (rows, 2) */
    double *packed;                 /* (rows, lanes): written, and the following per lane */
    long long *counts;              /* (4, lanes): tested, carriers, events, carriers' events */
    unsigned long long *pattern;    /* (2, lanes): sums of the keys of those not tested */
    double *ranges;                 /* (3, lanes): smallest, largest, sum */
    long long *binary;              /* (lanes,): whether all values are 0 or 1 */
} scan_packing;

typedef struct {
    const double *risk;      /* (rows,) */
    const double *expected;  /* (rows,) */
    const double *weights;   /* (rows, n_covariates + 1) */
    const double *tie_terms; /* (times, 3) */
} scan_score;

/* The same loops in registers of two, four and eight doubles; what the machine has is chosen once.
 * Always two where the compiler cannot be asked for more. */
#define SCAN_WIDTH 2
#define SCAN_NAME(name) name##_2
#include "_scan_lanes.h"
#undef SCAN_WIDTH
#undef SCAN_NAME

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define SCAN_WIDTH 4
#define SCAN_NAME(name) name##_4
#include "_scan_lanes.h"
#undef SCAN_WIDTH
#undef SCAN_NAME
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,fma")
#define SCAN_WIDTH 8
#define SCAN_NAME(name) name##_8
#include "_scan_lanes.h"
#undef SCAN_WIDTH
#undef SCAN_NAME
#pragma GCC pop_options

static int find_scan_width(void)
{
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return 8;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 4 : 2;
}

#define SCAN_DISPATCH(width, function, ...)      \
    (width == 8   ? function##_8(__VA_ARGS__)    \
     : width == 4 ? function##_4(__VA_ARGS__)    \
                  : function##_2(__VA_ARGS__))
#else
static int find_scan_width(void) { return 2; }

#define SCAN_DISPATCH(width, function, ...) ((void)width, function##_2(__VA_ARGS__))
#endif

/* Copy the markers of one group into lanes, and count. */
static void pack_lanes(const scan_packing *packing, int width)
{
    SCAN_DISPATCH(width, pack, packing);
}

/* Tell whether n numbers, `step` bytes apart, hold an infinite one. */
static int find_infinite_number(const char *row, ptrdiff_t step, ptrdiff_t n, int width)
{
    return SCAN_DISPATCH(width, find_infinite, row, step, n);
}

/* Sum x over the tested events into (columns, lanes). */
static void observe_lanes(const scan_layout *layout, const double *values, double *observed,
                          int n_columns, int width)
{
    SCAN_DISPATCH(width, observe, layout, values, observed, n_columns);
}

/* Sums of the score test into (n_covariates + 2, lanes): own information, then by each weight. */
static void score_lanes(const scan_layout *layout, const scan_score *score, const double *values,
                        double *sums, int width)
{
    SCAN_DISPATCH(width, score, layout, score, values, sums);
}

/* Log g, expected x and information of all lanes at `coefficients`. */
static void sweep_lanes(const scan_layout *layout, const scan_sums *sums, int n_columns, int width)
{
    SCAN_DISPATCH(width, sweep, layout, sums, n_columns);
}

/* Firth's addition to the gradient, after a sweep at the same coefficients, from the inverse
 * information (columns, columns, lanes). */
static void correct_lanes(const scan_layout *layout, const scan_sums *sums, const double *inverse,
                          double *correction, int n_columns, int width)
{
    SCAN_DISPATCH(width, correct, layout, sums, inverse, correction, n_columns);
}

#endif
