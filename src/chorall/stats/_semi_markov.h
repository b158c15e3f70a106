/* Steps of a course through states, LANES rows side by side: of every array that is called `wide`,
   time i of row l stands at [i * LANES + l]; hazards are the same for all rows. */
#ifndef CHORALL_SEMI_MARKOV_H
#define CHORALL_SEMI_MARKOV_H

#include "_wide.h"

enum { LANES = 8, BLOCK = 4 };

typedef double lanes __attribute__((vector_size(8 * LANES), aligned(8)));

/* Add to found[i + j] what came at i times what leaves after j, for all i + j below n. Arrays have
   room for BLOCK times more; leaving is 0 there. BLOCK sums are held in registers at once. */
CHORALL_WIDE
static void convolve(const double *restrict wide_coming, const double *restrict wide_leaving,
                     double *restrict wide_found, Py_ssize_t n)
{
    const lanes *coming = (const lanes *)wide_coming, *leaving = (const lanes *)wide_leaving;
    lanes *found = (lanes *)wide_found;
    for (Py_ssize_t t = 0; t < n; t += BLOCK) {
        lanes a = found[t], b = found[t + 1], c = found[t + 2], d = found[t + 3];
        lanes one = leaving[t + 1], two = leaving[t + 2], three = leaving[t + 3];
        for (Py_ssize_t i = 0; i <= t; i++) {
            const lanes come = coming[i], next = leaving[t - i];
            a += come * next;
            b += come * one;
            c += come * two;
            d += come * three;
            three = two;
            two = one;
            one = next;
        }
        const lanes *late = coming + t;
        b += late[1] * leaving[0];
        c += late[1] * leaving[1] + late[2] * leaving[0];
        d += late[1] * leaving[2] + late[2] * leaving[1] + late[3] * leaving[0];
        found[t] = a;
        found[t + 1] = b;
        found[t + 2] = c;
        found[t + 3] = d;
    }
}

/* Add to found[i + j] the same where anybody leaves after few j alone, the `count` given ones; or
   comes in few, with both arrays exchanged. */
CHORALL_WIDE
static void convolve_few(const double *restrict wide_coming, const double *restrict wide_leaving,
                         const long long *restrict after, Py_ssize_t count,
                         double *restrict wide_found, Py_ssize_t n)
{
    const lanes *coming = (const lanes *)wide_coming;
    for (Py_ssize_t u = 0; u < count; u++) {
        const lanes leaves = ((const lanes *)wide_leaving)[after[u]];
        lanes *found = (lanes *)wide_found + after[u];
        for (Py_ssize_t i = 0; i < n - after[u]; i++)
            found[i] += coming[i] * leaves;
    }
}

/* Sum of what came at i times what the kernel says of n - 1 - i, for all i below n. */
CHORALL_WIDE
static void sum_until(const double *restrict wide_coming, const double *restrict wide_kernel,
                      double *restrict wide_sum, Py_ssize_t n)
{
    const lanes *coming = (const lanes *)wide_coming, *kernel = (const lanes *)wide_kernel;
    lanes even = {0}, odd = {0};
    Py_ssize_t i = 0;
    for (; i + 1 < n; i += 2) {
        even += coming[i] * kernel[n - 1 - i];
        odd += coming[i + 1] * kernel[n - 2 - i];
    }
    if (i < n)
        even += coming[i] * kernel[0];
    *(lanes *)wide_sum = even + odd;
}

/* Put one number at all times. */
CHORALL_WIDE
static void fill(double value, double *restrict wide, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n * LANES; i++)
        wide[i] = value;
}

/* Sum of the first n times. */
CHORALL_WIDE
static void sum_first(const double *restrict wide, double *restrict wide_sum, Py_ssize_t n)
{
    lanes sum = {0};
    for (Py_ssize_t i = 0; i < n; i++)
        sum += ((const lanes *)wide)[i];
    *(lanes *)wide_sum = sum;
}

