"""Draw the figures of a bank's validation."""

from __future__ import annotations

from typing import Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, MaxNLocator

from chorall.reports.canvas import (
    BLUE,
    GREY,
    MARGIN,
    RULE,
    TEXT_SIZE,
    VERMILION,
    Sheet,
    note_height,
    shorten_label,
)

HEADING: Final = 0.55
ROW: Final = 0.24
LABELS: Final = 2.0
PANEL: Final = 2.35
SQUARE: Final = 1.6
ACROSS: Final = 3
LEVELS: Final = {"as_foretold": (VERMILION, "-"), "recalibrated": (BLUE, "--")}
MODELS: Final = {
    "bank": (VERMILION, "-"), "age_and_wbc": (BLUE, "--"), "everybody": (GREY, ":"),
}  # fmt: skip
SHORT: Final = {"wbc": "WBC", "aic": "AIC", "bic": "BIC", "eln": "ELN"}
PANELS: Final = {
    "concordance": "Concordance: right is better",
    "brier": "Brier score: left is better",
}


def draw_differences(data: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return two forests side by side: one line per rival, concordance and Brier score."""
    rivals = data["rival"].unique(maintain_order=True).to_list()
    height = ROW * len(rivals)
    sheet = Sheet(HEADING + height + 0.55 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    for column, (measure, label) in enumerate(PANELS.items()):
        left = LABELS + column * (PANEL + 0.25)
        axes = sheet.place_axes(left, sheet.top, PANEL, height)
        axes.axvline(0, color=RULE, linewidth=0.8)
        _draw_forest(axes, data.filter(measure=measure), rivals)
        axes.set_xlabel(label, size=TEXT_SIZE)
    for place, name in enumerate(rivals):
        sheet.write(MARGIN, sheet.top + ROW * (place + 0.5), shorten_label(_name(name), 30))
    sheet.write_note(note)
    return sheet.drawing


def _name(model: str) -> str:
    """Return the name of a model for readers."""
    return " ".join(SHORT.get(word, word) for word in model.replace("_", " ").split())


def _draw_forest(axes: Axes, data: pl.DataFrame, rivals: list[str]) -> None:
    for name, value, lower, upper in data.select("rival", "estimate", "lower", "upper").iter_rows():
        row = rivals.index(name)
        is_clear = lower > 0 or upper < 0
        colour = VERMILION if is_clear else GREY
        axes.plot([lower, upper], [row, row], color=colour, linewidth=1.2)
        axes.plot([value], [row], "s" if is_clear else "o", color=colour, markersize=4)
    axes.set_ylim(len(rivals) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(4))


def draw_calibration(
    data: pl.DataFrame, trials: list[str], title: str, note: str, *, synthetic: bool
) -> Drawing:
    """Return one square per trial: observed by foretold risk, as foretold and recalibrated."""
    n_rows = -(-len(trials) // ACROSS)
    step = SQUARE + 0.75
    sheet = Sheet(0.6 + n_rows * step + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    for place, (name, (colour, dash)) in enumerate(LEVELS.items()):
        left = MARGIN + 1.6 * place
        sheet.draw_line((left, left + 0.3), sheet.top, color=colour, linestyle=dash)
        sheet.write(left + 0.36, sheet.top, name.replace("_", " "), color=colour)
    sheet.top += 0.3
    for place, trial in enumerate(trials):
        row, column = divmod(place, ACROSS)
        left = 0.8 + column * (SQUARE + 0.6)
        axes = sheet.place_axes(left, sheet.top + row * step, SQUARE, SQUARE)
        axes.set_title(shorten_label(trial, 24), size=TEXT_SIZE)
        _draw_squares(axes, data.filter(trial=trial), is_first=column == 0)
    sheet.write_note(note)
    return sheet.drawing


def _draw_squares(axes: Axes, data: pl.DataFrame, *, is_first: bool) -> None:
    axes.plot([0, 1], [0, 1], color=RULE, linewidth=0.8)
    for level, (colour, dash) in LEVELS.items():
        own = data.filter(level=level)
        predicted = own["predicted"].to_list()
        axes.plot(predicted, own["observed"].to_list(), color=colour, linestyle=dash)
        axes.fill_between(
            predicted, own["lower"].to_list(), own["upper"].to_list(), color=colour, alpha=0.12,
            linewidth=0,
        )  # fmt: skip
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(2))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axes.set_xlabel("Foretold", size=TEXT_SIZE)
    if is_first:
        axes.set_ylabel("Observed", size=TEXT_SIZE)


def draw_decisions(data: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return net benefit by threshold of each model, of acting in everybody and in nobody."""
    height, width, left = 2.8, 4.9, 0.75
    sheet = Sheet(HEADING + height + 0.55 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    axes = sheet.place_axes(left, sheet.top, width, height)
    axes.axhline(0, color=RULE, linewidth=0.8)
    for place, (name, (colour, dash)) in enumerate(MODELS.items()):
        own = data.filter(model=name)
        if not own.height:
            continue
        cuts = own["threshold"].to_list()
        axes.plot(cuts, own["net_benefit"].to_list(), color=colour, linestyle=dash)
        axes.fill_between(
            cuts, own["lower"].to_list(), own["upper"].to_list(), color=colour, alpha=0.12,
            linewidth=0,
        )  # fmt: skip
        label = _name(name)
        sheet.write(left + width + MARGIN, sheet.top + 0.2 + 0.2 * place, label, color=colour)
    sheet.write(left + width + MARGIN, sheet.top + 0.2 + 0.2 * len(MODELS), "nobody: 0")
    axes.set_ylim(-0.05, max(0.05, 1.1 * float(data["upper"].max() or 0)))  # type: ignore[arg-type]
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axes.set_xlabel("Threshold of risk", size=TEXT_SIZE)
    axes.set_ylabel("Net benefit per patient", size=TEXT_SIZE)
    sheet.write_note(note)
    return sheet.drawing
