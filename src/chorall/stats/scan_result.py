"""What a marker scan gives back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import erfc, ndtr

from chorall.stats.arrays import Booleans, Floats, Integers, Labels, freeze

STATUSES = (
    "fitted", "separated", "not_tested", "no_events", "constant", "too_few", "collinear",
    "not_converged",
)  # fmt: skip
METHODS = ("likelihood", "firth", "score", "none")


@dataclass(frozen=True, slots=True, eq=False)
class MarkerScan:
    """Results for m markers, each on the patients tested for it.

    Attributes
    ----------
    n_tested, n_carriers : ndarray of int64, shape (m,)
        Patients tested, and those of them whose marker is not 0.
    n_events, n_events_carriers : ndarray of int64, shape (m,)
        Events among the tested and among the carriers.
    log_hazard_ratio, standard_error : ndarray of shape (m,)
        Per unit of the marker, or of the interaction, with its standard error.
    z, p_value : ndarray of shape (m,)
        Wald statistic and its two-sided p-value.
    likelihood_ratio_chi_square, likelihood_ratio_p_value : ndarray of shape (m,)
        Likelihood-ratio test with one degree of freedom; penalised where `method` is "firth".
    score_chi_square, score_p_value : ndarray of shape (m,)
        Score test with one degree of freedom, never penalised.
    saddlepoint_p_value : ndarray of shape (m,)
        Two-sided p-value of the score statistic without the normal approximation; NaN when not
        asked for, where there is no score test and where it is not defined.
    status : ndarray of str, shape (m,)
        "fitted"; "separated" (the likelihood has no maximum: see `method` for what stands
        there instead); and, with NaN in every column of floats, "not_tested" (nobody),
        "no_events", "constant" (does not vary among the tested who are at risk at an event, or
        only together with the covariates), "too_few" (carriers) or "collinear" (the covariates
        cannot be told apart among the tested). "not_converged" leaves the score test, or NaN
        when the covariates alone have no maximum.
    method : ndarray of str, shape (m,)
        How `log_hazard_ratio` was found: "likelihood", "firth", "score" (only the score test is
        given) or "none".
    converged : ndarray of bool, shape (m,)
        True when everything that `method` promises was found.
    n_iterations : ndarray of int64, shape (m,)
        Newton steps with the marker in the model.
    n_patterns : int
        Distinct sets of tested patients, for each of which the covariates were fitted anew.
    """

    n_tested: Integers
    n_carriers: Integers
    n_events: Integers
    n_events_carriers: Integers
    log_hazard_ratio: Floats
    standard_error: Floats
    z: Floats
    p_value: Floats
    likelihood_ratio_chi_square: Floats
    likelihood_ratio_p_value: Floats
    score_chi_square: Floats
    score_p_value: Floats
    saddlepoint_p_value: Floats
    status: Labels
    method: Labels
    converged: Booleans
    n_iterations: Integers
    n_patterns: int

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class ScanColumns:
    """The columns of a result that are being filled, each of shape (m,); words as numbers."""

    counts: Integers
    log_hazard_ratio: Floats
    standard_error: Floats
    likelihood_ratio: Floats
    score: Floats
    saddlepoint: Floats
    status: Integers
    method: Integers
    n_iterations: Integers

    @classmethod
    def allocate(cls, m: int) -> ScanColumns:
        """Return columns of NaN for `m` markers that have not been looked at."""
        floats = [np.full(m, np.nan) for _ in range(5)]
        words = [np.zeros(m, dtype=np.int64) for _ in range(3)]
        return cls(np.zeros((m, 4), dtype=np.int64), *floats, *words)

    @property
    def is_fitted(self) -> Booleans:
        """Tell which markers nothing has been said against."""
        return np.asarray(self.status == STATUSES.index("fitted"))

    def copy_from(self, part: ScanColumns, first: int, last: int) -> None:
        """Take the results of markers first to last from the beginning of another."""
        for name in self.__slots__:
            getattr(self, name)[first:last] = getattr(part, name)[: last - first]

    def set_words(self, where: Booleans | Integers | np.intp, status: str, method: str) -> None:
        """Set the two words of some markers."""
        self.status[where] = STATUSES.index(status)
        self.method[where] = METHODS.index(method)


def shape_scan(columns: ScanColumns, n_patterns: int) -> MarkerScan:
    """Turn filled columns into the result."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = columns.log_hazard_ratio / columns.standard_error
    status = np.array(STATUSES)[columns.status]
    method = np.array(METHODS)[columns.method]
    n_tested, n_carriers, n_events, n_events_carriers = columns.counts.T.copy()
    return MarkerScan(
        n_tested=n_tested,
        n_carriers=n_carriers,
        n_events=n_events,
        n_events_carriers=n_events_carriers,
        log_hazard_ratio=columns.log_hazard_ratio,
        standard_error=columns.standard_error,
        z=z,
        p_value=2 * ndtr(-np.abs(z)),
        likelihood_ratio_chi_square=columns.likelihood_ratio,
        likelihood_ratio_p_value=erfc(np.sqrt(np.maximum(columns.likelihood_ratio, 0) / 2)),
        score_chi_square=columns.score,
        # of one degree of freedom
        score_p_value=erfc(np.sqrt(columns.score / 2)),
        saddlepoint_p_value=columns.saddlepoint,
        status=status,
        method=method,
        converged=(method != "none") & (status != "not_converged"),
        n_iterations=columns.n_iterations,
        n_patterns=n_patterns,
    )
