"""Whether results are missing more often in patients who die early."""

from chorall.analyses.missingness.check import check_missingness
from chorall.analyses.missingness.result import MissingnessResult

__all__ = ["MissingnessResult", "check_missingness"]
