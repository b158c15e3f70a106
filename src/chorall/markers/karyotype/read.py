"""A karyotype in any writing to what it says; what cannot be read is listed, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chorall.markers.karyotype.clonality import mark_clonal
from chorall.markers.karyotype.clones import read_clones
from chorall.markers.karyotype.fish import read_signals
from chorall.markers.karyotype.items import read_item
from chorall.markers.karyotype.layout import Layout, clean_text, lay_out
from chorall.markers.karyotype.model import Abnormality, Clone, Karyotype
from chorall.markers.karyotype.rules import karyotype_rules
from chorall.markers.karyotype.words import find_meanings

NAMED = re.compile(
    r"(?<![A-Za-z])(?:t|inv|del|dic|i|iso|add|der|dup)\s*\(\s*[\dXY?pq]+(?:\s*[;:/]\s*[\dXY?pq]+)*\s*\)"
    r"(?:\s*\([^()]*\))?"
)
NUMBERED = re.compile(
    r"(?P<word>monosom|trisom)(?:y|ie|ia|i)\s*(?:of|von|du|de)?\s*(?P<name>\d{1,2}|[XY])\b", re.I
)
NEGATION = re.compile(
    r"\b(?:neg|not|no|nicht|kein\w*|ohne|without|pas|sans|sin|non)\b|negativ", re.I
)

FULLY_READ, PARTLY_READ, UNREAD = "fully_read", "partly_read", "unread"
SILENT = ("failed", "not_done", "not_reported", "normal")


def read_karyotype(text: str) -> Karyotype:
    """Read a karyotype.

    Parameters
    ----------
    text : str
        ISCN notation of any edition, as laboratories write it, with or without free text. Any text
        is accepted.

    Returns
    -------
    Karyotype
        `unread` lists the tokens that could not be read; nothing is repaired in silence. A text
        that names no chromosome is looked up in knowledge/karyotype/words.csv (``no metaphases``,
        ``keine Metaphasen``); an empty text is ``not_reported``.

    See Also
    --------
    chorall.markers.karyotype.derive_karyotype_statuses : what it says of each marker.
    """
    layout = lay_out(clean_text(text))
    clones, n_tokens = read_clones(layout.clones)
    clones, said_inside = _take_statements(mark_clonal(clones, karyotype_rules()))
    words = (*layout.remarks, *layout.methods, *said_inside)
    meanings = tuple(dict.fromkeys(m for part in words for m in find_meanings(part)))
    signals = tuple(signal for note in layout.methods for signal in read_signals(note))
    said = tuple(one for part in words for one in _find_named(part))
    unread = tuple(dict.fromkeys(token for clone in clones for token in clone.unread))
    found = Karyotype(
        raw_text=text,
        outcome="",
        reading="",
        clones=clones,
        said=said,
        fish=signals,
        statements=tuple(meaning for meaning in meanings if meaning not in SILENT),
        remarks=words,
        unread=unread,
        n_tokens=n_tokens,
    )
    return _judge(found, layout, meanings)


def _take_statements(clones: Sequence[Clone]) -> tuple[tuple[Clone, ...], tuple[str, ...]]:
    """Return the clones without items that are words, such as ``iAMP21``, and these words."""
    said: dict[str, None] = {}
    kept = []
    for clone in clones:
        words = [token for token in clone.unread if set(find_meanings(token)) - set(SILENT)]
        said.update(dict.fromkeys(words))
        left = tuple(token for token in clone.unread if token not in words)
        kept.append(replace(clone, unread=left))
    return tuple(kept), tuple(said)


def _judge(found: Karyotype, layout: Layout, meanings: Sequence[str]) -> Karyotype:
    """Add outcome and reading; a text without a clone is one token, read or not."""
    if found.clones:
        outcome = "normal" if all(clone.is_normal for clone in found.clones) else "abnormal"
        if found.statements:
            outcome = "abnormal"
        reading = _judge_reading(found.clones)
        return replace(found, outcome=outcome, reading=reading)
    if not layout.remarks and not layout.methods:
        return replace(found, outcome="not_reported", reading=FULLY_READ)
    if found.statements:
        return replace(found, outcome="in_words", reading=FULLY_READ, n_tokens=1)
    for meaning in SILENT:
        if meaning in meanings:
            return replace(found, outcome=meaning, reading=FULLY_READ, n_tokens=1)
    if not layout.remarks:
        return replace(found, outcome="not_reported", reading=FULLY_READ)
    whole = " ".join(layout.remarks)
    return replace(found, outcome="unread", reading=UNREAD, unread=(whole,), n_tokens=1)


def _judge_reading(clones: Sequence[Clone]) -> str:
    unread = sum(len(clone.unread) for clone in clones)
    if not unread:
        return FULLY_READ
    read = any(clone.sex or clone.abnormalities for clone in clones)
    return PARTLY_READ if read else UNREAD


def _find_named(note: str) -> tuple[Abnormality, ...]:
    """Return the abnormalities that a note names in words, unless it also says no."""
    if NEGATION.search(note):
        return ()
    items = [match[0] for match in NAMED.finditer(note)]
    for match in NUMBERED.finditer(note):
        items.append(("-" if match["word"].lower() == "monosom" else "+") + match["name"])
    read = [one for item in items for one in read_item(item)]
    return tuple(replace(one, uncertain=True) for one in read)
