"""Both groups and their interaction in one picture; two P values side by side show nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.treatments.result import TreatmentResult
from chorall.reports.figure import Figure
from chorall.reports.numbers import format_p_with_sign, format_ratio_interval
from chorall.reports.treatment_table import name_strategies
from chorall.reports.wording import name_marker

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

PRESENT, ABSENT, INTERACTION, TRIAL = "with the marker", "without it", "interaction", "trial"
MOST_BLOCKS: Final = 6
DATA: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("contrast", "evidence", "claim", "line", "label"), pl.String()),
    **dict.fromkeys(
        (
            "risk_difference", "lower_risk_difference", "upper_risk_difference",
            "ratio", "lower_ratio", "upper_ratio", "interaction_p_value",
        ),
        pl.Float64(),
    ),
}  # fmt: skip


def draw_treatment(result: TreatmentResult, marker: str, endpoint: str) -> Figure:
    """Return the figure of one marker and endpoint: a block for each contrast.

    Parameters
    ----------
    result : TreatmentResult
        With pooled lines.
    marker, endpoint : str
        Which lines.
    """
    data = tabulate_figure(result.rows.filter(marker=marker, endpoint=endpoint))
    title = f"{name_marker(marker)}: what treatment does with and without it ({endpoint})"

    def draw() -> Drawing:
        from chorall.reports.treatment_drawing import draw_blocks

        return draw_blocks(
            data, title, horizon_years=result.horizon_years, synthetic=result.pool.synthetic
        )

    return Figure(f"treatment-{endpoint}-{marker}", title, describe(title, data), data, draw)


def tabulate_figure(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one line per drawn line, block by block."""
    pooled = rows.filter(pl.col("trial").is_null()).head(MOST_BLOCKS)
    lines = []
    for block in pooled.to_dicts():
        lines += [_side(block, "present", PRESENT), _side(block, "absent", ABSENT)]
        own = rows.filter(pl.col("trial").is_not_null(), strategy=block["strategy"],
                          control=block["control"])  # fmt: skip
        lines.append(_interaction(block, INTERACTION, INTERACTION))
        if own.height > 1:
            lines += [_interaction(one | {"claim": block["claim"]}, TRIAL, one["trial"])
                      for one in own.to_dicts()]  # fmt: skip
    return pl.DataFrame(lines, schema=DATA)


def _common(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "contrast": name_strategies(row["strategy"], row["control"]),
        "evidence": row["evidence"],
        "claim": row["claim"],
        "interaction_p_value": row["interaction_p_value"],
    }


def _side(row: dict[str, Any], side: str, label: str) -> dict[str, Any]:
    return _common(row) | {
        "line": side,
        "label": label,
        "risk_difference": row[f"risk_difference_{side}"],
        "lower_risk_difference": row[f"lower_risk_difference_{side}"],
        "upper_risk_difference": row[f"upper_risk_difference_{side}"],
        "ratio": row[f"hazard_ratio_{side}"],
        "lower_ratio": row[f"lower_hazard_ratio_{side}"],
        "upper_ratio": row[f"upper_hazard_ratio_{side}"],
    }


def _interaction(row: dict[str, Any], line: str, label: str) -> dict[str, Any]:
    return _common(row) | {
        "line": line,
        "label": label,
        "risk_difference": row["risk_difference_interaction"],
        "lower_risk_difference": row["lower_risk_difference_interaction"],
        "upper_risk_difference": row["upper_risk_difference_interaction"],
        "ratio": row["interaction_ratio"],
        "lower_ratio": row["interaction_lower"],
        "upper_ratio": row["interaction_upper"],
    }


def describe(title: str, data: pl.DataFrame) -> str:
    """Return what is seen, with the numbers."""
    parts = [
        f"{row['contrast']} ({row['evidence']}): interaction "
        f"{format_ratio_interval(row['ratio'], row['lower_ratio'], row['upper_ratio'])}, "
        f"{format_p_with_sign('p', row['interaction_p_value'])}, {row['claim']}."
        for row in data.filter(line=INTERACTION).to_dicts()
    ]
    return f"{title}. {' '.join(parts)}"
