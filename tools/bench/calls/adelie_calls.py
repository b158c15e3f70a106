"""The calls of adelie: one point of its path, without penalty; it has no standard errors."""

from __future__ import annotations

from typing import Any

import adelie
import numpy as np

from bench.data import Arrays


def prepare_cox(data: Arrays, part: int) -> Arrays:
    """Return the arrays in the order that adelie likes."""
    start = data.get("entry_time", np.full(len(data["time"]), -1.0))
    strata = data["strata"].astype(np.int64)
    return data | {"x": np.asfortranarray(data["x"]), "start": start, "strata": strata}


def run_cox(data: Arrays) -> Any:
    """Fit at a penalty of 0 with Efron's rule."""
    model = adelie.glm.cox(
        data["start"], data["time"], data["event"], strata=data["strata"], tie_method="efron"
    )
    return adelie.grpnet(
        data["x"], model, lmda_path=np.array([0.0]), early_exit=False, progress_bar=False
    )


def answer_cox(state: Any) -> dict[str, Any]:
    """Return the coefficients."""
    return {"coefficient": state.betas[-1].toarray().ravel()}
