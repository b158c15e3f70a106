/* The patients of a scan, sorted; how many markers lie side by side.
 *
 * Rows are sorted by stratum and, within it, by descending time, those with the event last among
 * the tied: walking down the rows a risk set only grows (delayed entry takes rows away again).
 */
#ifndef CHORALL_SCAN_LAYOUT_H
#define CHORALL_SCAN_LAYOUT_H

#include <math.h>
#include <stddef.h>

#define SCAN_LANES 8
#define SCAN_MAX_COLUMNS 32

/* the place of one row of lanes that will soon be read */
#ifdef __GNUC__
#define SCAN_PREFETCH(place) (__builtin_prefetch(place), __builtin_prefetch((place) + 56))
#else
#define SCAN_PREFETCH(place) ((void)(place))
#endif

typedef struct {
    ptrdiff_t n_rows, n_covariates, n_strata;
    const ptrdiff_t *order;         /* (rows,): patient of each row */
    const double *covariates;       /* (rows, n_covariates) */
    const double *modifier;         /* (rows,): a second marker column is marker x modifier */
    const ptrdiff_t *stratum_rows;  /* (n_strata,): first row */
    const ptrdiff_t *stratum_times; /* (n_strata + 1,): first event time */
    const ptrdiff_t *first_event;   /* (times,): rows first_event..end had the event then */
    const ptrdiff_t *end;           /* (times,) */
    const ptrdiff_t *leaving;       /* rows by descending entry time; NULL without delayed entry */
    const ptrdiff_t *n_left;        /* (times,): so many of `leaving` are no longer at risk */
    const ptrdiff_t *leaves_at;     /* (rows,): event time from which on it is not at risk */
} scan_layout;

#endif
