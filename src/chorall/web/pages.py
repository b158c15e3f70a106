"""Templates of the web pages and what all of them are given."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from chorall.reports.wording import RESEARCH_USE, SYNTHETIC_BANNER
from chorall.web.assets import locate_asset
from chorall.web.gate.visit import STRANGER, VISIT

if TYPE_CHECKING:
    from jinja2 import Environment

    from chorall.reports.plain_svg import PlainSvg


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("chorall.web", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html", "j2"), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = locate_asset
    environment.globals["research_use"] = RESEARCH_USE
    environment.globals["synthetic_banner"] = SYNTHETIC_BANNER
    environment.globals["write_buttons"] = write_buttons
    environment.filters["svg"] = place_svg
    return environment


def place_svg(drawing: PlainSvg) -> object:
    """Return a drawing as markup: every text in it was escaped when it was written."""
    from markupsafe import Markup

    return Markup(drawing.svg())


def write_buttons(name: str, label: str, options: Mapping[str, str], chosen: str) -> object:
    """Return the buttons of a choice as markup; what is chosen that is no option chooses none."""
    known = chosen if chosen in options else None
    return _write_buttons(name, label, tuple(options.items()), known)


@lru_cache(maxsize=2048)
def _write_buttons(
    name: str, label: str, options: tuple[tuple[str, str], ...], chosen: str | None
) -> object:
    """Write them once for each option: a form has the same dozens again and again."""
    from markupsafe import Markup

    given = {"name": name, "label": label, "options": options, "chosen": chosen}
    # the template escapes what it is given
    return Markup(_environment().get_template("buttons.html.j2").render(given).rstrip())


def render_page(name: str, *, synthetic: bool = False, here: str = "", **values: object) -> str:
    """Return the template `name`, in the folder templates, filled with `values`."""
    visit = VISIT.get()
    given = {"visitor": visit.visitor if visit else STRANGER, **values}
    return _environment().get_template(name).render(synthetic=synthetic, here=here, **given)
