"""The frozen result of building a risk rule."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class RiskRule(AnalysisResult):
    """A new rule, judged where it was made, where each trial was left out, and where it was not.

    `rows`: rule (`all tests`, `fewest tests`), role (`training (apparent, optimistic)`, `test`,
    `test, trained on too (optimistic)`), trial_id, group (with `not assessable (not tested)`),
    n_patients, share, predicted (mean), n_events, observed with lower and upper, target, verdict
    (`met`, `missed`, `not shown`: by the limits).

    Attributes
    ----------
    performance : DataFrame
        Concordance, Brier score and calibration per role, `training, each trial left out` too.
    optimism : DataFrame
        Apparent less left-out, per measure.
    weights : DataFrame
        Per item: weight per unit, mean among those tested, test and cost.
    tests : DataFrame
        Sets of tests that were tried, the cheapest first.
    waiting, reclassification, decision : DataFrame
        The rule against one without MRD, in the test trials; empty without MRD.
    definitions : dict of str to str
        Each rule as TOML.
    cut_points : dict of str to tuple of float
        On the score of each rule.
    shrinkage : dict of str to float
        Slope of the risk over left-out scores: below 1 the index was too extreme.
    targets : tuple of float
        Risks at which a higher group begins.
    train_trials, test_trials : tuple of str
        Used, and not used.
    target, moment : str
        What is predicted and when.
    horizon_years, conf_level : float
        By when; level of all limits.
    """

    performance: pl.DataFrame
    optimism: pl.DataFrame
    weights: pl.DataFrame
    tests: pl.DataFrame
    waiting: pl.DataFrame
    reclassification: pl.DataFrame
    decision: pl.DataFrame
    definitions: dict[str, str]
    cut_points: dict[str, tuple[float, ...]]
    shrinkage: dict[str, float]
    targets: tuple[float, ...]
    train_trials: tuple[str, ...]
    test_trials: tuple[str, ...]
    target: str
    moment: str
    horizon_years: float
    conf_level: float

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """All frames, by name."""
        names = (
            "performance", "optimism", "weights", "tests", "waiting", "reclassification",
            "decision",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}
