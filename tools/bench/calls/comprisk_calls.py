"""The calls of comprisk."""

from __future__ import annotations

from typing import Any

import numpy as np
from comprisk import CumulativeIncidence, FineGrayRegression

from bench.data import READ_AT, Arrays


def prepare_fine_gray(data: Arrays, part: int) -> Arrays:
    """Return the arrays with whole causes."""
    return data | {"cause": data["cause"].astype(np.int64)}


def run_fine_gray(data: Arrays) -> Any:
    """Fit with the robust variance."""
    model = FineGrayRegression(cause=1, robust_se=True)
    return model.fit(data["x"], time=data["time"], event=data["cause"])


def answer_fine_gray(fit: Any) -> dict[str, Any]:
    """Return coefficients and errors."""
    return {"coefficient": fit.coef_, "standard_error": fit.se_}


prepare_incidence = prepare_fine_gray


def run_incidence(data: Arrays) -> Any:
    """Estimate both causes."""
    return CumulativeIncidence().fit(time=data["time"], event=data["cause"])


def answer_incidence(fit: Any) -> dict[str, Any]:
    """Read both curves at fixed times."""
    found = [fit.curves_[None, cause].evaluate(READ_AT) for cause in (1, 2)]
    return {
        "incidence": np.concatenate([incidence for incidence, _ in found]),
        "standard_error": np.sqrt(np.concatenate([variance for _, variance in found])),
    }
