"""Fusions in any common notation: ``BCR-ABL1``, ``bcr/abl``, ``t(9;22)``, ``Ph+``, ``MLL-r``."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from chorall.knowledge.fusions import fusion_names
from chorall.knowledge.gene_names import find_gene

FOLDER = Path(__file__).parent
WORDS_CSV = FOLDER / "fusion_words.csv"
LESIONS_CSV = FOLDER / "karyotype" / "lesions.csv"
JOIN = "::"
REARRANGED = "-r"

TRANSLOCATION = re.compile(
    r"t\s*\(?\s*(\d{1,2}|x|y)\s*[;:,/]\s*(\d{1,2}|x|y)\s*\)?(?:\s*\(\s*([pq][\d.]*)\s*[;:,/]\s*"
    r"([pq][\d.]*)\s*\))?"
)
SEPARATORS = re.compile(r"\s*(?:::|--|->|[-/_|:+ ])\s*")
CERTAINTY = re.compile(r"\s*(?:\(\+\)|\bpositive|\bpos\.?|\bpresent|\bfusion|\bdetected)$")
REARRANGEMENT = re.compile(
    r"(?:[\s_-]*(?:rearrangements?|rearranged|rearr\.?)|[\s_-]+r|(?<=[a-z0-9])r)$"
)
UNKNOWN_PARTNERS = ("?", "unknown", "other", "x", "v", "any")


@dataclass(frozen=True, slots=True)
class Fusion:
    """A fusion as read from any notation.

    Attributes
    ----------
    gene : str
        HGNC symbol, in the order of the known name of the fusion.
    partner : str or None
        HGNC symbol; None where it is not known.
    alteration_class : str
        ``fusion``, or ``rearrangement`` where the partner is not known.
    """

    gene: str
    partner: str | None
    alteration_class: str

    @property
    def name(self) -> str:
        """The name of the marker: ``BCR::ABL1`` or ``KMT2A-r``."""
        return self.gene + (REARRANGED if self.partner is None else JOIN + self.partner)


def read_fusion(text: str) -> Fusion | None:
    """Read the notation of one fusion.

    Parameters
    ----------
    text : str
        Two genes in either order, by symbol, previous symbol or alias, joined in any way; a
        translocation with or without breakpoints; a word of knowledge/fusion_words.csv; a gene
        with ``-r`` or ``rearranged``. Upper and lower case are alike.

    Returns
    -------
    Fusion or None
        None where the text is not clear: unknown genes, a translocation that stands for several
        fusions (``t(11;19)``), and all that says more than a fusion (``no BCR-ABL1``).

    See Also
    --------
    suggest_fusions : known names that are close.
    """
    plain = " ".join(text.split()).lower()
    word = _known_words().get(plain)
    if word is not None:
        return _build(word)
    without = CERTAINTY.sub("", plain)
    for candidate in dict.fromkeys((plain, without)):
        found = _read_translocation(candidate) or _read_pair(candidate) or _read_gene(candidate)
        if found is not None:
            return found
    word = _known_words().get(REARRANGEMENT.sub("", without))
    return _build(word) if word is not None else None


def suggest_fusions(text: str) -> tuple[str, ...]:
    """Return up to three known names close to a text that is no fusion, for a message."""
    names = sorted({*fusion_names().values(), *_known_words().values()})
    return tuple(get_close_matches(text.strip().upper(), names, n=3, cutoff=0.4))


@cache
def _known_words() -> dict[str, str]:
    with WORDS_CSV.open(encoding="utf-8", newline="") as file:
        return {row["word"]: row["fusion"] for row in csv.DictReader(file)}


def _build(name: str) -> Fusion:
    if name.endswith(REARRANGED):
        return Fusion(name.removesuffix(REARRANGED), None, "rearrangement")
    gene, partner = name.split(JOIN)
    return Fusion(gene, partner, "fusion")


def _name_pair(first: str, second: str) -> Fusion:
    pair = frozenset((first, second))
    return _build(fusion_names().get(pair, JOIN.join(sorted((first, second)))))


def _read_pair(text: str) -> Fusion | None:
    """Read two genes; a symbol may hold the separator itself (``NKX2-1``)."""
    found: dict[str, Fusion] = {}
    for match in SEPARATORS.finditer(text):
        first, last = text[: match.start()], text[match.end() :]
        gene, partner = find_gene(first), find_gene(last)
        if gene and partner and gene != partner:
            found.setdefault(_name_pair(gene, partner).name, _name_pair(gene, partner))
        elif gene and last in UNKNOWN_PARTNERS:
            found.setdefault(gene + REARRANGED, Fusion(gene, None, "rearrangement"))
        elif partner and first in UNKNOWN_PARTNERS:
            found.setdefault(partner + REARRANGED, Fusion(partner, None, "rearrangement"))
    return next(iter(found.values())) if len(found) == 1 else None


def _read_gene(text: str) -> Fusion | None:
    match = REARRANGEMENT.search(text)
    gene = find_gene(text[: match.start()]) if match else None
    return Fusion(gene, None, "rearrangement") if gene else None


@dataclass(frozen=True, slots=True)
class _Translocation:
    marker: str
    chromosomes: tuple[str, str]
    bands: tuple[tuple[str, ...], ...]


@cache
def _known_translocations() -> tuple[_Translocation, ...]:
    with LESIONS_CSV.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "t" and row["bands"]]
    return tuple(
        _Translocation(
            row["marker"],
            tuple(row["chromosomes"].lower().split(";")),
            tuple(tuple(part.split("|")) for part in row["bands"].split(";")),
        )
        for row in rows
    )


def _read_translocation(text: str) -> Fusion | None:
    match = TRANSLOCATION.fullmatch(text)
    if match is None:
        return None
    written = [(match[1], match[3]), (match[2], match[4])]
    markers = {
        known.marker
        for known in _known_translocations()
        for order in (written, written[::-1])
        if _fits(known, order)
    }
    return _build(markers.pop()) if len(markers) == 1 else None


def _fits(known: _Translocation, written: list[tuple[str, str | None]]) -> bool:
    if tuple(name for name, _ in written) != known.chromosomes:
        return False
    return all(
        band is None or any(_agree(band, one) for one in allowed)
        for (_, band), allowed in zip(written, known.bands, strict=True)
    )


def _agree(band: str, known: str) -> bool:
    return band.startswith(known) or known.startswith(band)
