"""What becomes of 100 patients under each strategy, as icons, for paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.models.bank.prediction import BankPrediction, Estimate
from chorall.reports.figure import Figure
from chorall.reports.icon_array import FATES, count_in_hundred, share_fates
from chorall.reports.numbers import EN_DASH
from chorall.reports.wording import check_known

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

MONTHS: Final = 12
NOTE: Final = (
    "Each icon is one of 100 patients. Counts are means over what is not known of this patient. In "
    "brackets: how many of 100 are alive at least and at most, whatever any one missing test "
    "shows and with the uncertainty of the bank. A prediction, not a recommendation. Research use "
    "only."
)


@dataclass(frozen=True, slots=True)
class IconPanel:
    """One strategy.

    Attributes
    ----------
    name, survival : str
        The strategy, and how many are alive with the widest range.
    counts : dict of str to int
        Fate to icons, 100 in all.
    """

    name: str
    survival: str
    counts: dict[str, int]


def draw_icon_arrays(
    found: BankPrediction, years: float | None = None, *, synthetic: bool = False
) -> Figure:
    """Return 100 icons for each strategy of a prediction.

    Parameters
    ----------
    found : BankPrediction
        As `chorall.predict` returns it.
    years : float, optional
        From today; one of the times asked, the longest without it.
    synthetic : bool
        True where the bank was fitted to simulated patients.

    Raises
    ------
    InputError
        If the prediction has no such time, or no strategy has an answer.
    """
    times = list(next(iter(found.outcomes.values()))["overall_survival"]) if found.outcomes else []
    when = max(times, default=0.0) if years is None else years
    check_known("time", f"{when:g}", pl.Series([f"{one:g}" for one in times], dtype=pl.String))
    panels = [_make_panel(found, name, when) for name in found.strategies]
    title = f"100 patients like this one, {when:g} years from today"

    def draw() -> Drawing:
        from chorall.reports.icon_drawing import draw_panels

        return draw_panels(panels, title, NOTE, synthetic=synthetic)

    said = "; ".join(f"{panel.name}: {_say(panel)}" for panel in panels)
    data = pl.DataFrame(
        [
            {"strategy": panel.name, "fate": fate, "n_of_100": n}
            for panel in panels
            for fate, n in panel.counts.items()
        ]
    )
    return Figure("icons", title, f"{title}. {said}.", data, draw)


def _make_panel(found: BankPrediction, name: str, years: float) -> IconPanel:
    place = round(years * MONTHS)
    at_once = {state: float(one[place]) for state, one in found.occupancy[name].items()}
    survival: Any = found.outcomes[name]["overall_survival"][years]
    return IconPanel(
        name.replace("_", " ").replace("+", " + "),
        _write_survival(survival),
        count_in_hundred(share_fates(at_once)),
    )


def _write_survival(survival: Estimate) -> str:
    low, high = (f"{100 * limit:.0f}" for limit in (survival.lower, survival.upper))
    return f"{100 * survival.estimate:.0f} of 100 alive ({low}{EN_DASH}{high})"


def _say(panel: IconPanel) -> str:
    fates = ", ".join(f"{n} {FATES[fate]}" for fate, n in panel.counts.items())
    return f"{panel.survival}; {fates}"
