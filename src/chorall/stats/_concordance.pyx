# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Sums of weights below, at and above a rank while weights come and go."""

import numpy as np


def sweep_ranks(
    const Py_ssize_t[::1] rank,
    const Py_ssize_t[::1] first_rank,
    const double[::1] weight,
    const unsigned char[::1] is_query,
    Py_ssize_t n_ranks,
):
    """Work through the steps in order and answer the queries, in O(log n_ranks) each.

    A step adds `weight` at `rank` or, when `is_query`, asks for the sums of the weights
    present at ranks below it, at it and above it. Steps with one `first_rank` belong together
    (a stratum): they must be consecutive and their ranks lie at or above it.
    """
    cdef Py_ssize_t n = rank.shape[0], step, place
    cdef double total = 0.0, sum_below
    tree_array = np.zeros(n_ranks + 1)
    present_array = np.zeros(n_ranks)
    answers = np.zeros((3, n))
    cdef double[::1] tree = tree_array, present = present_array
    cdef double[:, ::1] answer = answers

    with nogil:
        for step in range(n):
            if step == 0 or first_rank[step] != first_rank[step - 1]:
                total = 0.0
            if is_query[step]:
                sum_below = 0.0
                # a tree of binary indices: each place holds the sum of its last bit's range
                place = rank[step]
                while place > 0:
                    sum_below += tree[place]
                    place -= place & -place
                place = first_rank[step]
                while place > 0:
                    sum_below -= tree[place]
                    place -= place & -place
                answer[0, step] = sum_below
                answer[1, step] = present[rank[step]]
                answer[2, step] = total - sum_below - present[rank[step]]
            else:
                total += weight[step]
                present[rank[step]] += weight[step]
                place = rank[step] + 1
                while place <= n_ranks:
                    tree[place] += weight[step]
                    place += place & -place
    return answers
