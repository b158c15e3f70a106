"""Patients just above and just below a cut-off of eligibility: a natural experiment."""

from chorall.analyses.cut_offs.cut_off import cut_off
from chorall.analyses.cut_offs.result import CutOffResult

__all__ = ["CutOffResult", "cut_off"]
