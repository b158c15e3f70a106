"""A second, slow Fine-Gray model: every sum over every patient, written as in the papers."""

from dataclasses import dataclass

import numpy as np


@dataclass
class PlainFineGray:
    """Arrays of n patients; `kind` is 0 censored, 1 of interest, 2 competing.

    `case_weights` serve to differentiate the score by the weight of one patient. With
    `own_events_only` the weights of a censoring group move the risk sets of its own events only,
    as in the covariance of cmprsk::crr 2.2-11: an error, kept here to show what it does.
    """

    x: np.ndarray
    time: np.ndarray
    kind: np.ndarray
    entry: np.ndarray
    stratum: np.ndarray
    group: np.ndarray
    case_weights: np.ndarray
    own_events_only: bool = False

    def find_factors(self, group):
        """List the times at which patients enter or are censored, with the change of W."""
        mine, w = self.group == group, self.case_weights
        times = np.unique(np.concatenate([self.time[mine & (self.kind == 0)], self.entry[mine]]))
        factors = []
        for v in times:
            at_risk = w[mine & (self.entry < v) & (self.time >= v)].sum()
            censored = w[mine & (self.kind == 0) & (self.time == v)].sum()
            present = w[mine & (self.entry <= v) & (self.time > v)].sum()
            entering = w[mine & (self.entry == v)].sum()
            stay = 1 - censored / at_risk if censored else 1.0
            come = 1 - entering / present if entering else 1.0
            factors.append((v, stay, come))
        return factors

    def weigh(self):
        """Weight of each patient (row) at the time of each patient of the stratum (column)."""
        t = self.time[None, :]
        weights = ((self.entry[:, None] < t) & (t <= self.time[:, None])).astype(float)
        for group in np.unique(self.group):
            factors = self.find_factors(group)
            last = self.time[self.group == group].max()
            for i in np.flatnonzero((self.group == group) & (self.kind == 2)):
                for j in np.flatnonzero(self.time > self.time[i]):
                    parts = [s / c for v, s, c in factors if self.time[i] <= v < self.time[j]]
                    weights[i, j] = np.prod(parts) if self.time[j] <= last else 0.0
        return weights * (self.stratum[:, None] == self.stratum[None, :])

    def sum_risk(self, coefficients):
        """Weighted risk (n, n), its column sums and the mean of x at each patient's time."""
        risk = self.weigh() * np.exp(self.x @ coefficients)[:, None]
        weighted = risk * self.case_weights[:, None]
        total = weighted.sum(axis=0)
        return risk, total, (weighted.T @ self.x) / total[:, None]

    def find_log_likelihood(self, coefficients):
        _, total, _ = self.sum_risk(coefficients)
        event = self.kind == 1
        return float(np.sum((self.x @ coefficients - np.log(total))[event]))

    def find_score(self, coefficients):
        _, _, mean = self.sum_risk(coefficients)
        event = self.kind == 1
        return self.case_weights[event] @ (self.x - mean)[event]

    def find_residuals(self, coefficients):
        """Eta + psi of Fine and Gray, with the same for the estimated entry weights."""
        risk, total, mean = self.sum_risk(coefficients)
        event = self.kind == 1
        hazard = np.where(event, 1 / total, 0.0)
        # [i, j]: what patient i is expected to add to the score at the event of patient j
        expected = risk[:, :, None] * (self.x[:, None] - mean[None]) * hazard[None, :, None]
        residuals = np.where(event[:, None], self.x - mean, 0.0) - expected.sum(axis=1)
        for i in range(len(self.time)):
            residuals[i] += self.find_weight_part(i, expected)
        return residuals

    def find_weight_part(self, i, expected):
        mine = self.group == self.group[i]
        waiting = mine & (self.kind == 2)
        part = np.zeros(self.x.shape[1])

        def swing(at, after):
            before = self.time <= at if after else self.time < at
            later = self.time > at if after else self.time >= at
            if self.own_events_only:
                later = later & mine
            return expected[np.ix_(waiting & before, later)].sum(axis=(0, 1))

        for u in np.unique(self.time[mine & (self.kind == 0)]):
            if self.entry[i] < u <= self.time[i]:
                at_risk = (mine & (self.entry < u) & (self.time >= u)).sum()
                censored = (mine & (self.kind == 0) & (self.time == u)).sum()
                part -= swing(u, False) * censored / at_risk**2
                if self.kind[i] == 0 and self.time[i] == u:
                    part += swing(u, False) / at_risk
        for v in np.unique(self.entry[mine]):
            if self.entry[i] <= v < self.time[i]:
                present = (mine & (self.entry <= v) & (self.time > v)).sum()
                part += swing(v, True) * (mine & (self.entry == v)).sum() / present**2
                if self.entry[i] == v:
                    part -= swing(v, True) / present
        return part
