"""The scan: all markers, gene pairs and subtypes against several endpoints at once."""

from chorall.analyses.scan.scan import scan_prognosis

__all__ = ["scan_prognosis"]
