"""How good the bank's contrasts are in simulated trials: bias, coverage, what is claimed.

Two trials of constant hazards (`tests/simulation/test_bank_contrasts.py`), three patients asked of
each fit. `python tools/bank_simulation.py 100` prints the table of docs/bank.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from scipy.special import betaincinv

HOME = Path(__file__).parents[1]
sys.path[:0] = [str(HOME / "tests")]
from simulation.test_bank_contrasts import ask, draw_data  # noqa: E402

from chorall.models.bank.bank_fit import fit_bank  # noqa: E402

EFFECTS = (0.0, -0.3, -0.6)
ASKED = 3


def run(effect: float, seed: int) -> list[tuple[float, float, bool, bool]]:
    """Return estimate, truth, whether covered, whether a difference is claimed, of one fit."""
    random = np.random.default_rng([8, seed, int(-10 * effect)])
    bank = fit_bank(draw_data(random, effect), {})
    found = []
    for _ in range(ASKED):
        one, truth = ask(random, bank, effect)
        covered = one.difference.lower <= truth <= one.difference.upper
        found.append((one.difference.estimate, truth, covered, "cannot tell" not in one.words))
    return found


def limits(k: float, n: int) -> str:
    """Return exact 95 % limits of k of n, in percent."""
    low = betaincinv(k, n - k + 1, 0.025) if k > 0 else 0.0
    high = betaincinv(k + 1, n - k, 0.975) if k < n else 1.0
    return f"{100 * low:.0f}-{100 * high:.0f} %"


def main() -> None:
    """Print the table."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print("| log hazard ratio | true difference | bias (error) | covered | claimed |")
    print("|---|---|---|---|---|")
    for effect in EFFECTS:
        rows = Parallel(n_jobs=2)(delayed(run)(effect, seed) for seed in range(n))
        table = np.array(rows, float).reshape(n, ASKED, 4)
        errors = (table[..., 0] - table[..., 1]).mean(axis=1)
        # patients of one fit share its errors: limits count fits
        covered, claimed = (table[..., column].mean(axis=1).sum() for column in (2, 3))
        print(
            f"| {effect:g} | {table[..., 1].mean():.3f} | {errors.mean():+.4f} "
            f"({errors.std(ddof=1) / np.sqrt(n):.4f}) | {100 * covered / n:.0f} % "
            f"({limits(covered, n)}) | {100 * claimed / n:.0f} % ({limits(claimed, n)}) |"
        )


if __name__ == "__main__":
    main()
