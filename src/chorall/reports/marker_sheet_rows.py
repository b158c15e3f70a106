"""A row of a marker sheet: a figure with its limits between a label and columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of a panel.

    Attributes
    ----------
    label : str
        Trial, group or endpoint.
    kind : {"single", "child", "adult", "pooled", "prediction"}
        A figure of its own (of the young, of adults), a pooled one, or limits alone.
    middle, lower, upper : float or None
        The figure and its limits; null where there is none.
    cells : tuple of str
        The columns of numbers as written; the first is the figure.
    gap : bool
        True leaves a little room above.
    """

    label: str
    kind: str
    middle: float | None
    lower: float | None
    upper: float | None
    cells: tuple[str, ...]
    gap: bool = False

    @property
    def spoken(self) -> str:
        """The row in words."""
        return " ".join((self.label, *(cell for cell in self.cells[:2] if cell)))
