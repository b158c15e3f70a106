"""Our own public calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.data import READ_AT, SEED, Arrays
from chorall.stats import (
    bootstrap_cox,
    cumulative_incidence,
    fit_cox,
    fit_fine_gray,
    fit_random_effects_cox,
    kaplan_meier,
    scan_markers,
)

Answer = dict[str, Any]


def prepare_cox(data: Arrays, part: int) -> Arrays:
    """Return the arguments of fit_cox in their natural types."""
    arguments = {"x": data["x"], "time": data["time"], "event": data["event"] > 0}
    if "entry_time" in data:
        arguments["entry_time"] = data["entry_time"]
    return arguments | {"strata": data["strata"].astype(np.int64)}


def run_cox(arguments: Arrays) -> Any:
    """Fit with standard errors, limits and tests."""
    return fit_cox(**arguments)


def answer_cox(fit: Any) -> Answer:
    """Coefficients and errors; each Newton step, and the start, is a pass."""
    return {
        "coefficient": fit.log_hazard_ratio,
        "standard_error": fit.standard_error,
        "passes": [fit.n_iterations + 1],
    }


def prepare_kaplan_meier(data: Arrays, part: int) -> Arrays:
    """Return times and events."""
    return {"time": data["time"], "event": data["event"] > 0}


def run_kaplan_meier(arguments: Arrays) -> Any:
    """Estimate with log-log limits."""
    return kaplan_meier(**arguments)


def answer_kaplan_meier(curve: Any) -> Answer:
    """Read the curve at fixed times."""
    at = curve.at(READ_AT)
    return {
        "survival": at.survival,
        "standard_error": at.standard_error,
        "lower": at.lower,
        "upper": at.upper,
    }


def prepare_incidence(data: Arrays, part: int) -> Arrays:
    """Return times and causes."""
    return {"time": data["time"], "cause": data["cause"].astype(np.int64)}


def run_incidence(arguments: Arrays) -> Any:
    """Estimate both causes with limits."""
    return cumulative_incidence(**arguments)


def answer_incidence(curves: Any) -> Answer:
    """Read both curves at fixed times."""
    at = curves.at(READ_AT)
    return {
        "incidence": at.cumulative_incidence.ravel(),
        "standard_error": at.standard_error.ravel(),
        "lower": at.lower.ravel(),
        "upper": at.upper.ravel(),
    }


def prepare_fine_gray(data: Arrays, part: int) -> Arrays:
    """Return covariates, times and causes."""
    return {"x": data["x"], "time": data["time"], "cause": data["cause"].astype(np.int64)}


def run_fine_gray(arguments: Arrays) -> Any:
    """Fit with the robust variance."""
    return fit_fine_gray(**arguments)


answer_fine_gray = answer_cox


def prepare_scan(data: Arrays, part: int) -> Arrays:
    """Return markers, covariates and follow-up."""
    return {
        "markers": data["markers"],
        "time": data["time"],
        "event": data["event"] > 0,
        "covariates": data["x"],
        "strata": data["strata"].astype(np.int64),
    }


def run_scan(arguments: Arrays) -> Any:
    """Wald and likelihood-ratio results of all markers, by maximum likelihood throughout."""
    return scan_markers(**arguments, firth_below=0)


def answer_scan(scan: Any) -> Answer:
    """Return what a model per marker gives."""
    return {
        "coefficient": scan.log_hazard_ratio,
        "standard_error": scan.standard_error,
        "likelihood_ratio": scan.likelihood_ratio_chi_square,
    }


prepare_score = prepare_scan


def run_score(arguments: Arrays) -> Any:
    """Score tests only."""
    return scan_markers(**arguments, firth_below=0, score_only=True)


def answer_score(scan: Any) -> Answer:
    """Return the score statistics."""
    return {"score": scan.score_chi_square}


def prepare_bootstrap(data: Arrays, part: int) -> Arrays:
    """Return the arrays and the number of resamples."""
    return prepare_cox(data, part) | {"n_resamples": len(data["rows"])}


def run_bootstrap(arguments: Arrays) -> Any:
    """Refit on all cores."""
    return bootstrap_cox(**arguments, seed=SEED)


def answer_bootstrap(found: Any) -> Answer:
    """Return the coefficients of every resample."""
    return {"coefficient": found.replicates.ravel()}


def prepare_random_effects(data: Arrays, part: int) -> Arrays:
    """Return arguments without group means, as in a ridge."""
    arguments = {"x": data["x"], "groups": data["groups"].astype(np.int64)}
    return arguments | {"time": data["time"], "event": data["event"] > 0}


def run_random_effects(arguments: Arrays) -> Any:
    """Estimate effects and variances."""
    return arguments, fit_random_effects_cox(**arguments, mean_groups=())


def answer_random_effects(result: Any) -> Answer:
    """Return effects, and the degrees of freedom, as R counts them, that the peer is asked for."""
    arguments, fit = result
    counted = fit_random_effects_cox(
        **arguments, mean_groups=(), group_variance=fit.group_variance, freedom="coxrfx"
    )
    return {
        "coefficient": fit.log_hazard_ratio,
        "degrees_of_freedom": counted.degrees_of_freedom,
        "passes": [fit.n_newton_steps + 1],
    }
