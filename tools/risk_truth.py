"""Run the study of rules and of waiting for long: its figures stand on docs/methods/risk.md."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from scipy.special import betaincinv

HOME = Path(__file__).parents[1]
sys.path[:0] = [str(HOME / "tests")]
from simulation.risk_replicates import TARGETS, replicate_rule, replicate_waiting  # noqa: E402

N_REPLICATES, N_WAITING = 400, 200


def share(hits: list[bool]) -> str:
    """Return k of n with exact 95 % limits."""
    k, n = sum(hits), len(hits)
    if not n:
        return "none"
    low = betaincinv(k, n - k + 1, 0.025) if k else 0.0
    high = betaincinv(k + 1, n - k, 0.975) if k < n else 1.0
    return f"{k} of {n} ({100 * k / n:.1f} %, {100 * low:.1f} to {100 * high:.1f})"


def mean(values: list[float]) -> str:
    """Return the mean with its standard error."""
    found = np.array(values)
    found = found[np.isfinite(found)]
    return f"{found.mean():+.4f} ({found.std(ddof=1) / np.sqrt(len(found)):.4f})"


def holds(place: int, truth: float) -> bool:
    """Return True where the true mean risk of a group lies within its target."""
    low = 0.0 if place == 0 else TARGETS[place - 1]
    high = 1.0 if place == len(TARGETS) else TARGETS[place]
    return low <= truth <= high


def main() -> None:
    """Print the figures."""
    parallel = Parallel(n_jobs=2)
    for spread in (0.0, 0.4):
        rules = parallel(
            delayed(replicate_rule)(np.random.default_rng([9, seed]), spread)
            for seed in range(N_REPLICATES)
        )
        print(f"\nrules, spread between trials {spread}")
        print("apparent less true concordance", mean([r.apparent - r.fresh for r in rules]))
        print("left-out less true concordance", mean([r.left_out - r.fresh for r in rules]))
        print("shrinkage", mean([r.shrinkage for r in rules]))
        print("high group: predicted less true", mean([r.predicted - r.true for r in rules]))
        print("high group of a plain Cox model", mean([r.raw for r in rules]))
        named = [(at, *one) for r in rules for at, one in enumerate(r.verdicts) if one[0]]
        print("met, though missed", share([v == "met" for at, v, t in named if not holds(at, t)]))
        print("missed, though met", share([v == "missed" for at, v, t in named if holds(at, t)]))
        print("met, and it is", share([v == "met" for at, v, t in named if holds(at, t)]))
    for effect in (0.0, 0.5, 1.3):
        found = parallel(
            delayed(replicate_waiting)(np.random.default_rng([7, seed]), effect, 100)
            for seed in range(N_WAITING)
        )
        print(f"\nwaiting, log hazard ratio of MRD {effect}")
        for name in found[0]:
            better = -1 if name == "brier" else 1
            limit = 2 if name == "brier" else 1
            helped = [better * one[name][limit] > 0 for one in found]
            print(name, mean([one[name][0] for one in found]), "said to help:", share(helped))


if __name__ == "__main__":
    main()
