"""Transplantation in first remission: several answers side by side, all observational."""

from chorall.analyses.transplants.result import TransplantResult
from chorall.analyses.transplants.transplant import transplant

__all__ = ["TransplantResult", "transplant"]
