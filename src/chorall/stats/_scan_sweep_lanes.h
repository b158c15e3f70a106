/* One sweep over the risk sets and Firth's correction; read once for each width. */

#include "_scan_descend.h"
#include "_scan_ascend.h"
#include "_scan_observe.h"
#include "_scan_firth_lanes.h"

#define sweep_part SCAN_NAME(sweep_part)

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

static void SCAN_NAME(sweep)(const scan_layout *layout, const scan_sums *sums, int n_columns)
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
