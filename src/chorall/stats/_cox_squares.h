/* Weighted sums of rows and of their squares, and products of rows with coefficients.
 *
 * Four rows and two columns at a time stay in registers; the same loops in registers of two, four
 * and eight doubles, what the machine has is chosen once. BLAS would do as well, but starts threads
 * for sums that take microseconds: on a busy machine they wait for one another a thousand times
 * longer. */
#ifndef CHORALL_COX_SQUARES_H
#define CHORALL_COX_SQUARES_H

#include <stddef.h>
#include <string.h>

/* rows of scratch and of totals are padded to a multiple of this */
#define COX_PADDING 8
#define COX_ROWS 4

typedef struct {
    ptrdiff_t n_columns, stride;
    double *scratch; /* (4, stride), 0 beyond the columns */
    double *sum;     /* (stride,) */
    double *squares; /* (n_columns + 1, stride): on and below the diagonal */
} cox_totals;

/* Copy the last rows to where there is room behind them; those beyond the last become 0. */
static void copy_rows(const cox_totals *totals, const double *rows, ptrdiff_t first, ptrdiff_t n)
{
    const ptrdiff_t p = totals->n_columns;
    for (ptrdiff_t r = 0; r < COX_ROWS; r++) {
        double *to = totals->scratch + r * totals->stride;
        if (first + r < n)
            memcpy(to, rows + (first + r) * p, p * sizeof(double));
        else
            memset(to, 0, p * sizeof(double));
    }
}

#define COX_LANES(WIDTH)                                                                        \
    typedef double cox_lanes_##WIDTH __attribute__((vector_size(8 * WIDTH), aligned(8)));       \
    typedef const cox_lanes_##WIDTH *cox_from_##WIDTH;                                          \
                                                                                                \
    static void add_rows_##WIDTH(const cox_totals *totals, const double *rows,                  \
                                 const double *linear, const double *square, ptrdiff_t n)       \
    {                                                                                           \
        const ptrdiff_t p = totals->n_columns, stride = totals->stride;                         \
        for (ptrdiff_t i = 0; i < n; i += COX_ROWS) {                                           \
            double l[COX_ROWS] = {0}, w[COX_ROWS] = {0};                                        \
            /* what follows a row is summed into cells that nobody reads */                     \
            const int is_inside = (i + COX_ROWS - 1) * p + stride <= n * p;                     \
            const ptrdiff_t step = is_inside ? p : stride;                                      \
            const double *x0 = is_inside ? rows + i * p : totals->scratch;                      \
            const double *x1 = x0 + step, *x2 = x1 + step, *x3 = x2 + step;                     \
            for (ptrdiff_t r = 0; r < COX_ROWS && i + r < n; r++) {                             \
                /* below 0 can only be rounding; not a number stays so */                       \
                w[r] = square[i + r] < 0 ? 0 : square[i + r];                                   \
                l[r] = linear ? linear[i + r] : 0;                                              \
            }                                                                                   \
            if (!is_inside)                                                                     \
                copy_rows(totals, rows, i, n);                                                  \
            for (ptrdiff_t v = 0; linear && v < p; v += WIDTH)                                  \
                *(cox_lanes_##WIDTH *)(totals->sum + v) +=                                      \
                    *(cox_from_##WIDTH)(x0 + v) * l[0] + *(cox_from_##WIDTH)(x1 + v) * l[1] +   \
                    *(cox_from_##WIDTH)(x2 + v) * l[2] + *(cox_from_##WIDTH)(x3 + v) * l[3];    \
            for (ptrdiff_t j = 0; j < p; j += 2) {                                              \
                const double a0 = w[0] * x0[j], a1 = w[1] * x1[j];                              \
                const double a2 = w[2] * x2[j], a3 = w[3] * x3[j];                              \
                const double b0 = w[0] * x0[j + 1], b1 = w[1] * x1[j + 1];                      \
                const double b2 = w[2] * x2[j + 1], b3 = w[3] * x3[j + 1];                      \
                double *upper = totals->squares + j * stride, *lower = upper + stride;          \
                for (ptrdiff_t v = 0; v <= j + 1; v += WIDTH) {                                 \
                    const cox_lanes_##WIDTH c0 = *(cox_from_##WIDTH)(x0 + v);                   \
                    const cox_lanes_##WIDTH c1 = *(cox_from_##WIDTH)(x1 + v);                   \
                    const cox_lanes_##WIDTH c2 = *(cox_from_##WIDTH)(x2 + v);                   \
                    const cox_lanes_##WIDTH c3 = *(cox_from_##WIDTH)(x3 + v);                   \
                    *(cox_lanes_##WIDTH *)(upper + v) += c0 * a0 + c1 * a1 + c2 * a2 + c3 * a3; \
                    *(cox_lanes_##WIDTH *)(lower + v) += c0 * b0 + c1 * b1 + c2 * b2 + c3 * b3; \
                }                                                                               \
            }                                                                                   \
        }                                                                                       \
    }                                                                                           \
                                                                                                \
    static void multiply_rows_##WIDTH(const double *rows, const double *coefficients,           \
                                      ptrdiff_t n, ptrdiff_t p, double *product)                \
    {                                                                                           \
        for (ptrdiff_t i = 0; i < n; i++) {                                                     \
            const double *x = rows + i * p;                                                     \
            cox_lanes_##WIDTH lanes = {0};                                                      \
            double total = 0;                                                                   \
            ptrdiff_t j = 0;                                                                    \
            for (; j + WIDTH <= p; j += WIDTH)                                                  \
                lanes += *(cox_from_##WIDTH)(x + j) * *(cox_from_##WIDTH)(coefficients + j);    \
            for (; j < p; j++)                                                                  \
                total += x[j] * coefficients[j];                                                \
            for (int lane = 0; lane < WIDTH; lane++)                                            \
                total += lanes[lane];                                                           \
            product[i] += total;                                                                \
        }                                                                                       \
    }

COX_LANES(2)

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
COX_LANES(4)
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,fma")
COX_LANES(8)
#pragma GCC pop_options

static int find_cox_width(void)
{
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return 8;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 4 : 2;
}

#define COX_DISPATCH(width, function, ...)       \
    (width == 8   ? function##_8(__VA_ARGS__)    \
     : width == 4 ? function##_4(__VA_ARGS__)    \
                  : function##_2(__VA_ARGS__))
#else
static int find_cox_width(void) { return 2; }

#define COX_DISPATCH(width, function, ...) ((void)width, function##_2(__VA_ARGS__))
#endif

/* Add linear times row to the sum (when `linear` is given), square times row times row' to the
 * squares. */
static void add_rows(const cox_totals *totals, const double *rows, const double *linear,
                     const double *square, ptrdiff_t n, int width)
{
    COX_DISPATCH(width, add_rows, totals, rows, linear, square, n);
}

/* Add the product of each row with the coefficients to `product`. */
static void multiply_rows(const double *rows, const double *coefficients, ptrdiff_t n, ptrdiff_t p,
                          double *product, int width)
{
    COX_DISPATCH(width, multiply_rows, rows, coefficients, n, p, product);
}

#endif
