"""Whether an outcome jumps where a rule of treatment changes: a local regression on either side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Discontinuity:
    """Two local straight lines that meet, or do not, at a cut.

    Attributes
    ----------
    below, above : float
        Height of either line at the cut.
    jump, error : float
        Above less below, and its standard error (robust).
    n_below, n_above : int
        Patients within the bandwidth, with weights above 0.
    """

    below: float
    above: float
    jump: float
    error: float
    n_below: int
    n_above: int


def fit_discontinuity(running: Floats, value: Floats, bandwidth: float) -> Discontinuity:
    """Fit a weighted straight line on either side of 0.

    Parameters
    ----------
    running : ndarray of float, shape (n,)
        What the rule looks at, less the cut; 0 and above is above.
    value : ndarray of float, shape (n,)
        Outcome, or its pseudo-value.
    bandwidth : float
        Beyond it patients say nothing; weights fall to 0 there as a triangle.

    Returns
    -------
    Discontinuity
        NaN where a side has fewer than three patients or no spread. R: ``lm(value ~ above *
        running, weights = 1 - abs(running) / bandwidth)``, ``sandwich::vcovHC(type = "HC1")``.

    References
    ----------
    Imbens GW, Lemieux T (2008). doi:10.1016/j.jeconom.2007.05.001
    """
    near = np.abs(running) < bandwidth
    r, y, weights = running[near], value[near], 1 - np.abs(running[near]) / bandwidth
    above = r >= 0
    n_below, n_above = int((~above).sum()), int(above.sum())
    design = np.column_stack([np.ones(len(r)), above, r, r * above])
    root = np.sqrt(weights)[:, None]
    if min(n_below, n_above) < 3 or np.linalg.matrix_rank(design * root) < 4:
        nothing = float("nan")
        return Discontinuity(nothing, nothing, nothing, nothing, n_below, n_above)
    bread = np.linalg.inv((design * root).T @ (design * root))
    slopes = bread @ (design.T @ (weights * y))
    scores = design * (weights * (y - design @ slopes))[:, None]
    n = len(r)
    covariance = bread @ (scores.T @ scores) @ bread * n / (n - 4)
    return Discontinuity(
        float(slopes[0]), float(slopes[0] + slopes[1]), float(slopes[1]),
        float(np.sqrt(covariance[1, 1])), n_below, n_above,
    )  # fmt: skip
