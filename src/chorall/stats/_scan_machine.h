/* How wide the registers of this machine are. */
#ifndef CHORALL_SCAN_MACHINE_H
#define CHORALL_SCAN_MACHINE_H

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
static int find_scan_width(void)
{
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return 8;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 4 : 2;
}

#else
static int find_scan_width(void) { return 2; }
#endif

#endif
