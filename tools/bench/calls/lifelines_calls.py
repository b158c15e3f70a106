"""The calls of lifelines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter

from bench.data import READ_AT, Arrays


def make_frame(data: Arrays) -> pd.DataFrame:
    """Return covariates and follow-up as columns."""
    frame = pd.DataFrame(data["x"], columns=[f"x{j}" for j in range(data["x"].shape[1])])
    for name in ("entry_time", "time", "event", "strata"):
        if name in data:
            frame[name] = data[name]
    return frame


def prepare_cox(data: Arrays, part: int) -> pd.DataFrame:
    """Return the frame."""
    return make_frame(data)


def run_cox(frame: pd.DataFrame) -> Any:
    """Fit with Efron's rule, its only one."""
    entry = "entry_time" if "entry_time" in frame else None
    return CoxPHFitter().fit(frame, "time", "event", strata=["strata"], entry_col=entry)


def answer_cox(fit: Any) -> dict[str, Any]:
    """Return coefficients and errors."""
    return {"coefficient": fit.params_.values, "standard_error": fit.standard_errors_.values}


def prepare_kaplan_meier(data: Arrays, part: int) -> Arrays:
    """Return times and events."""
    return {"time": data["time"], "event": data["event"] > 0}


def run_kaplan_meier(arguments: Arrays) -> Any:
    """Estimate with log-log limits."""
    return KaplanMeierFitter().fit(arguments["time"], arguments["event"])


def answer_kaplan_meier(fit: Any) -> dict[str, Any]:
    """Read the curve at fixed times."""
    limits = fit.confidence_interval_.reindex(READ_AT, method="ffill")
    return {
        "survival": fit.survival_function_at_times(READ_AT).values,
        "lower": limits.iloc[:, 0].values,
        "upper": limits.iloc[:, 1].values,
    }


def prepare_scan(data: Arrays, part: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the frame and the first markers."""
    return make_frame(data), data["markers"][:, :part]


def run_scan(arguments: tuple[pd.DataFrame, np.ndarray]) -> Any:
    """Fit one model per marker on the patients tested for it."""
    frame, markers = arguments
    fits = []
    for marker in markers.T:
        tested = frame.assign(marker=marker).dropna()
        fits.append(CoxPHFitter().fit(tested, "time", "event", strata=["strata"]))
    return fits


def answer_scan(fits: Any) -> dict[str, Any]:
    """Return coefficient and error of each marker."""
    return {
        "coefficient": [fit.params_["marker"] for fit in fits],
        "standard_error": [fit.standard_errors_["marker"] for fit in fits],
    }


def prepare_bootstrap(data: Arrays, part: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the frame and the rows of the first resamples."""
    return make_frame(data), data["rows"][:part].astype(np.int64)


def run_bootstrap(arguments: tuple[pd.DataFrame, np.ndarray]) -> Any:
    """Refit on each resample."""
    frame, resamples = arguments
    return [run_cox(frame.iloc[rows].reset_index(drop=True)) for rows in resamples]


def answer_bootstrap(fits: Any) -> dict[str, Any]:
    """Return the coefficients of every resample."""
    return {"coefficient": np.concatenate([fit.params_.values for fit in fits])}
