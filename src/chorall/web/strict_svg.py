"""Drawings of Matplotlib without inline style: a strict page would not apply it."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

SVG_PREFIX: Final = "{http://www.w3.org/2000/svg}"
LEFT_TO_THE_PAGE: Final = ("font-family", "font-variant-numeric")


def move_styles(svg: str) -> str:
    """Return an SVG whose style attributes have become presentation attributes.

    Fonts are left to the style sheet of the page.
    """
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        style = element.attrib.pop("style", "")
        for part in filter(None, (one.strip() for one in style.split(";"))):
            name, _, value = part.partition(":")
            if name.strip() not in LEFT_TO_THE_PAGE:
                element.set(name.strip(), value.strip())
    return ElementTree.tostring(root, encoding="unicode")
