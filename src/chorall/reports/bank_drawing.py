"""Draw the figures of a bank's validation."""

from __future__ import annotations

from typing import Any, Final

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
    is_narrow,
    open_sheet,
    shorten_label,
    tell_empty,
    tell_lacking,
)
from chorall.reports.keyed_axes import KeyLine, key_height, place_keyed_axes
from chorall.reports.numbers import is_known
from chorall.reports.row_layout import RowLayout, choose_layout, write_row

TWO_COLUMNS: Final = RowLayout(0.24, (2.0, 2.35), (), 30)
ONE_COLUMN: Final = RowLayout(0.36, (0.2, 1.45), (), 44, n_lines=2)
SQUARES: Final = {True: (2, 1.05, 0.4), False: (3, 1.6, 0.55)}
"""Of a narrow sheet and a wide one: squares in a row, inches of each and between two."""
LEVELS: Final = {"as_foretold": (VERMILION, "-"), "recalibrated": (BLUE, "--")}
MODELS: Final = {
    "bank": (VERMILION, "-"), "age_and_wbc": (BLUE, "--"), "everybody": (GREY, ":"),
}  # fmt: skip
SHORT: Final = {"wbc": "WBC", "aic": "AIC", "bic": "BIC", "eln": "ELN"}
PANELS: Final = {
    "concordance": "Concordance:\nright is better",
    "brier": "Brier score:\nleft is better",
}


def draw_differences(data: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return two forests side by side: one line per rival, concordance and Brier score."""
    rivals = data["rival"].unique(maintain_order=True).to_list()
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    height = layout.row * len(rivals)
    sheet = open_sheet(title, note, height + 0.85, synthetic=synthetic)
    for column, (measure, label) in enumerate(PANELS.items()):
        left = layout.plot[0] + column * (layout.plot[1] + 0.25)
        axes = sheet.place_axes(left, sheet.top, layout.plot[1], height)
        axes.axvline(0, color=RULE, linewidth=0.8)
        axes.set_ylim(height, 0)
        _draw_forest(axes, data.filter(measure=measure), rivals, layout)
        axes.set_xlabel(label, size=TEXT_SIZE)
    for place, name in enumerate(rivals):
        middle = sheet.top + layout.row * (place + 0.5)
        write_row(sheet, middle, layout, (_name(name), ()), size=TEXT_SIZE)
    return sheet.drawing


def _name(model: str) -> str:
    """Return the name of a model for readers."""
    return " ".join(SHORT.get(word, word) for word in model.replace("_", " ").split())


def _draw_forest(axes: Axes, data: pl.DataFrame, rivals: list[str], layout: RowLayout) -> None:
    for name, value, lower, upper in data.select("rival", "estimate", "lower", "upper").iter_rows():
        at = layout.row * (rivals.index(name) + 0.5) + layout.plot_shift
        if not is_known(value):
            tell_lacking(axes, at)
            continue
        is_clear = lower > 0 or upper < 0
        colour = VERMILION if is_clear else GREY
        axes.plot([lower, upper], [at, at], color=colour, linewidth=1.2)
        axes.plot([value], [at], "s" if is_clear else "o", color=colour, markersize=4)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(3 if is_narrow() else 4))


def draw_calibration(
    data: pl.DataFrame, trials: list[str], title: str, note: str, *, synthetic: bool
) -> Drawing:
    """Return one square per trial: observed by foretold risk, as foretold and recalibrated."""
    across, square, gap = SQUARES[is_narrow()]
    n_rows = -(-len(trials) // across)
    step = square + 0.75
    sheet = open_sheet(title, note, n_rows * step + 0.4, synthetic=synthetic)
    for place, (name, (colour, dash)) in enumerate(LEVELS.items()):
        left = MARGIN + 1.6 * place
        sheet.draw_line((left, left + 0.3), sheet.top, color=colour, linestyle=dash)
        sheet.write(left + 0.36, sheet.top, name.replace("_", " "), color=colour)
    sheet.top += 0.4
    for place, trial in enumerate(trials):
        row, column = divmod(place, across)
        left = 0.75 + column * (square + gap)
        axes = sheet.place_axes(left, sheet.top + row * step, square, square)
        axes.set_title(shorten_label(trial, int(square * 13)), size=TEXT_SIZE)
        _draw_squares(axes, data.filter(trial=trial), is_first=column == 0)
    return sheet.drawing


def _draw_squares(axes: Axes, data: pl.DataFrame, *, is_first: bool) -> None:
    for level, (colour, dash) in LEVELS.items():
        own = data.filter(level=level)
        predicted = own["predicted"].to_numpy()
        axes.plot(predicted, own["observed"].to_numpy(), color=colour, linestyle=dash)
        axes.fill_between(
            predicted, own["lower"].to_numpy(), own["upper"].to_numpy(), color=colour, alpha=0.12,
            linewidth=0,
        )  # fmt: skip
    tell_empty(axes)
    axes.plot([0, 1], [0, 1], color=RULE, linewidth=0.8, zorder=1)
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
    there = [name for name in MODELS if data.filter(model=name).height]
    lines = [KeyLine(_name(name), MODELS[name][0], _style(MODELS[name])) for name in there]
    lines.append(KeyLine("nobody: 0"))
    height = 2.8
    sheet = open_sheet(title, note, key_height(len(lines)) + height + 0.68, synthetic=synthetic)
    axes = place_keyed_axes(sheet, lines, 4.6, height, letters=24)
    axes.axhline(0, color=RULE, linewidth=0.8)
    for name in there:
        own, style = data.filter(model=name), _style(MODELS[name])
        cuts = own["threshold"].to_list()
        axes.plot(cuts, own["net_benefit"].to_list(), **style)
        axes.fill_between(
            cuts, own["lower"].to_numpy(), own["upper"].to_numpy(), color=style["color"],
            alpha=0.12, linewidth=0,
        )  # fmt: skip
    axes.set_ylim(-0.05, max(0.05, 1.1 * float(data["upper"].max() or 0)))  # type: ignore[arg-type]
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axes.set_xlabel("Threshold of risk", size=TEXT_SIZE)
    axes.set_ylabel("Net benefit per patient", size=TEXT_SIZE)
    return sheet.drawing


def _style(style: tuple[str, str]) -> dict[str, Any]:
    colour, dash = style
    return {"color": colour, "linestyle": dash}
