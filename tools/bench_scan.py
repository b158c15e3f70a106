"""Measure the marker scan against one Cox model at a time in R and, if there, lifelines.

Same data, same run; results must agree before a time counts. The peers fit some of the markers and
their time is multiplied up, which the table says. Whole public calls: coxph with its formula, and
for the score test coxph.fit held at the null coefficients, the quickest way in R.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from chorall.stats import scan_markers

PATIENTS, MARKERS, COVARIATES, STRATA, SEED, ROUNDS = 5_000, 2_000, 4, 5, 7, 5
WALD_MARKERS, SCORE_MARKERS, LIFELINES_MARKERS = 50, 200, 6
AGREEMENT = 1e-6

R_SCRIPT = """
suppressPackageStartupMessages(library(survival))
arguments <- commandArgs(TRUE)
patients <- read.csv(arguments[1])
markers <- read.csv(arguments[2])
shared <- read.csv(arguments[3])
control <- coxph.control(eps = 1e-11, iter.max = 50)
wald <- matrix(NA, ncol(markers), 3)
seconds <- system.time(for (j in seq_len(ncol(markers))) {
  data <- cbind(patients, marker = markers[[j]])
  data <- data[!is.na(data$marker), ]
  null <- coxph(Surv(time, event) ~ x0 + x1 + x2 + x3 + strata(stratum), data)
  fit <- coxph(Surv(time, event) ~ x0 + x1 + x2 + x3 + marker + strata(stratum), data,
               control = control)
  wald[j, ] <- c(coef(fit)[5], sqrt(vcov(fit)[5, 5]), 2 * (fit$loglik[2] - null$loglik[2]))
})[["elapsed"]]
y <- with(patients, Surv(time, event))
x <- as.matrix(patients[c("x0", "x1", "x2", "x3")])
score <- numeric(ncol(shared))
more <- system.time({
  null <- coxph.fit(x, y, patients$stratum, NULL, NULL, control, NULL, "efron", NULL)
  held <- coxph.control(iter.max = 0)
  for (j in seq_len(ncol(shared))) {
    fit <- coxph.fit(cbind(x, shared[[j]]), y, patients$stratum, NULL, c(null$coefficients, 0),
                     held, NULL, "efron", NULL, resid = FALSE)
    score[j] <- fit$score
  }
})[["elapsed"]]
cat(seconds, more, "\\n", wald, "\\n", score, "\\n")
"""


def simulate_scan(*, own_masks: bool) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return markers and the other arguments; times are whole days, so that some are tied."""
    generator = np.random.default_rng(SEED)
    covariates = generator.normal(size=(PATIENTS, COVARIATES))
    strata = generator.integers(0, STRATA, PATIENTS)
    frequency = generator.uniform(0.02, 0.4, MARKERS)
    markers = (generator.random((PATIENTS, MARKERS)) < frequency) * 1.0
    hazard = np.exp(covariates @ [0.3, 0.2, -0.2, 0.1] - 0.5 * markers[:, 0]) / 1000
    event_time = generator.exponential(1 / hazard)
    censoring = generator.uniform(100, 1500, PATIENTS)
    if own_masks:
        markers[generator.random((PATIENTS, MARKERS)) < 0.1] = np.nan
    arguments = {
        "time": np.ceil(np.minimum(event_time, censoring)),
        "event": event_time <= censoring,
        "covariates": covariates,
        "strata": strata,
    }
    return markers, arguments


def measure_ours(markers: np.ndarray, arguments: dict[str, np.ndarray], **options: bool):
    """Return the best of some rounds in seconds, and the result."""
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        scan = scan_markers(markers, **arguments, firth_below=0, **options)
        seconds.append(time.perf_counter() - began)
    return min(seconds), scan


def write_csv(path: Path, columns: dict[str, np.ndarray]) -> None:
    """Write columns with a heading; missing as NA."""
    rows = np.column_stack(list(columns.values()))
    with path.open("w", encoding="ascii") as file:
        file.write(",".join(columns) + "\n")
        np.savetxt(file, rows, delimiter=",", fmt="%.17g")
    path.write_text(path.read_text().replace("nan", "NA"))


