"""The figure of a learning curve: what is reached by size of the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.analyses.bank.learning.result import BankLearning
from chorall.reports.figure import Figure
from chorall.reports.risk_table import format_small

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

NOTE: Final = (
    "Each trial foretold by banks of the others with fewer patients or markers, drawn several "
    "times; limits of 95 % over draws and patients judged. Dashed: inverse power law, "
    "extrapolated beyond the last filled point. Research use only."
)


def draw_learning_figures(result: BankLearning) -> list[Figure]:
    """Return the figure: concordance and Brier score, by patients and by markers."""
    title = f"How large must a bank be? {result.endpoint}, trials left out"
    data, laws, synthetic = result.rows, result.laws, result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.learning_drawing import draw_learning

        return draw_learning(data, laws, title, NOTE, synthetic=synthetic)

    return [Figure(f"bank-learning-{result.endpoint}", title, _describe(data, title), data, draw)]


def _describe(data: pl.DataFrame, title: str) -> str:
    own = data.filter(by="patients", measure="concordance")
    seen = "; ".join(
        f"{size:.0f} patients {format_small(value)}"
        f"{' (extrapolated)' if kind == 'extrapolated' else ''}"
        for kind, size, value in own.select("kind", "size", "estimate").iter_rows()
    )
    return f"{title}. Concordance: {seen}."
