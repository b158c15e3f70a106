"""Pools of which an arm stands in several comparisons, and who solves all of them together."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
from unit.analyses.pool_builder import build_pool
from unit.web.attacker import ENDPOINTS, GROUPS, ArmTruth, Known, solve

PULSES = {"A": "pulses_monthly", "B": "pulses_reduced", "C": "pulses_omitted"}
STEROIDS = {"P": "steroid_prednisolone", "D": "steroid_dexamethasone"}
MARKERS = ("IKZF1_del", "TP53", "PAX5_del", "CDKN2A_del")


def make_three_arms(path, seed, n=240):
    """Return a pool of one trial: three arms of one question, and a second question after it.

    Some of those randomised first are randomised again, all but few of them.
    """
    rng = np.random.default_rng(seed)
    ids = [f"P{place:04d}" for place in range(n)]
    end = rng.integers(150, 2500, n)
    lasts = rng.integers(60, 2000, n)
    relapse, death = rng.random(n) < 0.3, rng.random(n) < 0.25
    first = np.where(relapse, np.minimum(lasts, end), end)
    remitted = rng.random(n) < 0.95
    times = {
        "OS": (end, death), "EFS": (first, relapse | death),
        "CIR": (first, np.where(relapse, 1, np.where(death, 2, 0))),
    }  # fmt: skip
    outcomes = [
        pl.DataFrame({"patient_id": ids, "time": time, "cause": np.asarray(cause).astype(int)})
        .with_columns(endpoint=pl.lit(name))
        .filter(pl.Series(remitted if name == "CIR" else np.full(n, True)))
        for name, (time, cause) in times.items()
    ]  # fmt: skip
    statuses = [
        pl.DataFrame({
            "patient_id": ids, "marker": marker,
            "status": rng.choice(["present", "absent", "not_tested"], n, p=[own, 0.92 - own, 0.08]),
        })
        for marker, own in zip(MARKERS, (0.05, 0.08, 0.15, 0.3), strict=True)
    ]  # fmt: skip
    again = rng.random(n) < 0.97
    arms = {"R1": (20, rng.choice([*PULSES], n), np.full(n, True)),
            "R2": (40, rng.choice([*STEROIDS], n), again)}  # fmt: skip
    allocated = [
        pl.DataFrame({"patient_id": ids, "assigned_arm": arm, "question": name, "day": day})
        .with_columns(trial_id=pl.lit("T"), randomised=pl.lit(True))
        .filter(pl.Series(there))
        for name, (day, arm, there) in arms.items()
    ]  # fmt: skip
    named = [
        {"trial_id": "T", "arm_id": arm, "label": arm, "strategy_id": strategy}
        for arm, strategy in (PULSES | STEROIDS).items()
    ]
    people = {"patient_id": ids, "trial_id": ["T"] * n, "age_years": rng.uniform(2, 60, n),
              "sex": rng.choice(["female", "male"], n), "lineage": ["B"] * n,
              "wbc_10e9_per_l": rng.uniform(1, 99, n)}  # fmt: skip
    return build_pool(
        path, patients=pl.DataFrame(people), statuses=pl.concat(statuses),
        outcomes=pl.concat(outcomes),
        others={"arm": pl.DataFrame(named), "allocation": pl.concat(allocated)},
    )  # fmt: skip


class Together:
    """The comparisons of a pool side by side, each patient in one part of all of them."""

    def __init__(self, pool, truth, questions):
        self.truth = truth
        self.arms = [ArmTruth(pool, truth, one) for one in questions]
        self.columns = {name: row[truth.kind.reshape(-1)] for name, row in truth.sets.items()}
        for place, one in enumerate(self.arms):
            own = {name: row[one.kind] for name, row in one.sets.items() if "arm" in name}
            own |= {arm: (one.arm == arm).astype(float) for arm in ("treated", "control")}
            self.columns |= {f"{place} {name}": row for name, row in own.items()}

    def read(self, marker):
        """Return of whom each count is, as parts, and the patients of each part."""
        groups = np.full(len(self.truth.place), "unknown", dtype=object)
        rows = self.truth.results.filter(marker=marker).select("patient_id", "status").rows()
        for one, word in rows:
            if word in GROUPS:
                groups[self.truth.place[one]] = word
        own = {name: (groups == name).astype(float) for name in GROUPS}
        columns = self.columns | own | {"tested": 1.0 - own["unknown"]}
        parts, place = np.unique([*columns.values()], axis=1, return_inverse=True)
        sizes = np.bincount(place.reshape(-1), minlength=parts.shape[1])
        return dict(zip(columns, parts, strict=True)), sizes

    def attack(self, marker, lines, of_marker, fewest=5):
        """Return how many small counts of a marker follow, of how many, and from how many sent.

        Somebody looks at each group and arm of each comparison, and at who of a group left between
        two of them.
        """
        parts, sizes = self.read(marker)
        found, cells = [], []
        for place, one in enumerate(self.arms):
            named = (f"{one.question.treatment} {one.question.control}", place)
            for line in lines.filter(strategy=one.question.treatment,
                                     control=one.question.control).to_dicts():  # fmt: skip
                assert line["question"] == one.question.unit, named
                found += self._list_line(parts, place, line)
        for line in of_marker.to_dicts():
            for what, group in product(("n", "events"), GROUPS):
                own = parts[f"{what} {line['endpoint']}"] * parts[group]
                found.append((line[f"{what}_{group}"], own))
        for place, endpoint in product(range(len(self.arms)), ENDPOINTS):
            cells += self._list_cells(parts, place, endpoint)
        sent = [(count, vector) for count, vector in found if count is not None]
        for count, vector in sent:
            assert count == vector @ sizes, "the counts are those of the pool"
        known = [parts["all"], *(self._both(parts, place) for place in range(len(self.arms)))]
        cells = np.array([one for one in cells if 0 < one @ sizes < fewest]).reshape(-1, len(sizes))
        told = solve([*known, *(vector for _, vector in sent)], cells, sizes)
        before = Known(known).tells(cells) if len(cells) else told
        return int((told & ~before).sum()), len(cells), len(sent)

    def _both(self, parts, place):
        return parts[f"{place} treated"] + parts[f"{place} control"]

    def _list_line(self, parts, place, line):
        inside, event = (
            parts[f"{place} arm {what} {line['endpoint']}"] for what in ("n", "events")
        )
        for group, arm in product(("present", "absent"), ("treated", "control")):
            who = parts[group] * parts[f"{place} {arm}"]
            yield line[f"n_{group}_{arm}"], who * inside
            yield line[f"events_{group}_{arm}"], who * event
        yield line["n_patients"], inside * parts["tested"]
        yield line["n_unknown"], inside * parts["unknown"]

    def _list_cells(self, parts, place, endpoint):
        n, events = (parts[f"{place} arm {what} {endpoint}"] for what in ("n", "events"))
        for group, arm in product(GROUPS, ("treated", "control")):
            who = parts[group] * parts[f"{place} {arm}"]
            yield from (who * n, who * events, who * (n - events))
        for other, group in product(range(len(self.arms)), GROUPS):
            left = parts[group] * (n - parts[f"{other} arm n {endpoint}"])
            if other != place and (left >= 0).all():
                yield left
