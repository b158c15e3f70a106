"""Measure a whole scan of a simulated pool against the same number of R coxph calls.

20,000 patients, eight trials, all markers x five endpoints: adjusted Cox models stratified by
trial, the same within each trial, pooling of the trials, q-values and shrunken effects. The same by
`prognosis`, hazard ratios alone and in full detail (curves, tests, Fine and Gray, ages). R fits an
evenly spaced sample of the models, which must agree before a time counts; its time is multiplied
up to their number, which the table says. Reading the pool is counted for us and not for R.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
from bench.simulated import simulate_pool

import chorall as ch
from chorall.analyses.scan.scan import ENDPOINTS
from chorall.tables.store import Pool

PATIENTS, TRIALS, SEED, ROUNDS = 20_000, 8, 7, 3
STRATIFIED, SINGLE, POOLED = 15, 60, 20
"""Models that R fits: stratified by trial, within a trial; and rows that it pools."""
FOLDER = Path("bench-data") / "prognosis"
AGREEMENT = 1e-5
AIM_SECONDS = 20

R_SCRIPT = """
suppressPackageStartupMessages({library(survival); library(splines)})
there <- suppressWarnings(requireNamespace("metafor", quietly = TRUE))
data <- read.csv("patients.csv")
jobs <- read.csv("jobs.csv", colClasses = "character")
knots <- function(age) list(quantile(age, c(1, 2) / 3), range(age))
fit <- function(job) {
  known <- data[!is.na(data[[paste0(job$endpoint, "_time")]]) & complete.cases(data[covariates]), ]
  if (job$trial != "") known <- known[known$trial == job$trial, ]
  placed <- knots(known$age)
  known$time <- known[[paste0(job$endpoint, "_time")]]
  known$event <- known[[paste0(job$endpoint, "_event")]]
  known$marker <- known[[job$column]]
  tested <- known[!is.na(known$marker), ]
  terms <- "marker + ns(age, knots = placed[[1]], Boundary.knots = placed[[2]]) + log_wbc"
  for (name in c("sex", "lineage"))
    if (length(unique(tested[[name]])) > 1) terms <- paste(terms, "+", name)
  if (job$trial == "") terms <- paste(terms, "+ strata(trial)")
  began <- proc.time()
  found <- coxph(as.formula(paste("Surv(time, event) ~", terms)), tested)
  c(coef(found)[["marker"]], sum((proc.time() - began)[c("user.self", "sys.self")]))
}
covariates <- c("age", "log_wbc", "sex", "lineage")
for (i in seq_len(nrow(jobs))) cat("fit", fit(jobs[i, ]), "\\n")
if (there) {
  rows <- read.csv("pooled.csv")
  seconds <- system.time(for (i in unique(rows$row)) with(rows[rows$row == i, ],
    metafor::rma(b, sei = s, method = "REML", test = "knha", control = list(maxiter = 1000))))
  cat("rma", length(unique(rows$row)), sum(seconds[c("user.self", "sys.self")]), "\\n")
}
"""


def measure_ours(analyse, rounds=ROUNDS):
    """Return the result, and the least wall and processor seconds of some rounds."""
    seconds = []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        result = analyse(ch.read_pool(FOLDER / "pool"))
        seconds.append((time.perf_counter() - began, time.process_time() - used))
    return result, *np.min(seconds, axis=0)


def show_prognosis() -> None:
    """Print the seconds of `prognosis`, without and with what looks at each marker on its own."""
    for detail in ("estimates", "full"):
        _, wall, processor = measure_ours(
            lambda pool, detail=detail: ch.prognosis(pool, endpoints=ENDPOINTS, detail=detail), 2
        )
        aim = "met" if wall < AIM_SECONDS else "missed"
        print(
            f"  chorall prognosis, {detail}: {wall:.2f} s, {processor:.2f} processor seconds "
            f"(aim: under {AIM_SECONDS} s on two cores: {aim})"
        )


def write_patients(pool: Pool) -> dict[str, str]:
    """Write what R reads; return the column of each marker."""
    results = pool.table("marker_result").filter(phase="diagnosis")
    names = results["marker"].unique().sort().to_list()
    columns = {marker: f"m{place}" for place, marker in enumerate(names)}
    values = {"present": 1, "absent": 0}
    wide = results.select(
        "patient_id",
        pl.col("marker").replace_strict(columns),
        pl.col("status").cast(pl.String).replace_strict(values, default=None),
    ).pivot(on="marker", index="patient_id", values="status")
    frame = (
        pool.table("patient")
        .select(
            "patient_id", "sex", "lineage", trial="trial_id", age="age_years",
            log_wbc=(pl.col("wbc_10e9_per_l") + 0.1).log(2),
        )
        .join(wide, on="patient_id", how="left")
    )  # fmt: skip
    for name in ENDPOINTS:
        outcome = (
            pool.table("endpoint")
            .filter(endpoint=name)
            .select(
                "patient_id",
                (pl.col("exit_day") - pl.col("origin_day")).alias(f"{name}_time"),
                (pl.col("cause") == 1).cast(pl.Int8).alias(f"{name}_event"),
            )
        )
        frame = frame.join(outcome, on="patient_id", how="left")
    frame.drop("patient_id").write_csv(FOLDER / "patients.csv", null_value="NA")
    return columns


def choose(frame: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return lines that were fitted without a penalty and with a spline, evenly spaced."""
    fitted = frame.filter(method="likelihood")
    return fitted.gather_every(max(fitted.height // most, 1)).head(most)


def measure_r(result, columns: dict[str, str]):
    """Return a sample with R's coefficients and seconds, and number and seconds of its pooling."""
    spline = pl.col("adjust").str.contains("spline")
    whole = choose(result.rows.filter(spline), STRATIFIED).with_columns(trial=pl.lit(""))
    # enough events for a spline in every trial that is sampled
    single = choose(result.by_trial.filter(pl.col("n_events") >= 100), SINGLE)
    names = ("marker", "endpoint", "trial", "hazard_ratio")
    jobs = pl.concat([whole.select(names), single.select(names)])
    jobs.with_columns(column=pl.col("marker").replace_strict(columns)).write_csv(
        FOLDER / "jobs.csv"
    )
    error = (pl.col("upper").log() - pl.col("lower").log()) / (2 * 1.959963984540054)
    by_row = result.by_trial.drop_nulls("hazard_ratio").select(
        "marker", "endpoint", b=pl.col("hazard_ratio").log(), s=error
    )
    chosen = by_row.select("marker", "endpoint").unique(maintain_order=True).head(POOLED)
    by_row.join(chosen.with_row_index("row"), on=("marker", "endpoint")).select(
        "row", "b", "s"
    ).write_csv(FOLDER / "pooled.csv")
    (FOLDER / "loop.R").write_text(R_SCRIPT)
    done = subprocess.run(
        ["Rscript", "loop.R"], cwd=FOLDER, capture_output=True, text=True, check=True
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    fits = np.array([line[1:] for line in lines if line[0] == "fit"], float)
    pooling = next((np.array(line[1:], float) for line in lines if line[0] == "rma"), None)
    found = jobs.with_columns(
        r=pl.Series(fits[:, 0]), seconds=pl.Series(fits[:, 1]), stratified=pl.col("trial") == ""
    )
    return found, pooling


def main() -> None:
    """Measure, check and print."""
    pool = simulate_pool(FOLDER, PATIENTS, TRIALS, SEED)
    result, wall, processor = measure_ours(ch.scan_prognosis)
    n_whole, n_single = result.rows.height, result.by_trial.height
    print(
        f"{pool.table('patient').height:,} patients, {len(pool.trials)} trials, "
        f"{result.rows['marker'].n_unique()} markers x {len(result.endpoints)} endpoints: "
        f"{n_whole:,} models stratified by trial, {n_single:,} within a trial "
        f"({result.by_trial['hazard_ratio'].count():,} assessable), {n_whole:,} rows pooled"
    )
    print(
        f"  chorall scan, everything: {wall:.2f} s, {processor:.2f} processor seconds, "
        f"best of {ROUNDS}"
    )
    show_prognosis()
    if not shutil.which("Rscript"):
        print("  Rscript is not installed: not compared")
        return
    found, pooling = measure_r(result, write_patients(pool))
    difference = (found["hazard_ratio"].log() - found["r"]).abs().max()
    print(
        f"  R agrees: largest difference of a log hazard ratio {difference:.1e} on {found.height}"
    )
    if not difference < AGREEMENT:
        sys.exit("R does not agree: no ratio is given")
    means = [found.filter(stratified=flag)["seconds"].mean() for flag in (True, False)]
    n_fitted = result.by_trial["hazard_ratio"].count()
    counts = (result.rows["hazard_ratio"].count(), n_fitted)
    theirs = sum(mean * count for mean, count in zip(means, counts, strict=True))
    print(
        f"  R coxph, {counts[0]:,} + {counts[1]:,} assessable models: {theirs:.1f} processor "
        f"seconds, extrapolated from {STRATIFIED} ({means[0]:.3f} s each) and "
        f"{found.height - STRATIFIED} ({means[1]:.3f} s each) of them"
    )
    if pooling is not None:
        more = pooling[1] / pooling[0] * n_whole
        theirs += more
        print(
            f"  R metafor::rma, {n_whole:,} rows: {more:.1f} processor seconds, extrapolated from "
            f"{pooling[0]:.0f} of them"
        )
    print(
        f"  ratio in processor seconds: {theirs / processor:.0f}  (theirs without reading data, "
        "null models, q-values or shrinkage; ours with all of it)"
    )


if __name__ == "__main__":
    main()
