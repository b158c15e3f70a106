/* Products of two numbers of each draw, times what hazards make of them, added to sums. */
#ifndef CHORALL_DRAWN_SUMS_H
#define CHORALL_DRAWN_SUMS_H

#include "_wide.h"

enum { LANES = 8 };

typedef double lanes __attribute__((vector_size(8 * LANES), aligned(8)));

/* To the k sums of each of n draws add one times other times the k effects. A step of 0 takes the
   same number, or the same effects, in every draw; k is a multiple of LANES. */
CHORALL_WIDE
static void add_products(const double *restrict one, const double *restrict other, Py_ssize_t step,
                         const double *restrict effects, Py_ssize_t effect_step,
                         double *restrict sums, Py_ssize_t n, Py_ssize_t k)
{
    if (step == 0 && *one * *other == 0)
        return;
    for (Py_ssize_t draw = 0; draw < n; draw++) {
        const double value = one[draw * step] * other[draw * step];
        if (value == 0)
            continue;
        for (Py_ssize_t i = 0; i < k; i += LANES)
            *(lanes *)(sums + draw * k + i) +=
                value * *(const lanes *)(effects + draw * effect_step + i);
    }
}

#endif
