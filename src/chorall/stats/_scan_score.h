/* Sums of score tests over the risk sets of patients whom many markers share. */
#ifndef CHORALL_SCAN_SCORE_H
#define CHORALL_SCAN_SCORE_H

#include "_scan_layout.h"

typedef struct {
    const double *risk;      /* (rows,) */
    const double *expected;  /* (rows,) */
    const double *weights;   /* (rows, n_covariates + 1) */
    const double *tie_terms; /* (times, 3) */
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