/* Put the numbers of the rows side by side; none is below 0. */
CHORALL_WIDE
static void store(const double *restrict wide, double *restrict place)
{
    for (int lane = 0; lane < LANES; lane++)
        place[lane] = wide[lane] > 0 ? wide[lane] : 0;
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
    for (Py_ssize_t i = 0; i < n * LANES; i++) {
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

/* Put the first time at all others. */
CHORALL_WIDE
static void hold(double *restrict wide, Py_ssize_t n)
{
    const lanes held = *(const lanes *)wide;
    for (Py_ssize_t i = 1; i < n; i++)
        ((lanes *)wide)[i] = held;
}

/* Add each row's hazard ratio times a cumulative hazard to its total. */
CHORALL_WIDE
static void add_scaled(const double *restrict wide_ratio, const double *restrict hazard,
                       double *restrict wide_total, Py_ssize_t n)
{
    const lanes ratio = *(const lanes *)wide_ratio;
    for (Py_ssize_t i = 0; i < n; i++)
        ((lanes *)wide_total)[i] += ratio * hazard[i];
}

/* Who leaves within each interval, over the hazard of it: one share for every way out. */
CHORALL_WIDE
static void share_out(const double *restrict total, const double *restrict stays,
                      double *restrict share, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n * LANES; i++) {
        const double increase = total[i + LANES] - total[i];
        const double lost = stays[i] - stays[i + LANES];
        share[i] = increase > 0 ? lost / increase : 0;
    }
}

/* Who leaves one way within each interval. */
CHORALL_WIDE
static void leave(const double *restrict wide_ratio, const double *restrict increase,
                  const double *restrict wide_share, double *restrict wide_leaving, Py_ssize_t n)
{
    const lanes ratio = *(const lanes *)wide_ratio, *share = (const lanes *)wide_share;
    for (Py_ssize_t i = 0; i < n; i++)
        ((lanes *)wide_leaving)[i] = ratio * increase[i] * share[i];
}

/* Weights of those who fail and of those who succeed, among who waits now. `wide_chance` has the
   chance not to have failed by now, then not to fail any more, then not to have succeeded by now if
   that is to come. `there` is 0 where nobody waits as long: then all stay. */
CHORALL_WIDE
static void weigh_judged(const double *restrict wide_chance, double *restrict wide_weight,
                         double *restrict wide_there)
{
    const double *yet = wide_chance, *never = yet + LANES, *other = never + LANES;
    for (int lane = 0; lane < LANES; lane++) {
        const double succeeds = yet[lane] * never[lane] * other[lane];
        const double all = yet[lane] * (1 - never[lane]) + succeeds;
        wide_there[lane] = all > 0;
        wide_weight[lane] = all > 0 ? yet[lane] / all : 0;
        wide_weight[LANES + lane] = all > 0 ? succeeds / all : 0;
    }
}

/* Who is not judged yet, from the chances to outlast failure and success from now on; all stay where
   `there` is 0. */
CHORALL_WIDE
static void wait_judged(const double *restrict wide_failure, const double *restrict wide_success,
                        const double *restrict wide_chance, const double *restrict wide_weight,
                        const double *restrict wide_there, double *restrict wide_waits,
                        Py_ssize_t n)
{
    const lanes *failure = (const lanes *)wide_failure, *success = (const lanes *)wide_success;
    const lanes never = ((const lanes *)wide_chance)[1], there = *(const lanes *)wide_there;
    const lanes fail = *(const lanes *)wide_weight, succeed = ((const lanes *)wide_weight)[1];
    for (Py_ssize_t i = 0; i < n; i++)
        ((lanes *)wide_waits)[i] =
            fail * (failure[i] - never) + succeed * success[i] + (1 - there);
}

/* Who is judged one way within each interval, of those whom nothing else took. */
CHORALL_WIDE
static void leave_judged(const double *restrict wide_weight, const double *restrict wide_judged,
                         const double *restrict wide_stays, double *restrict wide_leaving,
                         Py_ssize_t n)
{
    const lanes half = *(const lanes *)wide_weight / 2;
    const lanes *judged = (const lanes *)wide_judged, *stays = (const lanes *)wide_stays;
    for (Py_ssize_t i = 0; i < n; i++)
        ((lanes *)wide_leaving)[i] =
            half * (judged[i] - judged[i + 1]) * (stays[i] + stays[i + 1]);
}

/* The share of who leaves within each interval, of those who are not judged yet. */
CHORALL_WIDE
static void share_waiting(const double *restrict wide_waits, double *restrict wide_share,
                          Py_ssize_t n)
{
    const lanes *waits = (const lanes *)wide_waits;
    for (Py_ssize_t i = 0; i < n; i++)
        ((lanes *)wide_share)[i] *= (waits[i] + waits[i + 1]) / 2;
}

/* Read the times at which intervals end. */
CHORALL_WIDE
static void read_ends(const double *restrict wide, const long long *restrict ends,
                      double *restrict wide_found, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++)
        ((lanes *)wide_found)[i] = ((const lanes *)wide)[ends[i]];
}

