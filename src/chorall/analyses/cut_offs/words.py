"""What is said of a cut-off, and the means in slices that the eye is shown."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

SLICES: Final = 4
"""On either side."""


def warn_of_rule(rows: pl.DataFrame, bandwidth: float) -> list[str]:
    """Say whether transplantation changes at the cut, or why there is no figure."""
    line = rows.filter(pl.col("trial").is_null(), pl.col("bandwidth") == bandwidth).row(
        0, named=True
    )
    if line["risk_difference"] is None:
        return [f"No figure: {line['note']}."]
    low, high = line["lower_transplanted_jump"], line["upper_transplanted_jump"]
    if low is None or (low <= 0 <= high):
        return [
            "The share transplanted in first remission does not change at the cut: whatever "
            "changes there is not transplantation, and if nothing does, no effect can be read."
        ]
    return [
        f"At the cut the share transplanted in first remission changes by "
        f"{100 * line['transplanted_jump']:+.0f} ({100 * low:+.0f} to {100 * high:+.0f}) points: "
        "the difference of risks is the effect of the rule, not of every transplantation."
    ]


def slice_means(
    running: NDArray[np.float64],
    risk: NDArray[np.float64],
    grafted: NDArray[np.float64],
    bandwidth: float,
) -> pl.DataFrame:
    """Return means of risk and transplantation in slices of what the rule looks at."""
    known = np.isfinite(running) & np.isfinite(risk) & (np.abs(running) < bandwidth)
    r, edges = running[known], np.linspace(-bandwidth, bandwidth, 2 * SLICES + 1)
    place = np.clip(np.searchsorted(edges, r, side="right") - 1, 0, 2 * SLICES - 1)
    lines = [
        {
            "side": "below" if at < SLICES else "above",
            "middle": float((edges[at] + edges[at + 1]) / 2),
            "n": int((place == at).sum()),
            "risk": float(risk[known][place == at].mean()),
            "transplanted": float(grafted[known][place == at].mean()),
        }
        for at in range(2 * SLICES)
        if (place == at).any()
    ]
    schema = {"side": pl.String, "middle": pl.Float64, "n": pl.Int64, "risk": pl.Float64,
              "transplanted": pl.Float64}  # fmt: skip
    return pl.DataFrame(lines, schema=schema)
