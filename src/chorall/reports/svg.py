"""Turn a drawing of Matplotlib into an SVG that may sit beside others in one page."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

SVG: Final = "http://www.w3.org/2000/svg"
XLINK: Final = "http://www.w3.org/1999/xlink"
FONT_STACK: Final = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', "
    "'DejaVu Sans', sans-serif"
)
_METADATA: Final = {"Date": None, "Creator": None, "Format": None, "Type": None}
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT_FAMILY = re.compile(r"\s*font-family: [^;]+;")
_NO_ROTATION = re.compile(r"rotate\(-?0 ")

ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", XLINK)


def render_svg(drawing: Drawing, name: str, title: str, description: str) -> str:
    """Return `drawing` as one SVG element without a fixed size, dates or foreign identifiers.

    Parameters
    ----------
    drawing : matplotlib.figure.Figure
        Drawn under `canvas.drawing_settings`.
    name : str
        Prefix of every identifier, so that two figures of one page never share one.
    title, description : str
        What a screen reader says.
    """
    stream = io.BytesIO()
    drawing.savefig(stream, format="svg", metadata=_METADATA)
    root = ElementTree.fromstring(stream.getvalue())
    _remove_leaks(root)
    _rename_identifiers(root, name)
    for element in root.iter():
        _tidy_text(element)
    _describe(root, name, title, description)
    return ElementTree.tostring(root, encoding="unicode")


def _remove_leaks(root: ElementTree.Element) -> None:
    # A `style` element would apply to the whole page the figure sits in.
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{SVG}}}style", f"{{{SVG}}}metadata"}:
                parent.remove(child)


def _rename_identifiers(root: ElementTree.Element, name: str) -> None:
    wanted = _find_references(root)
    for element in root.iter():
        identifier = element.attrib.pop("id", None)
        if identifier in wanted:
            element.set("id", f"{name}-{identifier}")
        for key, value in element.attrib.items():
            if key == f"{{{XLINK}}}href":
                element.set(key, f"#{name}-{value[1:]}")
            elif "url(#" in value:
                element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))


def _find_references(root: ElementTree.Element) -> set[str]:
    found: set[str] = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == f"{{{XLINK}}}href":
                found.add(value[1:])
            found.update(_REFERENCE.findall(value))
    return found


def _tidy_text(element: ElementTree.Element) -> None:
    # The font of the page replaces the one that the layout was measured with.
    if element.tag != f"{{{SVG}}}text":
        return
    element.set("style", _FONT_FAMILY.sub("", element.get("style", "")))
    if _NO_ROTATION.match(element.get("transform", "")):
        del element.attrib["transform"]


def _describe(root: ElementTree.Element, name: str, title: str, description: str) -> None:
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    root.set("style", f"font-family: {FONT_STACK}; font-variant-numeric: tabular-nums")
    root.set("stroke-linejoin", "round")
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(position, element)
