/* Exponentials and long products, SCAN_WIDTH lanes at a time. */

#define product SCAN_NAME(product)
#define find_exp SCAN_NAME(find_exp)
#define multiply_product SCAN_NAME(multiply_product)

/* A product kept as mantissa and exponent: one logarithm at the end instead of one per factor. */
typedef struct {
    lanes mantissa;
    lane_bits exponent;
} product;

/* exp to the last bit but one for |x| < 700: the caller sees to that */
INLINE lanes find_exp(lanes x)
{
    const double magic = 0x1.8p52; /* adding it rounds to a whole number in the low bits */
    lanes shifted = x * 1.4426950408889634 + magic;
    lanes whole = shifted - magic;
    lanes r = (x - whole * 6.93147180369123816490e-01) - whole * 1.90821492927058770002e-10;
    lanes r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    lanes low = (1.0 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
    lanes middle = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    lanes high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
    lanes top = 1.0 / 479001600 + r * (1.0 / 6227020800.0);
    lanes value = (low + r4 * middle) + r8 * (high + r4 * top);
    return (lanes)((lane_bits)value + ((lane_bits)shifted << 52));
}

INLINE void multiply_product(product *all, lanes factor)
{
    const lane_bits one = (lane_bits)fill(1.0);
    /* a mantissa is below 2 and a factor far from the ends of the range */
    lane_bits bits = (lane_bits)(all->mantissa * factor);
    all->exponent += (bits >> 52) - 1023;
    all->mantissa = (lanes)((bits & 0x000fffffffffffffLL) | one);
}
