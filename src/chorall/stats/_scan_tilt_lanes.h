/* Sums of exponentially tilted residuals, SCAN_WIDTH tilts at a time; read once for each width. */

#include "_scan_product.h"

/* exp of less than this is nothing beside the 1 of the peak */
#define NOTHING (-700.0)
#define tilt_part SCAN_NAME(tilt_part)

INLINE void tilt_part(const scan_tilt *tilt, int first)
{
    const lanes tilts = load(tilt->tilts + first, 0), peaks = load(tilt->peaks + first, 0);
    lanes s0 = fill(0.0), s1 = fill(0.0), s2 = fill(0.0);
    for (ptrdiff_t i = 0; i < tilt->n; i++) {
        const lanes residual = fill(tilt->residuals[i]);
        const lanes exponent = tilts * residual - peaks;
        const lanes e = find_exp(choose(exponent > NOTHING, exponent, fill(NOTHING)));
        s0 += e;
        s1 += e * residual;
        s2 += e * residual * residual;
    }
    store(tilt->sums + first, 0, s0);
    store(tilt->sums + first, 1, s1);
    store(tilt->sums + first, 2, s2);
}

static void SCAN_NAME(tilt)(const scan_tilt *tilt)
{
    for (int first = 0; first < SCAN_LANES; first += SCAN_WIDTH)
        tilt_part(tilt, first);
}
