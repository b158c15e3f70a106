/* Sums over the risk sets of a Cox model for several markers at once, one marker in each lane.
 *
 * Each lane holds another marker, so that _scan_sweep_lanes.h reads as if for one marker, and no
 * lane's result depends on its neighbours. A marker that is NaN in a row was not tested in that patient,
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

#include "_scan_layout.h"

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

#define SCAN_BODY "_scan_sweep_lanes.h"
#include "_scan_widths.h"
#undef SCAN_BODY

/* Sum x over the tested events into (columns, lanes). */
static void observe_lanes(const scan_layout *layout, const double *values, double *observed,
                          int n_columns, int width)
{
    SCAN_DISPATCH(width, observe, layout, values, observed, n_columns);
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
