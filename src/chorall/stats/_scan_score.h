/* Sums of score tests over the risk sets of patients whom many markers share. */
#ifndef CHORALL_SCAN_SCORE_H
#define CHORALL_SCAN_SCORE_H

#include "_scan_layout.h"

typedef struct {
    const double *terms;        /* (rows, 3 + n_covariates + 1): risk, expected events, 1 / g^2
                                   summed over the events at this time in the row of the last,
                                   weights of what is linear in the marker */
    const ptrdiff_t *tied_rows; /* (ties + 1, 2): first and last row of several events at one
                                   time; then a row that is never met */
    const double *tie_terms;    /* (ties, 2): f / g^2 and f^2 / g^2 summed over these events */
} scan_score;

#define SCAN_BODY "_scan_score_lanes.h"
#include "_scan_widths.h"
#undef SCAN_BODY

/* Sums of the score test into (n_covariates + 2, lanes): own information, then by each weight. */
static void score_lanes(const scan_layout *layout, const scan_score *score, const double *values,
                        double *sums, int width)
{
    SCAN_DISPATCH(width, score, layout, score, values, sums);
}

#endif
