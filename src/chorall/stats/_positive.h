/* The inverse of a symmetric positive definite matrix, four rows of sums at a time.

   Matrices have p rows of p doubles. `upper` holds the matrix on and above its diagonal and becomes
   the root, upper' upper = matrix; `lower` becomes the inverse of upper', `inverse` their product. */
#ifndef CHORALL_POSITIVE_H
#define CHORALL_POSITIVE_H

#include "_wide.h"

/* Take from row[0..n) four rows, `p` apart from one another, times four factors, `step` apart. */
static inline __attribute__((always_inline))
void take_four(double *restrict row, const double *restrict from, const double *factor,
               Py_ssize_t p, Py_ssize_t step, Py_ssize_t n)
{
    const double a = factor[0], b = factor[step], c = factor[2 * step], d = factor[3 * step];
    for (Py_ssize_t j = 0; j < n; j++)
        row[j] -= a * from[j] + b * from[p + j] + c * from[2 * p + j] + d * from[3 * p + j];
}

static inline __attribute__((always_inline))
void take_one(double *restrict row, const double *restrict from, double factor, Py_ssize_t n)
{
    for (Py_ssize_t j = 0; j < n; j++)
        row[j] -= factor * from[j];
}

/* Return 0 where the matrix is not positive definite. */
CHORALL_WIDE
static int find_root(double *restrict upper, Py_ssize_t p)
{
    for (Py_ssize_t first = 0; first < p; first += 4) {
        const Py_ssize_t last = first + 4 < p ? first + 4 : p;
        for (Py_ssize_t k = first; k < last; k++) {
            double *row = upper + k * p;
            for (Py_ssize_t i = first; i < k; i++)
                take_one(row + k, upper + i * p + k, upper[i * p + k], p - k);
            if (!(row[k] > 0))
                return 0;
            const double factor = 1 / __builtin_sqrt(row[k]);
            for (Py_ssize_t j = k; j < p; j++)
                row[j] *= factor;
        }
        for (Py_ssize_t i = last; i < p; i++) {
            const double *from = upper + first * p + i;
            take_four(upper + i * p + i, from, from, p, p, p - i);
        }
    }
    return 1;
}

/* `lower` comes as zeros. */
CHORALL_WIDE
static void invert_root(const double *restrict upper, double *restrict lower, Py_ssize_t p)
{
    for (Py_ssize_t i = 0; i < p; i++) {
        double *row = lower + i * p;
        Py_ssize_t k = 0;
        row[i] = 1;
        for (; k + 4 <= i; k += 4)
            take_four(row, lower + k * p, upper + k * p + i, p, p, k + 4);
        for (; k < i; k++)
            take_one(row, lower + k * p, upper[k * p + i], k + 1);
        const double factor = 1 / upper[i * p + i];
        for (Py_ssize_t j = 0; j <= i; j++)
            row[j] *= factor;
    }
}

/* `inverse` comes as zeros and goes as lower' lower. */
CHORALL_WIDE
static void square_root(const double *restrict lower, double *restrict inverse, Py_ssize_t p)
{
    for (Py_ssize_t i = 0; i < p; i++) {
        double *row = inverse + i * p;
        Py_ssize_t k = i;
        for (; k + 4 <= p; k += 4)
            take_four(row, lower + k * p, lower + k * p + i, p, p, i + 1);
        for (; k < p; k++)
            take_one(row, lower + k * p, lower[k * p + i], i + 1);
        for (Py_ssize_t j = 0; j <= i; j++)
            inverse[j * p + i] = row[j] = -row[j];
    }
}

#endif
