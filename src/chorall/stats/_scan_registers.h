/* Vector registers of SCAN_WIDTH doubles; read once for each width by _scan_widths.h.
 *
 * The names below stand for others at each width: a macro is expanded where it is used. */

#define lanes SCAN_NAME(lanes)
#define lane_bits SCAN_NAME(lane_bits)
#define load SCAN_NAME(load)
#define store SCAN_NAME(store)
#define fill SCAN_NAME(fill)
#define keep_where SCAN_NAME(keep_where)
#define choose SCAN_NAME(choose)
#define is_any SCAN_NAME(is_any)
#define read_column SCAN_NAME(read_column)

/* the number of columns is known at compile time: inlined and unrolled, sums stay in registers */
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")
#define TRIANGLE(j, k) ((j) * ((j) + 1) / 2 + (k))

/* memory of NumPy is aligned to a double only */
typedef double lanes __attribute__((vector_size(8 * SCAN_WIDTH), aligned(8)));
typedef long long lane_bits __attribute__((vector_size(8 * SCAN_WIDTH), aligned(8)));

INLINE lanes load(const double *from, ptrdiff_t row)
{
    return *(const lanes *)(from + row * SCAN_LANES);
}

INLINE void store(double *to, ptrdiff_t row, lanes value)
{
    *(lanes *)(to + row * SCAN_LANES) = value;
}

INLINE lanes fill(double value) { return (lanes){0} + value; }

INLINE lanes keep_where(lane_bits condition, lanes value)
{
    return (lanes)((lane_bits)value & condition);
}

INLINE lanes choose(lane_bits condition, lanes yes, lanes no)
{
    return (lanes)(((lane_bits)yes & condition) | ((lane_bits)no & ~condition));
}

INLINE int is_any(lane_bits condition)
{
    long long any = 0;
    for (int lane = 0; lane < SCAN_WIDTH; lane++)
        any |= condition[lane];
    return any != 0;
}

/* One column of one row: covariates are the same in all lanes, marker columns are not. */
INLINE lanes read_column(const scan_layout *layout, ptrdiff_t row, lanes marker, int column,
                         int n_covariates)
{
    if (column < n_covariates)
        return fill(layout->covariates[row * n_covariates + column]);
    return column == n_covariates ? marker : marker * layout->modifier[row];
}
