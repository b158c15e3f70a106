"""Residual disease: what laboratories write, to category, fraction, sensitivity and method."""

from chorall.harmonise.mrd.text import UnreadableMrd, read_mrd_text

__all__ = ["UnreadableMrd", "read_mrd_text"]
