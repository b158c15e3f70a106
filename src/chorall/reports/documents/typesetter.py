"""Typst, asked without network, system fonts or date: the same input gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

from chorall.reports.extras import import_extra

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
_DOTS_PER_INCH: Final = 200
_PICTURE: Final = """#set page(width: 170mm, height: auto, margin: 0pt, fill: white)
#image("figure.svg", width: 100%)
"""


def typeset_report(data: dict[str, Any], drawings: dict[str, str]) -> bytes:
    """Return a tagged PDF that keeps PDF/UA-1: the compiler refuses to write any other.

    Parameters
    ----------
    data : dict
        What the template `report.typ` reads as data.json.
    drawings : dict of str to str
        File name to SVG.

    Raises
    ------
    InputError
        If typst is not installed.
    """
    files = {"report.typ": (TEMPLATES / "report.typ").read_text("utf-8")}
    files["data.json"] = json.dumps(data, ensure_ascii=False)
    return _compile(files | drawings, "report.typ", "pdf")


def draw_picture(svg: str) -> bytes:
    """Return a drawing as PNG, 170 mm wide at 200 dots per inch.

    Raises
    ------
    InputError
        If typst is not installed.
    """
    return _compile({"figure.svg": svg, "figure.typ": _PICTURE}, "figure.typ", "png")


def _compile(files: dict[str, str], main: str, kind: Literal["pdf", "png"]) -> bytes:
    typst: Any = import_extra("typst", "typst", "PDF reports and pictures in Word documents")
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, "utf-8")
        options = {"pdf_standards": ["ua-1"]} if kind == "pdf" else {"ppi": _DOTS_PER_INCH}
        found: bytes = typst.compile(
            str(Path(folder) / main),
            root=folder,
            format=kind,
            font_paths=[str(find_fonts())],
            ignore_system_fonts=True,
            **options,
        )
    return found


def find_fonts() -> Path:
    """Return the folder of the fonts that figures are drawn with; Matplotlib brings them along."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"
