"""Templates of the web pages and what all of them are given."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from chorall.reports.wording import RESEARCH_USE, SYNTHETIC_BANNER
from chorall.web.assets import locate_asset
from chorall.web.gate.visit import STRANGER, VISIT

if TYPE_CHECKING:
    from jinja2 import Environment

    from chorall.reports.plain_svg import PlainSvg
    from chorall.web.doctor.form import DoctorForm


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
    environment.globals["write_choice"] = write_choice
    environment.filters["svg"] = place_svg
    return environment


def place_svg(drawing: PlainSvg) -> object:
    """Return a drawing as markup: every text in it was escaped when it was written."""
    from markupsafe import Markup

    return Markup(drawing.svg())


def write_choice(
    name: str, label: str, form: DoctorForm, options: Mapping[str, str], preset: str = ""
) -> object:
    """Return a choice with its message as markup; what is no option chooses none."""
    from markupsafe import Markup

    chosen = form.get(name) or preset
    buttons = _write_buttons(
        name, label, tuple(options.items()), chosen if chosen in options else None
    )
    said = ""
    if name in form.problems or name in form.hints:
        macros: Any = _environment().get_template("field.html.j2").module
        said = macros.words(name, form)
    return Markup(f"{buttons}{said}</p>\n</fieldset>")


@lru_cache(maxsize=2048)
def _write_buttons(
    name: str, label: str, options: tuple[tuple[str, str], ...], chosen: str | None
) -> str:
    """Write the buttons once for each option: a form has the same dozens again and again."""
    given = {"name": name, "label": label, "options": options, "chosen": chosen}
    return _environment().get_template("choice.html.j2").render(given).rstrip()


def render_page(name: str, *, synthetic: bool = False, here: str = "", **values: object) -> str:
    """Return the template `name`, in the folder templates, filled with `values`."""
    visit = VISIT.get()
    given = {"visitor": visit.visitor if visit else STRANGER, **values}
    return _environment().get_template(name).render(synthetic=synthetic, here=here, **given)
