"""The second half of question 4: which children might be treated less, in a randomised trial."""

from chorall.analyses.deescalation.deescalation import deescalation
from chorall.analyses.deescalation.result import DeescalationResult

__all__ = ["DeescalationResult", "deescalation"]