/* Take a part of all times. */
CHORALL_WIDE
static void multiply(const double *restrict wide_part, double *restrict wide, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n * LANES; i++)
        wide[i] *= wide_part[i];
}

/* The same of who entered in the middle of an interval on average, half of it in the next one: at
   the times `when`, of `count`; beyond n it is not asked. */
CHORALL_WIDE
static void leave_after(const double *restrict wide_ratio, const double *restrict increase,
                        const double *restrict wide_share, const long long *restrict when,
                        Py_ssize_t count, double *restrict wide_leaving, Py_ssize_t n)
{
    const lanes half = *(const lanes *)wide_ratio / 2, *share = (const lanes *)wide_share;
    lanes *leaving = (lanes *)wide_leaving;
    for (Py_ssize_t i = 0; i < n; i++)
        leaving[i] = (lanes){0};
    for (Py_ssize_t u = 0; u < count; u++) {
        const lanes now = half * increase[u] * share[u];
        leaving[when[u]] += now;
        if (when[u] + 1 < n)
            leaving[when[u] + 1] += now;
    }
}

/* Who still stays of those who entered in the middle of an interval: the mean of two neighbouring
   points of a chance that changes at the times `when`. */
CHORALL_WIDE
static void stay_after(const double *restrict wide_chance, const long long *restrict when,
                       Py_ssize_t count, double *restrict wide_stays, Py_ssize_t n)
{
    const lanes *chance = (const lanes *)wide_chance;
    lanes before = chance[0];
    for (Py_ssize_t i = 0, u = 0; i < n; i++) {
        u += u < count && when[u] == i;
        ((lanes *)wide_stays)[i] = (before + chance[u]) / 2;
        before = chance[u];
    }
}

/* Running sums. */
CHORALL_WIDE
static void run_up(const double *restrict wide, double *restrict wide_sums, Py_ssize_t n)
{
    lanes sum = {0};
    for (Py_ssize_t i = 0; i < n; i++) {
        sum += ((const lanes *)wide)[i];
        ((lanes *)wide_sums)[i] = sum;
    }
}

/* Let all who still stay after `interval` leave one way at its end; nobody stays longer. */
CHORALL_WIDE
static void leave_at(const double *restrict wide_left, double *restrict wide_leaving,
                     double *restrict wide_stays, Py_ssize_t interval, Py_ssize_t n)
{
    const lanes half = *(const lanes *)wide_left / 2;
    lanes *leaving = (lanes *)wide_leaving, *stays = (lanes *)wide_stays;
    leaving[interval - 1] += half;
    stays[interval - 1] -= half;
    if (interval < n)
        leaving[interval] += half;
    for (Py_ssize_t i = interval; i < n; i++)
        stays[i] = (lanes){0};
}

/* Add all times to others, or with a sign of -1 take them off. */
CHORALL_WIDE
static void add_all(const double *restrict wide, double sign, double *restrict wide_sums,
                    Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n * LANES; i++)
        wide_sums[i] += sign * wide[i];
}

/* Sums of some intervals: those from ends[i] to ends[i + 1]. */
CHORALL_WIDE
static void add_months(const double *restrict wide, const long long *restrict ends,
                       double *restrict wide_sums, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        lanes sum = {0};
        for (Py_ssize_t j = ends[i]; j < ends[i + 1]; j++)
            sum += ((const lanes *)wide)[j];
        ((lanes *)wide_sums)[i] = sum;
    }
}

/* Add running sums to those over rows, of rows that count: kept is 1 in their lanes, else 0. */
CHORALL_WIDE
static void add_running(const double *restrict wide, const double *restrict wide_kept,
                        double *restrict wide_sums, Py_ssize_t n)
{
    const lanes kept = *(const lanes *)wide_kept;
    lanes sum = {0};
    for (Py_ssize_t i = 0; i < n; i++) {
        sum += ((const lanes *)wide)[i];
        ((lanes *)wide_sums)[i] += kept * sum;
    }
}

#endif
