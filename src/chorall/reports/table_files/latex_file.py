"""A printed table as LaTeX (booktabs, longtable), to be read by another document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chorall.reports.printed_table import PrintedTable

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "\N{NO-BREAK SPACE}": "~",
    "\N{EN DASH}": "--",
    "\N{MINUS SIGN}": "$-$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{GREATER-THAN OR EQUAL TO}": r"$\geq$",
    "\N{LESS-THAN OR EQUAL TO}": r"$\leq$",
    "\N{SUPERSCRIPT TWO}": r"\textsuperscript{2}",
    "\N{SUPERSCRIPT NINE}": r"\textsuperscript{9}",
    "\N{GREEK SMALL LETTER TAU}": r"$\tau$",
    "\n": " ",
}
_LETTERS: Final = str.maketrans(_SPECIAL)


def render_latex(table: PrintedTable) -> str:
    """Return a longtable with caption, repeated head, and notes; the packages are named on top."""
    spec = "".join("r" if right else "l" for right in table.to_right)
    heads = [
        _escape(header) + (_raise(mark) if mark else "")
        for header, mark in zip(table.headers, table.marks, strict=True)
    ]
    head = _join(rf"\textbf{{{text}}}" for text in heads)
    lines = [
        r"% \usepackage{booktabs,longtable,textcomp} \usepackage[T1]{fontenc}",
        r"{\footnotesize",
        rf"\begin{{longtable}}{{@{{}}{spec}@{{}}}}",
        rf"\caption{{{_escape(table.caption)}. {_escape(table.status)}}}\\",
        r"\toprule", head, r"\midrule", r"\endfirsthead",
        r"\toprule", head, r"\midrule", r"\endhead",
        r"\bottomrule", r"\endfoot",
    ]  # fmt: skip
    lines += [_join(_write_row(*row)) for row in zip(table.rows, table.kinds, strict=True)]
    lines += [r"\end{longtable}", *_write_notes(table), "}"]
    return "\n".join(lines) + "\n"


def _write_row(cells: tuple[str, ...], kind: str) -> list[str]:
    first, *rest = (_escape(cell) for cell in cells)
    if kind == "all":
        return [rf"\textbf{{{first}}}", *rest]
    return [rf"\quad {first}" if kind == "part" else first, *rest]


def _write_notes(table: PrintedTable) -> list[str]:
    return [rf"{_raise(mark)} {_escape(note)}\par" for mark, note in table.notes]


def _raise(mark: str) -> str:
    return rf"\textsuperscript{{{mark}}}"


def _escape(text: str) -> str:
    return text.translate(_LETTERS)


def _join(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
