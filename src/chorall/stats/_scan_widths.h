/* Reads SCAN_BODY once for each width of register; what the machine has is chosen once.
 *
 * The same loops in registers of two, four and eight doubles. Always two where the compiler cannot
 * be asked for more.
 */
#define SCAN_WIDTH 2
#define SCAN_NAME(name) name##_2
#include "_scan_registers.h"
#include SCAN_BODY
#undef SCAN_WIDTH
#undef SCAN_NAME

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define SCAN_WIDTH 4
#define SCAN_NAME(name) name##_4
#include "_scan_registers.h"
#include SCAN_BODY
#undef SCAN_WIDTH
#undef SCAN_NAME
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,fma")
#define SCAN_WIDTH 8
#define SCAN_NAME(name) name##_8
#include "_scan_registers.h"
#include SCAN_BODY
#undef SCAN_WIDTH
#undef SCAN_NAME
#pragma GCC pop_options

#define SCAN_DISPATCH(width, function, ...)      \
    (width == 8   ? function##_8(__VA_ARGS__)    \
     : width == 4 ? function##_4(__VA_ARGS__)    \
                  : function##_2(__VA_ARGS__))
#else
#define SCAN_DISPATCH(width, function, ...) ((void)width, function##_2(__VA_ARGS__))
#endif

/* words too common to leave them defined */
#undef lanes
#undef load
#undef store
#undef fill
#undef choose
#undef product
