/* One function for every width of vector registers; the machine chooses as it runs. */
#ifndef CHORALL_WIDE_H
#define CHORALL_WIDE_H

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__gnu_linux__)
#define CHORALL_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CHORALL_WIDE
#endif

#endif
