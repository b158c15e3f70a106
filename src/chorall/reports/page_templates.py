"""The Jinja2 environment of all pages."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("chorall.reports", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html", "j2"), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["tie"] = tie_units
    return environment


def tie_units(text: str) -> str:
    """Return `text` with a space that does not break between a number and its unit or sign."""
    for loose in (" %", " / ", " = ", " < "):
        text = text.replace(loose, loose.replace(" ", "\N{NO-BREAK SPACE}"))
    return text


def render_template(name: str, **values: object) -> str:
    """Return the template `name`, in the folder templates, filled with `values`."""
    return _environment().get_template(name).render(**values)
