"""Measure the scan of markers x randomised questions x endpoints of a simulated pool.

20,000 patients, eight trials, 200 markers, all randomised questions and three endpoints. The aim is
30 s on two cores; processor seconds do not depend on what else runs. An evenly spaced sample of
lines must agree with one Cox model each before a time counts.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
from bench.simulated import simulate_pool

import chorall as ch
from chorall.analyses.marker_groups import UNKNOWN, read_marker_groups
from chorall.analyses.treatments.arms import read_arm_cohorts
from chorall.analyses.treatments.questions import find_questions
from chorall.errors import ConvergenceError
from chorall.stats import fit_cox
from chorall.tables.store import Pool

PATIENTS, TRIALS, MARKERS, SEED, ROUNDS = 20_000, 8, 200, 7, 3
AIM_SECONDS, CHECKED, AGREEMENT = 30.0, 24, 1e-6
FOLDER = Path("bench-data") / "treatment"


def find_largest_difference(pool: Pool, rows: pl.DataFrame) -> tuple[float, int]:
    """Return how far log interactions of single trials lie from one Cox model each, and how many.

    Lines of a scan are pooled over trials; those that one question gives are the trial's own.
    """
    questions = find_questions(pool, pool.trials)[0]
    results = pool.table("marker_result")
    alone = rows.filter(pl.col("n_trials") == 1, pl.col("interaction_ratio").is_not_null())
    sample = alone.gather_every(max(alone.height // CHECKED, 1)).head(CHECKED)
    worst = 0.0
    for row in sample.to_dicts():
        asked = [one for one in questions if one.unit in row["question"].split(", ")]
        found = []
        for cohort in read_arm_cohorts(pool, tuple(asked), (row["endpoint"],)):
            group = read_marker_groups(results, cohort.patient_ids, [row["marker"]])[:, 0]
            used = group != UNKNOWN
            marker, arm = group[used].astype(float), cohort.treated[used].astype(float)
            counts = [int(((marker == m) & (arm == a)).sum()) for m in (0, 1) for a in (0, 1)]
            if min(counts) < 5:
                continue
            x = np.column_stack([marker, arm, marker * arm])
            try:
                fit = fit_cox(x, cohort.time[used], cohort.cause[used] == 1)
            except ConvergenceError:
                continue  # gives nothing to the scan either
            found.append(fit.log_hazard_ratio[2])
        worst = max(worst, min(abs(np.log(row["interaction_ratio"]) - one) for one in found))
    return worst, sample.height


def main() -> int:
    """Measure, check and print."""
    began = time.perf_counter()
    pool = simulate_pool(FOLDER, PATIENTS, TRIALS, SEED, markers=MARKERS)
    print(f"simulated and pooled in {time.perf_counter() - began:.0f} s")
    seconds = []
    for _ in range(ROUNDS):
        opened = ch.read_pool(FOLDER / "pool")
        began, used = time.perf_counter(), time.process_time()
        result = ch.scan_treatment(opened)
        seconds.append((time.perf_counter() - began, time.process_time() - used))
    wall, processor = np.min(seconds, axis=0)
    n_questions = result.questions.select("trial_id", "question").unique().height
    worst, n_checked = find_largest_difference(pool, result.rows)
    print(
        f"{PATIENTS:,} patients, {result.rows['marker'].n_unique()} markers x {n_questions} "
        f"questions x {result.rows['endpoint'].n_unique()} endpoints: {result.rows.height:,} "
        f"pooled lines in {wall:.1f} s, {processor:.1f} s of processor time (aim {AIM_SECONDS:g}); "
        f"{n_checked} lines agree with Cox models to {worst:.1e}"
    )
    shutil.rmtree(FOLDER)
    return int(processor > AIM_SECONDS or worst > AGREEMENT or n_checked < CHECKED // 2)


if __name__ == "__main__":
    sys.exit(main())
