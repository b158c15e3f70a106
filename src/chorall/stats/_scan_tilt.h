/* Sums of exponentially tilted residuals, several tilts at a time. */
#ifndef CHORALL_SCAN_TILT_H
#define CHORALL_SCAN_TILT_H

#include "_scan_layout.h"

typedef struct {
    const double *residuals; /* (n,) */
    ptrdiff_t n;
    const double *tilts; /* (lanes,) */
    const double *peaks; /* (lanes,): largest tilt times residual */
    double *sums;        /* (3, lanes): written, of e, e R and e R^2 with e = exp(tilt R - peak) */
} scan_tilt;

#define SCAN_BODY "_scan_tilt_lanes.h"
#include "_scan_widths.h"
#undef SCAN_BODY

static void tilt_lanes(const scan_tilt *tilt, int width) { SCAN_DISPATCH(width, tilt, tilt); }

#endif
