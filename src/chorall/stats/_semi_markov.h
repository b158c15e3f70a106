/* Sums over all times of entering a state: who came at i and left after j is gone at i + j. */
#ifndef CHORALL_SEMI_MARKOV_H
#define CHORALL_SEMI_MARKOV_H

#include "_wide.h"

/* Add to found[i + j] what came at i times what leaves after j, for all i + j below n. Four times of
   coming are taken at once; there must be BEFORE zeros before leaving[0]. */
enum { BEFORE = 4 };

CHORALL_WIDE
static void convolve(const double *restrict coming, const double *restrict leaving,
                     double *restrict found, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i += 4) {
        const double first = coming[i];
        const double second = i + 1 < n ? coming[i + 1] : 0;
        const double third = i + 2 < n ? coming[i + 2] : 0;
        const double fourth = i + 3 < n ? coming[i + 3] : 0;
        double *restrict place = found + i;
        if (first != 0 || second != 0 || third != 0 || fourth != 0)
            for (Py_ssize_t j = 0; j < n - i; j++)
                place[j] += first * leaving[j] + second * leaving[j - 1] +
                            third * leaving[j - 2] + fourth * leaving[j - 3];
    }
}

/* 2 to the power of a whole number between -1022 and 0 that the low bits of `shifted` hold. */
static inline double raise_two(double shifted)
{
    union { double number; unsigned long long bits; } whole = {shifted}, power;
    power.bits = (whole.bits + 1023ULL) << 52;
    return power.number;
}

/* stays[i] = exp(-total[i]) for total[i] of 0 or more, to the last digit but one; 0 beyond 700. */
CHORALL_WIDE
static void survive(const double *restrict total, double *restrict stays, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        const double x = total[i] < 700 ? -total[i] : -700;
        const double shifted = x * 1.4426950408889634 + 6755399441055744.0;
        const double k = shifted - 6755399441055744.0;
        const double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
        double sum = 1.6059043836821613e-10;
        sum = sum * r + 2.08767569878681e-09;
        sum = sum * r + 2.505210838544172e-08;
        sum = sum * r + 2.755731922398589e-07;
        sum = sum * r + 2.7557319223985893e-06;
        sum = sum * r + 2.48015873015873e-05;
        sum = sum * r + 1.984126984126984e-04;
        sum = sum * r + 1.3888888888888889e-03;
        sum = sum * r + 8.333333333333333e-03;
        sum = sum * r + 4.1666666666666664e-02;
        sum = sum * r + 1.6666666666666666e-01;
        sum = sum * r + 0.5;
        sum = sum * r + 1;
        sum = sum * r + 1;
        stays[i] = total[i] < 700 ? sum * raise_two(shifted) : 0;
    }
}

/* Add a hazard ratio times a cumulative hazard to a total. */
CHORALL_WIDE
static void add_scaled(double ratio, const double *restrict hazard, double *restrict total,
                       Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++)
        total[i] += ratio * hazard[i];
}

/* Who leaves within each interval, over the hazard of it: one share for every way out. */
CHORALL_WIDE
static void share_out(const double *restrict total, const double *restrict stays,
                      double *restrict share, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        const double increase = total[i + 1] - total[i];
        const double lost = stays[i] - stays[i + 1];
        share[i] = increase > 0 ? lost / increase : 0;
    }
}

/* Who leaves one way within each interval. */
CHORALL_WIDE
static void leave(double ratio, const double *restrict increase, const double *restrict share,
                  double *restrict leaving, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++)
        leaving[i] = ratio * increase[i] * share[i];
}

/* Entered in the middle of an interval on average: the mean of two neighbouring points. */
static void halve(double *leaving, Py_ssize_t n)
{
    for (Py_ssize_t i = n - 1; i > 0; i--)
        leaving[i] = (leaving[i] + leaving[i - 1]) / 2;
    leaving[0] /= 2;
}

#endif
