"""Target trials stated in a file and emulated in the pool: observational, and said so."""

from chorall.analyses.target_trials.result import TargetTrialResult
from chorall.analyses.target_trials.target_trial import target_trial

__all__ = ["TargetTrialResult", "target_trial"]
