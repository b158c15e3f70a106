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


def attack(shown, pooled, everybody, cells, fewest=5):
    """Return the small cells that follow from what was sent of each, and of all of them.

    Parameters
    ----------
    shown : dict
        Of each name the patients of every part, and the counts that were sent, as vectors.
    pooled : list of vector
        What is known of all patients.
    everybody, cells : ndarray
        Sets of all patients: what one tells of them helps with every other one. And the sets that
        must not be told.
    """
    for _ in range(2):
        for numbers, vectors in shown.values():
            told = solve([*pooled, *vectors], everybody, numbers)
            for one in everybody[told]:
                pooled += [] if Known(pooled).tells(one[None])[0] else [one]
    found = []
    for name, (numbers, vectors) in shown.items():
        told = solve([*pooled, *vectors], cells, numbers)
        found += [(name, int(size)) for size in cells[told] @ numbers if 0 < size < fewest]
    return found


def attack_markers(truth, lines, frequencies, totals):
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
    cells = np.array([np.kron(who, one) for who in groups for one in truth.every])
    pooled = [np.kron(WHO["all"], truth.sets[name]) for name in ("all", *totals)]
    return attack(shown, pooled, everybody, cells)


ARMS = ("treated", "control", "other")
PLACES = list(product(GROUPS, ARMS))


class ArmTruth:
    """Who was randomised to which arm of one question, read row by row, and what became of them."""

    def __init__(self, pool, truth, question):
        self.truth, self.question = truth, question
        n = len(truth.place)
        self.arm = np.full(n, "other", dtype=object)
        names = {question.treatment_arm: "treated", question.control_arm: "control"}
        rows = pool.table("allocation").filter(
            pl.col("randomised"), trial_id=question.trial_id, question=question.question
        )
        days = {}
        for one, day, name in rows.select("patient_id", "day", "assigned_arm").iter_rows():
            if name in names:
                self.arm[truth.place[one]] = names[name]
                days[one] = day
        sets = {name: row[truth.kind.reshape(-1)] for name, row in truth.sets.items()}
        sets["randomised"] = (self.arm != "other").astype(float)
        for endpoint in ENDPOINTS:
            inside, event = np.zeros(n), np.zeros(n)
            for one, origin, entry, end, cause in (
                pool.table("endpoint")
                .filter(endpoint=endpoint)
                .select("patient_id", "origin_day", "entry_day", "exit_day", "cause")
                .iter_rows()
            ):
                if days.get(one) is None:
                    continue
                start = max(days[one], origin)
                if end >= start and (entry <= start or entry < end):
                    inside[truth.place[one]] = 1
                    event[truth.place[one]] = cause == 1
            sets |= {f"arm n {endpoint}": inside, f"arm events {endpoint}": event}
        self.kinds, kind = np.unique([*sets.values()], axis=1, return_inverse=True)
        self.kind = kind.reshape(-1)
        self.sets = dict(zip(sets, self.kinds, strict=True))

    def count(self, marker):
        """Return the number of patients of each kind in each group and arm."""
        groups = dict.fromkeys(self.truth.place, "unknown")
        rows = self.truth.results.filter(marker=marker).select("patient_id", "status").rows()
        groups |= {one: word for one, word in rows if word in GROUPS}
        numbers = np.zeros((len(PLACES), self.kinds.shape[1]))
        for one, place in self.truth.place.items():
            numbers[PLACES.index((groups[one], self.arm[place])), self.kind[place]] += 1
        return numbers.ravel()


def choose(*names):
    """Return which places have one of these groups and one of these arms."""
    return np.array([group in names and arm in names for group, arm in PLACES], dtype=float)


def read_arms(arms, numbers, lines, of_marker):
    """Return what was sent of a marker: in the arms, and of all patients."""
    tested, both = ("present", "absent"), ("treated", "control")
    found = []
    for line in lines:
        inside, event = (arms.sets[f"arm {what} {line['endpoint']}"] for what in ("n", "events"))
        for group, arm in product(tested, both):
            who = choose(group, arm)
            found.append((line[f"n_{group}_{arm}"], np.kron(who, inside)))
            found.append((line[f"events_{group}_{arm}"], np.kron(who, event)))
        found.append((line["n_patients"], np.kron(choose(*tested, *both), inside)))
        found.append((line["n_unknown"], np.kron(choose("unknown", *both), inside)))
    for line in of_marker:
        for what, group in product(("n", "events"), GROUPS):
            members = arms.sets[f"{what} {line['endpoint']}"]
            found.append((line[f"{what}_{group}"], np.kron(choose(group, *ARMS), members)))
    sent = [(count, vector) for count, vector in found if count is not None]
    for count, vector in sent:
        assert count == vector @ numbers, "the counts are those of the pool"
    return [vector for _, vector in sent]


def attack_arms(arms, lines, of_markers):
    """Return the small counts of markers and arms that follow from what was sent.

    Parameters
    ----------
    arms : ArmTruth
        Of one question.
    lines, of_markers : DataFrame
        Rows of all markers as they were sent: treatment, of this question, and prognosis.
    """
    shown = {}
    for marker in lines["marker"].unique(maintain_order=True):
        numbers = arms.count(marker)
        vectors = read_arms(arms, numbers, lines.filter(marker=marker).to_dicts(),
                            of_markers.filter(marker=marker).to_dicts())  # fmt: skip
        shown[marker] = (numbers, vectors)
    within = {name: row for name, row in arms.sets.items() if name.startswith(("arm", "rand"))}
    whole = {name: row for name, row in arms.sets.items() if name not in within}
    outside = [row - within[f"arm {name}"] for name, row in whole.items() if name != "all"]
    everyone = choose(*GROUPS, *ARMS)
    inner = [choose(group, arm) for group, arm in product(GROUPS, ARMS[:2])]
    groups = [choose(group, *ARMS) for group in GROUPS]
    cells, everybody = [], []
    for members, who in (
        ([*within.values()], inner),
        (outside, groups),
        ([*whole.values()], groups),
    ):
        sets = list_sets(members)
        everybody += [np.kron(everyone, one) for one in sets]
        cells += [np.kron(one, other) for one in list_sets(who) for other in sets]
    for arm in ARMS[:2]:
        who = choose(*GROUPS, arm)
        everybody += [np.kron(who, one) for one in list_sets([*within.values()])]
    pooled = [np.kron(everyone, arms.sets[name]) for name in ("all", "randomised", "events OS")]
    return attack(shown, pooled, np.array(everybody), np.array(cells))
