/* Markers side by side in lanes, patients below each other as they are given. */
#ifndef CHORALL_SCAN_PACK_H
#define CHORALL_SCAN_PACK_H

#include "_scan_layout.h"

#define SCAN_MAX_ENDPOINTS 16
/* groups that one thread packs at a time */
#define SCAN_GROUPS_TOGETHER 8

typedef struct {
    ptrdiff_t n_rows;               /* patients */
    const char *markers;            /* first marker of the group, first patient */
    ptrdiff_t patient_step, marker_step; /* in bytes */
    int n_markers;                  /* of the group; the other lanes become NaN */
    int n_endpoints;
    const unsigned char *events;    /* (rows, n_endpoints) */
    const unsigned long long *keys; /* (rows, 2) */
    double *packed;                 /* (rows, lanes): written, and the following per lane */
    long long *counts;              /* (2 + 2 n_endpoints, lanes): tested, carriers; for each
                                       endpoint events and events of carriers */
    unsigned long long *pattern;    /* (2, lanes): sums of the keys of those not tested */
    double *ranges;                 /* (3, lanes): smallest, largest, sum */
    long long *binary;              /* (lanes,): whether all values are 0 or 1 */
} scan_packing;

#define SCAN_BODY "_scan_pack_lanes.h"
#include "_scan_widths.h"
#undef SCAN_BODY

/* Copy the markers of SCAN_GROUPS_TOGETHER groups at most into lanes, and count. */
static void pack_lanes(const scan_packing *groups, int n_groups, int width)
{
    SCAN_DISPATCH(width, pack, groups, n_groups);
}

/* Tell whether n numbers, `step` bytes apart, hold an infinite one. */
static int find_infinite_number(const char *row, ptrdiff_t step, ptrdiff_t n, int width)
{
    return SCAN_DISPATCH(width, find_infinite, row, step, n);
}

#endif
