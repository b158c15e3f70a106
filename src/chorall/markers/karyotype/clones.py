"""Clones: their items read, and `idem`, `sl` and `sdl` replaced by what they stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chorall.markers.karyotype.items import read_item
from chorall.markers.karyotype.layout import CloneText
from chorall.markers.karyotype.model import Abnormality, Clone
from chorall.markers.karyotype.tokens import split_items

COUNT = re.compile(r"\[\s*(?P<cp>cp)?\s*(?P<n>\d{1,4})?\s*(?:/\s*\d{1,4}\s*)?\]\s*[.;]?\s*$")
COUNT_AFTER_CP = re.compile(r",?\s*cp\s*\[\s*(?P<n>\d{1,4})?\s*\]\s*$")
SEX = re.compile(r"\??([XYU?]{1,6})\s*(c)?\??")
STEM = re.compile(r"(?P<word>idem|sl|sdl)\s*(?P<n>\d?)(?:\s*x\s*(?P<times>\d))?")
OPEN_END = ("inc", "inc.")


@dataclass(frozen=True, slots=True)
class _Body:
    """What was read of one clone before stem lines are put in."""

    sex: str
    sex_is_own: bool
    items: tuple[Abnormality, ...]
    stems: tuple[str, ...]
    times: int
    cells: int | None
    composite: bool
    incomplete: bool
    unread: tuple[str, ...]
    n_tokens: int


def read_clones(texts: Sequence[CloneText]) -> tuple[tuple[Clone, ...], int]:
    """Read all clones of one karyotype.

    Parameters
    ----------
    texts : sequence of CloneText
        In the order written.

    Returns
    -------
    clones : tuple of Clone
        With the abnormalities that stem lines stand for.
    n_tokens : int
        Tokens in all clones, chromosome numbers and sex chromosomes included.
    """
    clones: list[Clone] = []
    n_tokens = 0
    for text in texts:
        body = _read_body(text.body)
        n_tokens += body.n_tokens + 1
        clones.append(_build_clone(text, body, clones))
    return tuple(clones), n_tokens


def _read_body(text: str) -> _Body:
    text, cells, composite = _take_count(text.strip().rstrip("/;, ."))
    sex, sex_is_own, times, incomplete = "", False, 1, False
    items: list[Abnormality] = []
    stems: list[str] = []
    unread: list[str] = []
    tokens = split_items(text)
    for position, token in enumerate(tokens):
        plain = token.strip().strip(".")
        if not sex and position == 0 and (match := SEX.fullmatch(plain)):
            sex, sex_is_own = match[1], bool(match[2])
        elif match := STEM.fullmatch(plain):
            stems.append(match["word"] + match["n"])
            times = int(match["times"] or 1)
        elif plain.lower() in OPEN_END:
            incomplete = True
        elif plain == "cp":
            composite = True
        elif position == 1 and sex in ("X", "") and plain in ("X", "Y"):
            sex += plain
        elif (found := read_item(plain)) or (found := _read_after_stem(plain, stems)):
            items += found
        else:
            unread.append(plain)
    return _Body(
        sex, sex_is_own, tuple(items), tuple(stems), times, cells, composite, incomplete,
        tuple(unread), len(tokens),
    )  # fmt: skip


def _read_after_stem(plain: str, stems: list[str]) -> tuple[Abnormality, ...]:
    """Read ``idem+r``, where the comma was forgotten."""
    match = re.match(r"(idem|sl|sdl\d?)(?=[+-])", plain)
    if match is None:
        return ()
    found = read_item(plain[match.end() :])
    if found:
        stems.append(match[1])
    return found


def _take_count(text: str) -> tuple[str, int | None, bool]:
    """Return the text without its count of metaphases, the count, and whether it is composite."""
    if match := COUNT_AFTER_CP.search(text):
        return text[: match.start()], int(match["n"]) if match["n"] else None, True
    if match := COUNT.search(text):
        composite = bool(match["cp"])
        return text[: match.start()], int(match["n"]) if match["n"] else None, composite
    return text, None, False


def _build_clone(text: CloneText, body: _Body, before: Sequence[Clone]) -> Clone:
    abnormalities = list(body.items)
    sex, unread = body.sex, list(body.unread)
    for word in body.stems:
        stem = _find_stem(word, before)
        if stem is None:
            unread.append(word)
            continue
        inherited = [one for one in stem.abnormalities for _ in range(body.times)]
        abnormalities = _take_away(inherited, abnormalities)
        sex = sex or stem.sex * body.times
        unread += [token for token in stem.unread if token not in unread]
    return Clone(
        text=text.text,
        modal_low=text.low,
        modal_high=text.high,
        stated_ploidy=text.ploidy,
        sex=sex,
        abnormalities=(*_find_extra_sex(sex, body.sex_is_own, text), *abnormalities),
        cells=body.cells,
        composite=body.composite,
        incomplete=body.incomplete,
        unread=tuple(unread),
    )


def _find_stem(word: str, before: Sequence[Clone]) -> Clone | None:
    """Return the clone a word stands for: the first abnormal one, or for `sdl` a later one."""
    abnormal = [clone for clone in before if clone.abnormalities or clone.unread]
    if not abnormal:
        return before[0] if before else None
    if word.startswith("sdl"):
        place = int(word[3:] or len(abnormal) - 1)
        return abnormal[min(place, len(abnormal) - 1)]
    return abnormal[0]


def _take_away(inherited: list[Abnormality], own: list[Abnormality]) -> list[Abnormality]:
    """Return inherited and own abnormalities; ``idem,-mar`` takes the marker away again."""
    left = list(inherited)
    kept = []
    for one in own:
        lost = _find_undone(one, left)
        if lost is None:
            kept.append(one)
        elif left[lost].n_high > one.n_high:
            fewer = left[lost].n_high - one.n_high
            left[lost] = replace(left[lost], n_low=min(left[lost].n_low, fewer), n_high=fewer)
        else:
            del left[lost]
    return [*left, *kept]


def _find_undone(one: Abnormality, inherited: list[Abnormality]) -> int | None:
    """Return the place of the structural abnormality or marker that ``-`` takes away again."""
    if one.extra >= 0 or one.kind in ("loss", "gain"):
        return None
    for place, candidate in enumerate(inherited):
        same_marker = one.kind == candidate.kind == "marker"
        same = (one.kind, one.chromosomes) == (candidate.kind, candidate.chromosomes)
        if same_marker or (same and candidate.extra >= 0):
            return place
    return None


def _find_extra_sex(sex: str, is_own: bool, text: CloneText) -> list[Abnormality]:
    """Return additional sex chromosomes of a diploid clone: ``47,XXY`` leaves it open whose."""
    low = text.low or 0
    known = sex.replace("?", "").replace("U", "")
    if text.ploidy not in (None, 2) or len(known) <= 2 or not 47 <= low <= 50:
        return []
    name = "Y" if known.count("Y") > 1 else "X"
    return [
        Abnormality(known, "gain", (name,), extra=1, uncertain=not is_own, constitutional=is_own)
    ]
