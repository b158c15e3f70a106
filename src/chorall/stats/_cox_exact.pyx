# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The exact partial likelihood for events at the same time.

Given that d of those at risk have the event, each set of d people has it with a probability in
proportion to the product of their risks. B(k), the sum of these products over all sets of k
people, follows by admitting one person after the other: B(k) + risk B(k - 1). The chance that the
new person is in the set is q = risk B(k - 1) / B(k); with it the mean and the covariance of the
sum of x over the set are mixtures of what they were, so that no digit is lost to a difference.
"""

import numpy as np

from libc.math cimport INFINITY, exp, log1p


cdef class SetSums:
    """log B(k), mean and covariance (lower triangle) of the sum of x over sets of k people."""

    cdef Py_ssize_t p, n, largest
    cdef double[::1] log_sum
    cdef double[:, ::1] mean
    cdef double[:, :, ::1] covariance
    cdef double[::1] difference

    def __init__(self, Py_ssize_t p, Py_ssize_t largest):
        self.p, self.largest = p, largest
        self.log_sum = np.zeros(largest + 1)
        self.mean = np.zeros((largest + 1, p + 1))
        self.covariance = np.zeros((largest + 1, p + 1, p + 1))
        self.difference = np.zeros(p + 1)

    cdef void empty(self, Py_ssize_t largest) noexcept nogil:
        """Forget everybody; from now on sets of up to `largest` people are followed."""
        cdef Py_ssize_t k
        self.n = 0
        self.largest = largest
        for k in range(largest + 1):
            self.log_sum[k] = -INFINITY if k else 0
        self.mean[0, :] = 0
        self.covariance[0, :, :] = 0

    cdef void add(self, const double* x, double predictor) noexcept nogil:
        cdef Py_ssize_t k, top = min(self.n + 1, self.largest)
        for k in range(top, 0, -1):
            self.mix(k, x, predictor)
        self.n += 1

    cdef void mix(self, Py_ssize_t k, const double* x, double predictor) noexcept nogil:
        cdef Py_ssize_t i, j
        cdef double joining = predictor + self.log_sum[k - 1], staying = self.log_sum[k]
        cdef double share, both
        if staying == -INFINITY:
            share = 1
            self.log_sum[k] = joining
        else:
            share = 1 / (1 + exp(staying - joining))
            self.log_sum[k] = max(staying, joining) + log1p(exp(-abs(staying - joining)))
        both = share * (1 - share)
        for i in range(self.p):
            self.difference[i] = self.mean[k - 1, i] + x[i] - self.mean[k, i]
            if share == 1:
                self.mean[k, i] = self.mean[k - 1, i] + x[i]
            else:
                self.mean[k, i] += share * self.difference[i]
        for i in range(self.p):
            for j in range(i + 1):
                self.covariance[k, i, j] = share * self.covariance[k - 1, i, j]+ (
                    0 if share == 1 else (1 - share) * self.covariance[k, i, j]
                    + both * self.difference[i] * self.difference[j]
                )


def sweep_tied_sets(
    const double[:, ::1] x,
    const double[::1] linear_predictor,
    const double[::1] time,
    const unsigned char[::1] event,
    const Py_ssize_t[::1] stratum_bounds,
    const double[::1] entry_time,
    Py_ssize_t most_tied,
):
    """Sum log-likelihood, gradient and information over all event times.

    Rows are sorted by stratum and descending time; `entry_time` is empty without delayed entry.
    At most `most_tied` events share one time of one stratum.

    Returns
    -------
    tuple of float, ndarray of shape (p,), ndarray of shape (p, p)
        Log-likelihood, gradient and information.
    """
    cdef Py_ssize_t p = x.shape[1], s, row, group, stop, i, j, d, other
    cdef double log_likelihood = 0
    cdef const double* rows = &x[0, 0] if p else &time[0]
    cdef SetSums sets = SetSums(p, most_tied)
    gradient_, information_ = np.zeros(p + 1), np.zeros((p + 1, p + 1))
    cdef double[::1] gradient = gradient_
    cdef double[:, ::1] information = information_
    with nogil:
        for s in range(stratum_bounds.shape[0] - 1):
            stop = stratum_bounds[s + 1]
            row = stratum_bounds[s]
            sets.empty(most_tied)
            while row < stop:
                group, d = row, 0
                while row < stop and time[row] == time[group]:
                    d += event[row]
                    row += 1
                if entry_time.shape[0] == 0:
                    for other in range(group, row):
                        sets.add(rows + other * p, linear_predictor[other])
                elif d:
                    # nobody can be taken out of the sets again: start anew
                    sets.empty(d)
                    for other in range(stratum_bounds[s], row):
                        if entry_time[other] < time[group]:
                            sets.add(rows + other * p, linear_predictor[other])
                if d == 0:
                    continue
                for other in range(group, row):
                    if event[other]:
                        log_likelihood += linear_predictor[other]
                        for i in range(p):
                            gradient[i] += rows[other * p + i]
                log_likelihood -= sets.log_sum[d]
                for i in range(p):
                    gradient[i] -= sets.mean[d, i]
                    for j in range(i + 1):
                        information[i, j] += sets.covariance[d, i, j]
    lower = information_[:p, :p]
    return log_likelihood, gradient_[:p], lower + np.tril(lower, -1).T
