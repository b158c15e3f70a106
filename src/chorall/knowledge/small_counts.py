"""Which counts of patients are small."""

from typing import Final

FEWEST_SHOWN: Final = 5
"""Smaller counts are hidden, and with them what would tell them; customary, and can be set."""
