"""Somebody who gathers every count that is sent about a marker, and solves for those that are not.

He knows how sets of patients lie in one another in all of the pool (nobody dies who has no event),
and that where 0 is told there is nobody. A count is told where it is a sum and difference of counts
that were sent: plain linear algebra, over the patients of the pool row by row.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl

ENDPOINTS = ("OS", "EFS", "CIR")
GROUPS = ("present", "absent", "unknown")
COVARIATES = ("age_years", "sex", "wbc_10e9_per_l")
TURNS = np.array(list(product((-1, 0, 1), repeat=1 + 2 * len(ENDPOINTS))))
CLASSES = [(group, known, ruled) for group in GROUPS for known in (True, False)
           for ruled in ((True, False) if group == "present" else (True,))]  # fmt: skip
WHO = {
    **{name: [one[0] == name for one in CLASSES] for name in GROUPS},
    "adjusted": [one[0] != "unknown" and one[1] for one in CLASSES],
    "all": [True for _ in CLASSES],
}
"""Of which patients counts are sent, by the classes that they are made of."""
COUNTED = {
    "n_present": [one[0] == "present" and one[2] for one in CLASSES],
    "n_absent": [one[0] == "absent" for one in CLASSES],
    "n_tested": [one[0] != "unknown" and one[2] for one in CLASSES],
}
"""The same for frequencies, which leave out who was tested by what can only find."""


def list_sets(vectors):
    """Return every set that sums and differences of some sets make, once each."""
    vectors = np.array(vectors, dtype=float)
    made = TURNS[:, : len(vectors)] @ vectors
    is_set = ((made == 0) | (made == 1)).all(axis=1) & made.any(axis=1)
    return np.unique(made[is_set], axis=0)


class Truth:
    """Who is in which set, read from the pool row by row."""

    def __init__(self, pool):
        self.people = pool.table("patient").sort("patient_id")
        self.place = {one: n for n, one in enumerate(self.people["patient_id"])}
        self.results = pool.table("marker_result").filter(pl.col("phase") == "diagnosis")
        known = [self.people[name].is_not_null().to_numpy() for name in COVARIATES]
        self.complete = np.all(known, axis=0)
        columns = {"all": np.ones(len(self.place))}
        for name in ENDPOINTS:
            inside, event = np.zeros(len(self.place)), np.zeros(len(self.place))
            for one, start, entry, end, cause in (
                pool.table("endpoint")
                .filter(endpoint=name)
                .select("patient_id", "origin_day", "entry_day", "exit_day", "cause")
                .iter_rows()
            ):
                if entry <= start or entry < end:
                    inside[self.place[one]] = 1
                    event[self.place[one]] = cause == 1
            columns |= {f"n {name}": inside, f"events {name}": event}
        self.kinds, self.kind = np.unique([*columns.values()], axis=1, return_inverse=True)
        self.sets = dict(zip(columns, self.kinds, strict=True))
        self.every = list_sets(self.kinds)

    def count(self, marker):
        """Return the number of patients of each kind in each of the classes."""
        status = dict.fromkeys(self.place, ("unknown", True))
        for one, word, rules_out in (
            self.results.filter(marker=marker).select("patient_id", "status", "rules_out").rows()
        ):
            if word in GROUPS:
                status[one] = (word, word == "absent" or bool(rules_out))
        numbers = np.zeros((len(CLASSES), self.kinds.shape[1]))
        for one, place in self.place.items():
            group, ruled = status[one]
            own = (group, bool(self.complete[place]), ruled)
            numbers[CLASSES.index(own), self.kind.reshape(-1)[place]] += 1
        return numbers.ravel()


class Known:
    """Which sums over patients are known: a space of vectors."""

    def __init__(self, rows):
        _, sizes, right = np.linalg.svd(np.array(rows), full_matrices=False)
        self.basis = right[sizes > 1e-9 * sizes.max(initial=0)]

    def tells(self, vectors):
        """Return which of the vectors are sums and differences of what is known."""
        left = vectors - (vectors @ self.basis.T) @ self.basis
        return np.abs(left).max(axis=1, initial=0) < 1e-7


def read_counts(truth, numbers, lines, frequency):
    """Return the counts that were sent of a marker, each as who is counted."""
    found = []
    for line in lines:
        inside, event = (truth.sets[f"{what} {line['endpoint']}"] for what in ("n", "events"))
        named = {f"{what}_{who}": np.kron(classes, members) for who, classes in WHO.items()
                 for what, members in (("n", inside), ("events", event))}  # fmt: skip
        named["n_patients"] = named["n_all"]
        found += [(line[name], vector) for name, vector in named.items() if name in line]
    everybody = truth.sets["all"]
    found += [(frequency[name], np.kron(own, everybody)) for name, own in COUNTED.items()]
    sent = [(count, vector) for count, vector in found if count is not None]
    for count, vector in sent:
        assert count == vector @ numbers, "the counts are those of the pool"
    return [vector for _, vector in sent]


def solve(vectors, cells, numbers):
    """Return which cells are told; where 0 is told there is nobody, and so on."""
    vectors, someone = np.array(vectors), np.full(len(numbers), True)
    while True:
        told = Known(vectors * someone).tells(cells * someone)
        empty = [one for one in (*vectors, *cells[told]) if one @ numbers == 0]
        now = someone & ~np.any([np.array(one) > 0 for one in empty], axis=0) if empty else someone
        if (now == someone).all():
            return told
        someone = now


def attack_markers(truth, lines, frequencies, totals, fewest=5):
    """Return the small counts of the outcome of markers that follow from what was sent.

    Parameters
    ----------
    lines, frequencies : DataFrame
        Rows of all markers as they were sent: prognosis, and incidence in all patients.
    totals : sequence of str
        Of which sets of all patients the number stands elsewhere.
    """
    shown = {}
    for frequency in frequencies.to_dicts():
        marker = frequency["marker"]
        numbers = truth.count(marker)
        own = lines.filter(marker=marker).to_dicts()
        shown[marker] = (numbers, read_counts(truth, numbers, own, frequency))
    groups = list_sets([WHO[name] for name in WHO])
    everybody = np.kron(WHO["all"], truth.every)
    pooled = [np.kron(WHO["all"], truth.sets[name]) for name in ("all", *totals)]
    for _ in range(2):  # what a marker tells of all patients helps with every other one
        for numbers, vectors in shown.values():
            told = solve([*pooled, *vectors], everybody, numbers)
            pooled += [one for one in everybody[told] if not Known(pooled).tells(one[None])[0]]
    cells = np.array([np.kron(who, one) for who in groups for one in truth.every])
    found = []
    for marker, (numbers, vectors) in shown.items():
        told = solve([*pooled, *vectors], cells, numbers)
        found += [(marker, int(size)) for size in cells[told] @ numbers if 0 < size < fewest]
    return found
