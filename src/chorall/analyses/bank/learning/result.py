"""What a learning curve gives back."""

from __future__ import annotations

from dataclasses import dataclass

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class BankLearning(AnalysisResult):
    """What `chorall bank learning` found.

    Attributes
    ----------
    rows : DataFrame
        by (`patients`, `markers`), measure (`concordance`, `brier`), kind (`measured`,
        `extrapolated`), size (training patients, mean over the trials left out; or markers),
        estimate, lower, upper, gain, gain_lower, gain_upper (against the whole bank; by the law,
        null for `measured`), n_repeats.
    endpoint : str
        OS or EFS.
    horizon_years : float
        When the Brier score is read.
    laws : dict of str to tuple of float
        By measure: ceiling, slope, exponent of the inverse power law of patients.
    """

    endpoint: str
    horizon_years: float
    laws: dict[str, tuple[float, float, float]]
