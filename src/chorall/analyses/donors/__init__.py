"""Donor against no donor: a natural experiment, by intention to treat."""

from chorall.analyses.donors.donor import donor
from chorall.analyses.donors.result import DonorResult

__all__ = ["DonorResult", "donor"]
