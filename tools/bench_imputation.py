"""Measure multiple imputation of 5,000 patients with 15 incomplete columns against R's mice.

Both impute the same file as often, one after the other, on one core and ours also on two.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from chorall.stats import find_own_hazard, impute_chained

PATIENTS, TRIALS, SEED = 5_000, 8, 1
KINDS = (*["pmm"] * 5, *["binary"] * 9, "categorical")
MISSING = 0.25
IN_R = """
suppressMessages(library(mice))
given <- commandArgs(TRUE)
data <- read.csv(given[1])
kinds <- sapply(names(data), function(name) substr(name, 1, 1))
for (name in names(data)[kinds %in% c("b", "c", "t")]) data[[name]] <- factor(data[[name]])
methods <- c(p = "pmm", b = "logreg", c = "polyreg")[kinds]
methods[is.na(methods)] <- ""
took <- system.time(mice(data, m = as.integer(given[2]), maxit = as.integer(given[3]),
                         method = unname(methods), printFlag = FALSE, seed = 1))
cat(took[["elapsed"]], took[["user.self"]] + took[["sys.self"]])
"""


def draw_columns() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return incomplete columns, the trial, and event with hazard."""
    rng = np.random.default_rng(SEED)
    mixed = np.eye(15) + 0.2 * rng.standard_normal((15, 15))
    z = rng.standard_normal((PATIENTS, 15)) @ mixed
    x = z.copy()
    x[:, 5:14] = z[:, 5:14] > np.linspace(0, 2, 9)
    x[:, 14] = np.digitize(z[:, 14], [-1, 0, 1])
    trial = rng.integers(0, TRIALS, PATIENTS)
    time_to = rng.exponential(1, PATIENTS) * np.exp(-0.5 * x[:, 6])
    event = rng.random(PATIENTS) < 0.6
    x[rng.random(x.shape) < MISSING] = np.nan
    hazard = find_own_hazard(time_to, event, strata=trial)
    return x, trial, np.column_stack([event, hazard])


def run_ours(m: int, rounds: int, n_jobs: int) -> tuple[float, float]:
    """Return seconds by the clock and of this process."""
    x, trial, outcome = draw_columns()
    fixed = np.column_stack([*(trial == code for code in range(1, TRIALS)), outcome])
    began, worked = time.perf_counter(), time.process_time()
    impute_chained(
        x, KINDS, fixed=fixed, n_imputations=m, n_iterations=rounds, seed=1, n_jobs=n_jobs
    )
    return time.perf_counter() - began, time.process_time() - worked


def run_mice(m: int, rounds: int) -> tuple[float, float]:
    """Return seconds by the clock and of the process of R."""
    x, trial, outcome = draw_columns()
    names = [f"{kind[0]}{place}" for place, kind in enumerate(KINDS)]
    frame = pl.DataFrame(x, schema=names).fill_nan(None)
    frame = frame.with_columns(pl.Series("t", trial), pl.Series("e", outcome[:, 0]))
    frame = frame.with_columns(pl.Series("h", outcome[:, 1]))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "columns.csv"
        frame.write_csv(file)
        command = ["Rscript", "-e", IN_R, str(file), str(m), str(rounds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    elapsed, worked = map(float, done.stdout.split())
    return elapsed, worked


def main() -> None:
    """Print seconds and the ratio; arguments: imputations, rounds."""
    m, rounds = (int(word) for word in (sys.argv[1:3] or ("20", "10")))
    print(f"{PATIENTS:,} patients, {len(KINDS)} incomplete columns, m = {m}, {rounds} rounds")
    clock, worked = run_ours(m, rounds, 1)
    print(f"chorall, 1 worker: {clock:.1f} s by the clock, {worked:.1f} s of the processor")
    print(f"chorall, 2 workers: {run_ours(m, rounds, 2)[0]:.1f} s by the clock")
    clock_r, worked_r = run_mice(m, rounds)
    print(f"mice: {clock_r:.1f} s by the clock, {worked_r:.1f} s of the processor")
    print(f"ratio: {clock_r / clock:.1f} by the clock, {worked_r / worked:.1f} of the processor")


if __name__ == "__main__":
    main()
