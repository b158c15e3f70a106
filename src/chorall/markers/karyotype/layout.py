"""Cut a text into its clones, its notes of other methods, and free text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

DASHES = (0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212, 0xFE63, 0xFF0D)
DOUBLE_QUOTES = (0x201C, 0x201D, 0x201E, 0xAB, 0xBB)
SINGLE_QUOTES = (0x2018, 0x2019, 0x2032, 0xB4)
REPLACED = (
    dict.fromkeys(DASHES, "-")
    | dict.fromkeys(DOUBLE_QUOTES, '"')
    | dict.fromkeys(SINGLE_QUOTES, "'")
    | {0xD7: "x", 0xFF0B: "+", 0xA0: " ", 0x7B: "(", 0x7D: ")"}
)
"""Code points of other dashes, quotes, signs and brackets, and what they stand for."""

HEAD = re.compile(
    r"(?:(?<=^)|(?<=[/;\]\s:\"'(]))[~?ca.]{0,3}\s*"
    r"(?P<low>\d{2,3})(?:\s*(?:[-~]|to|bis)\s*(?P<high>\d{2,3}))?\s*"
    r"(?:<\s*(?P<ploidy>\d)\s*n\s*[+-]?\s*>)?\s*[,.;]?\s*"
    r"(?=,?\s*(?:[XY?U]{1,6}(?![a-zA-Z0-9])c?|XX|XY|idem|sl|sdl|[+-]\??(?:\d{1,2}|[XY])(?=[,\[;]|$)))"
)
METHOD = re.compile(
    r"(?:\.\s*)?(?<![A-Za-z])(?:nuc\s*ish|[.,]?\s*ish(?=[\s(.])|FISH|RT-?\s*PCR|PCR|"
    r"CGH|array|arr(?=[\[( ])|SNP|MLPA|OGM)",
    re.IGNORECASE,
)
NEXT_CLONE = re.compile(r"/\s*(?=\d{2}\s*,)")
SMALL_SEX = re.compile(r"(?<=\d)\s*,?\s*(?:x[xy]?|y)(?=\s*(?:[,\[/;]|$))")
FLAG = re.compile(r"\s*(?:cp|inc|mar|idem)\b")
AFTER_SEX = re.compile(
    r"[XY?]{1,4}(?:\[\d+\])?(?:\s*/\s*|\s+)(?P<rest>\(?(?!idem)[A-Za-zÀ-ÿ_]{4,}.*)$"
)
BRACKETED = re.compile(r"[\])XY]\s*(?P<rest>\([A-Za-zÀ-ÿ ._-]{6,}\))\s*$")
LEADING_IN = re.compile(r"[;,.\s]+(?:in|by|per|mittels|par)\s*$")
SPECIES = re.compile(r"^\s*(?:mos|chi)\s+")


@dataclass(frozen=True, slots=True)
class CloneText:
    """One clone as it stands in the text.

    Attributes
    ----------
    low, high : int or None
        Chromosome number.
    ploidy : int or None
        The number in ``<2n>``.
    body : str
        What follows the chromosome number.
    text : str
        The whole.
    """

    low: int | None
    high: int | None
    ploidy: int | None
    body: str
    text: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A text in its parts."""

    clones: tuple[CloneText, ...]
    methods: tuple[str, ...]
    remarks: tuple[str, ...]


def clean_text(text: str) -> str:
    """Return one line with plain dashes and quotes, without quotes around it."""
    plain = unicodedata.normalize("NFC", text).translate(REPLACED)
    plain = SMALL_SEX.sub(lambda match: match[0].upper(), plain)
    return " ".join(plain.replace('"', " ").split())


def lay_out(text: str) -> Layout:
    """Cut a cleaned text into clones, notes of other methods and remarks.

    Parameters
    ----------
    text : str
        As `clean_text` returns it.
    """
    main, methods = _take_methods(text)
    main = SPECIES.sub("", main)
    heads = [match for match in HEAD.finditer(main) if _is_plausible(match)]
    if not heads:
        return Layout((), methods, tuple(filter(None, [main.strip(" .;,/")])))
    remarks = [main[: heads[0].start()].strip(" .;,/:")]
    clones = []
    ends = [*(match.start() for match in heads[1:]), len(main)]
    for match, end in zip(heads, ends, strict=True):
        body, remark = _take_remark(main[match.end() : end])
        remarks.append(remark)
        low = int(match["low"])
        high = int(match["high"] or low)
        ploidy = int(match["ploidy"]) if match["ploidy"] else None
        text_of = (match[0] + body).strip(" /;")
        clones.append(CloneText(min(low, high), max(low, high), ploidy, body, text_of))
    return Layout(tuple(clones), methods, tuple(filter(None, remarks)))


def _is_plausible(match: re.Match[str]) -> bool:
    return 20 <= int(match["low"]) <= 250


def _take_methods(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without its notes of other methods, and these; a later clone ends a note."""
    kept, notes, position = [], [], 0
    while match := METHOD.search(text, position):
        kept.append(LEADING_IN.sub("", text[position : match.start()]))
        following = NEXT_CLONE.search(text, match.end())
        end = following.start() if following else len(text)
        notes.append(text[match.start() : end].strip(" .,/;"))
        position = end
    kept.append(text[position:])
    return "".join(kept).strip(" .,/"), tuple(filter(None, notes))


def _take_remark(body: str) -> tuple[str, str]:
    """Return the body of a clone without free text that follows its last bracket."""
    body = body.strip().rstrip("/;, ")
    match = re.search(r"\]\s*(?P<rest>[^\]\[,+]*)$", body)
    if match and re.search(r"[A-Za-z]{3}", match["rest"]) and not FLAG.match(match["rest"]):
        return body[: match.start("rest")].strip(), match["rest"].strip(" ()./;")
    if match := AFTER_SEX.match(body) or BRACKETED.search(body):
        return body[: match.start("rest")].strip(" /("), match["rest"].strip(" ()")
    return body, ""
