"""The lines of a baseline table with the groups side by side, as it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.analyses.baseline.summaries import ANY_OTHER

if TYPE_CHECKING:
    from chorall.analyses.baseline.result import BaselineTable

VALUES: Final = (
    "n", "n_known", "fraction", "median", "lower_quartile", "upper_quartile", "hidden"
)  # fmt: skip


def widen_lines(result: BaselineTable) -> pl.DataFrame:
    """Return one row per variable and level.

    Columns: variable, kind, level, known, heading (True on the line that opens a variable with
    several), standardised_difference (on the first line of the variable), and for group number k
    (the last is all together) `n_k`, `n_known_k`, `fraction_k`, `median_k`, `lower_quartile_k`,
    `upper_quartile_k`, `hidden_k`. Lines of reasons that nobody has are left
    out.
    """
    keys = ["variable", "kind", "level", "known"]
    wide = result.rows.select(keys).unique(maintain_order=True)
    for number, group in enumerate(result.groups["group"]):
        named = {name: f"{name}_{number}" for name in VALUES}
        part = result.rows.filter(pl.col("group") == group).select(*keys, *VALUES).rename(named)
        wide = wide.join(part, on=keys, how="left", nulls_equal=True, maintain_order="left")
    last = result.groups.height - 1
    is_padding = ~pl.col("known") | (pl.col("level") == ANY_OTHER)
    nobody = pl.col(f"n_{last}").fill_null(1) == 0
    wide = wide.filter(~(is_padding.fill_null(value=False) & nobody))
    return _add_headings(wide).join(
        result.differences.select(
            "variable", "standardised_difference", heading=pl.lit(value=True)
        ),
        on=["variable", "heading"],
        how="left",
        maintain_order="left",
    )


def _add_headings(wide: pl.DataFrame) -> pl.DataFrame:
    """Put a line with the name above the lines of words and markers; a number's line is its own."""
    parts = []
    for lines in wide.partition_by("variable", maintain_order=True):
        is_number = lines["kind"][0] == "number"
        if is_number:
            parts.append(lines.with_columns(heading=pl.col("level").is_null()))
            continue
        head = lines.head(1).select("variable", "kind", known=pl.lit(value=True))
        body = lines.with_columns(heading=pl.lit(value=False))
        parts.append(
            pl.concat([head.with_columns(heading=pl.lit(value=True)), body], how="diagonal")
        )
    if not parts:
        return wide.with_columns(heading=pl.lit(value=True))
    return pl.concat(parts, how="diagonal").select(*wide.columns, "heading")