def measure_r(own: np.ndarray, shared: np.ndarray, arguments: dict[str, np.ndarray]):
    """Return seconds for the Wald and the score loop, and their results."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        columns = {f"x{j}": arguments["covariates"][:, j] for j in range(COVARIATES)}
        columns |= {"time": arguments["time"], "event": arguments["event"]}
        columns["stratum"] = arguments["strata"]
        files = [folder / "patients.csv", folder / "own.csv", folder / "shared.csv"]
        write_csv(files[0], columns)
        write_csv(files[1], {f"m{j}": own[:, j] for j in range(WALD_MARKERS)})
        write_csv(files[2], {f"m{j}": shared[:, j] for j in range(SCORE_MARKERS)})
        script = folder / "loop.R"
        script.write_text("options(digits = 17)\n" + R_SCRIPT)
        done = subprocess.run(
            ["Rscript", str(script), *map(str, files)], capture_output=True, text=True, check=True
        )
    seconds, wald, score = (np.array(line.split(), float) for line in done.stdout.splitlines())
    return seconds, wald.reshape(3, -1).T, score


def measure_lifelines(own: np.ndarray, arguments: dict[str, np.ndarray]):
    """Return seconds for some markers and their coefficients."""
    import pandas as pd
    from lifelines import CoxPHFitter

    frame = pd.DataFrame(arguments["covariates"], columns=[f"x{j}" for j in range(COVARIATES)])
    for name in ("time", "event", "strata"):
        frame[name] = arguments[name]
    coefficients = []
    began = time.perf_counter()
    for j in range(LIFELINES_MARKERS):
        frame["marker"] = own[:, j]
        fitter = CoxPHFitter().fit(frame.dropna(), "time", "event", strata=["strata"])
        coefficients.append(fitter.params_["marker"])
    return time.perf_counter() - began, np.array(coefficients)


def check_agreement(name: str, ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> None:
    """Stop when two results differ: then no time counts."""
    worst = float(np.max(np.abs(ours - theirs) / (1 + np.abs(theirs))))
    print(f"  {name}: largest relative difference {worst:.1e} on {len(theirs)} markers")
    if not worst < tolerance:
        sys.exit(f"{name} does not agree: no times are given")


def print_line(work: str, tool: str, seconds: float, part: int, ours: float) -> None:
    """Print one row; `part` markers were fitted and the time is multiplied up to all."""
    whole = seconds * MARKERS / part
    note = "" if part == MARKERS else f"  ({part} markers took {seconds:.2f} s, multiplied up)"
    print(f"  {work:12} {tool:22} {whole:9.3f} s {whole / ours:10.0f} x{note}")


def main() -> None:
    """Measure, check and print."""
    own, arguments = simulate_scan(own_masks=True)
    shared, shared_arguments = simulate_scan(own_masks=False)
    wald_seconds, scan = measure_ours(own, arguments)
    score_seconds, score = measure_ours(shared, shared_arguments, score_only=True)
    print(
        f"{MARKERS:,} markers x {PATIENTS:,} patients, {COVARIATES} covariates, {STRATA} strata"
        f" (best of {ROUNDS} for ours, peers once)\n\nagreement"
    )
    peers = []
    if shutil.which("Rscript"):
        seconds, wald, r_score = measure_r(own, shared, arguments)
        columns = [scan.log_hazard_ratio, scan.standard_error, scan.likelihood_ratio_chi_square]
        ours = np.column_stack(columns)[:WALD_MARKERS]
        check_agreement("R coxph", ours, wald, AGREEMENT)
        check_agreement("R score", score.score_chi_square[:SCORE_MARKERS], r_score, AGREEMENT)
        peers.append(("Wald + LRT", "R coxph loop", seconds[0], WALD_MARKERS, wald_seconds))
        peers.append(("score", "R coxph.fit loop", seconds[1], SCORE_MARKERS, score_seconds))
    if importlib.util.find_spec("lifelines"):
        spent, found = measure_lifelines(own, arguments)
        # lifelines stops early
        check_agreement("lifelines", scan.log_hazard_ratio[:LIFELINES_MARKERS], found, 1e-3)
        for work, ours in (("Wald", wald_seconds), ("score", score_seconds)):
            peers.append((work, "lifelines loop", spent, LIFELINES_MARKERS, ours))
    print("\ntimes")
    print_line("Wald + LRT", "chorall, own masks", wald_seconds, MARKERS, wald_seconds)
    print_line("score", "chorall, shared mask", score_seconds, MARKERS, score_seconds)
    for peer in peers:
        print_line(*peer)
    for tool, there in (
        ("Rscript", shutil.which("Rscript")),
        ("lifelines", importlib.util.find_spec("lifelines")),
    ):
        if not there:
            print(f"  {tool} is not installed: not compared")


if __name__ == "__main__":
    main()
