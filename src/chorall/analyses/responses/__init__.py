"""Response to induction as an outcome: remission, residual disease, death in induction."""

from chorall.analyses.responses.response import response
from chorall.analyses.responses.result import ResponseResult

__all__ = ["ResponseResult", "response"]
