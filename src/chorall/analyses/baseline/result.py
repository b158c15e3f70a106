"""The frozen result of a table of baseline characteristics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from chorall.analyses.result import AnalysisResult

LINES: Final[dict[str, pl.DataType]] = {
    "variable": pl.String(),
    "kind": pl.String(),
    "level": pl.String(),
    "known": pl.Boolean(),
    "group": pl.String(),
    "n": pl.Int64(),
    "n_known": pl.Int64(),
    "fraction": pl.Float64(),
    "median": pl.Float64(),
    "lower_quartile": pl.Float64(),
    "upper_quartile": pl.Float64(),
    "hidden": pl.Boolean(),
}
DIFFERENCES: Final[dict[str, pl.DataType]] = {
    "variable": pl.String(),
    "standardised_difference": pl.Float64(),
    "between": pl.String(),
    "note": pl.String(),
}


@dataclass(frozen=True, kw_only=True)
class BaselineTable(AnalysisResult):
    """Who the patients are, by group.

    `rows` has one line per variable, level and group: variable, kind (number, word or marker),
    level (null on the line of a number; the reason on a line of those not known), known (False
    where the line counts patients whose value is not known), group (`all`: all groups together),
    n (patients; null where hidden), n_known (of the variable, in the group), fraction (n of
    n_known; null where hidden or not known), median, lower_quartile, upper_quartile (of a number;
    type 7 of Hyndman and Fan), hidden.

    Attributes
    ----------
    groups : DataFrame
        group, n_patients, unknown (True: not known which group, in no difference); all last.
    differences : DataFrame
        variable, standardised_difference (absolute; of more than two groups the largest of all
        pairs; null where it cannot be given), between (which two groups), note (why it is null).
    by : str
        The grouping, or `all`.
    smallest : int
        The smallest count that is shown.
    """

    groups: pl.DataFrame
    differences: pl.DataFrame
    by: str
    smallest: int

    @property
    def printed(self) -> pl.DataFrame:
        """One line per variable and level, the groups side by side."""
        from chorall.analyses.baseline.wide import widen_lines

        return widen_lines(self)

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """Groups and differences."""
        return {"groups": self.groups, "differences": self.differences}
