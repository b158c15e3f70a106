"""One text about residual disease, as a laboratory sends it, to a result or a plain refusal."""

from __future__ import annotations

import re
from functools import cache

from chorall.harmonise.mrd.numbers import NUMBER, UnreadableMrd, read_fraction, write_plainly
from chorall.knowledge.mrd_words import mrd_words, write_key
from chorall.tables.mrd_result import MrdResult
from chorall.tables.words import MISSING_REASONS

__all__ = ["UnreadableMrd", "read_mrd_text"]

VALUE = re.compile(rf"^(?P<word>.*?)\s*(?P<below><)?\s*{NUMBER}$")
HEADING = re.compile(r"^mrd\s*[:=]\s*|^mrd\s+(?=\S)")
QUANTIFIED, UNDETECTED = "quantified", "undetected"
BELOW_LIMIT, NOT_QUANTIFIABLE = "below_limit", "detected_not_quantifiable"


def read_mrd_text(
    text: str, *, unit: str | None = None, words: dict[str, str] | None = None
) -> MrdResult:
    """Return what a laboratory's text says of residual disease.

    Parameters
    ----------
    text : str
        For example ``<1e-4``, ``neg (sens 1E-5)``, ``5x10-3``, ``pos nq``, ``0,01 %``.
    unit : {"fraction", "percent"} or None
        Of numbers that carry no sign. Without it only percent signs, hand-written powers of ten
        (``5x10-3``, ``<1e-4``) and zero are read.
    words : dict of str to str or None
        The laboratory's own words to `undetected`, `detected_not_quantifiable` or one of
        MISSING_REASONS; they go before the words of knowledge/mrd_words.toml.

    Returns
    -------
    MrdResult
        Zero is `undetected`: no assay measures zero. ``negative (<1e-4)`` is undetected with that
        sensitivity; ``<1e-4`` alone says below the limit and leaves open whether cells were found.

    Raises
    ------
    UnreadableMrd
        With one word: unreadable, ambiguous_word (``n.d.``: not detected or not done?),
        contradiction (``neg 5x10-3``), ambiguous_number, no_unit, ambiguous_unit, out_of_range.
    """
    plain = write_plainly(text)
    own = {write_key(write_plainly(word)): meaning for word, meaning in (words or {}).items()}
    if write_key(plain) in own:
        return _mean(own[write_key(plain)], None, None)
    rest, sensitivity = _take_sensitivity(plain, unit)
    rest, method = _take_method(rest)
    rest = HEADING.sub("", rest.strip(" ,;:()[]")).strip(" ,;:()[]")
    meaning = own.get(write_key(rest)) or _look_up(rest)
    if meaning is not None:
        return _mean(meaning, sensitivity, method)
    return _read_value(rest, unit, sensitivity, method)


def _look_up(rest: str) -> str | None:
    known = mrd_words()
    key = write_key(rest)
    if key in known.ambiguous:
        raise UnreadableMrd("ambiguous_word")
    return known.meanings.get(key)


def _mean(meaning: str, sensitivity: float | None, method: str | None) -> MrdResult:
    if meaning in MISSING_REASONS:
        return MrdResult(missing=meaning, method=method)
    return MrdResult(category=meaning, sensitivity=sensitivity, method=method)


@cache
def _sensitivity_pattern() -> re.Pattern[str]:
    words = sorted(mrd_words().sensitivity, key=len, reverse=True)
    listed = "|".join(re.escape(word) for word in words)
    return re.compile(rf"[(\[]?\s*\b(?:{listed})\b\.?\s*(?:of|von)?\s*[:=<]*\s*{NUMBER}\s*[)\]]?")


@cache
def _method_pattern() -> re.Pattern[str]:
    words = sorted(mrd_words().methods, key=len, reverse=True)
    listed = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?:\bby\s+|\bvia\s+)?\b(?P<method>{listed})\b\s*[:=]?")


def _take_sensitivity(plain: str, unit: str | None) -> tuple[str, float | None]:
    found = _sensitivity_pattern().search(plain)
    if found is None:
        return plain, None
    # A power of ten behind this word is a fraction even in a column of percentages.
    power = found["power"] is not None or found["exponent"] is not None
    value = read_fraction(found, "fraction" if power else unit, by_hand=True)
    if not 0 < value < 1:
        raise UnreadableMrd("out_of_range")
    return f"{plain[: found.start()]} {plain[found.end() :]}", value


def _take_method(plain: str) -> tuple[str, str | None]:
    names = {mrd_words().methods[found["method"]] for found in _method_pattern().finditer(plain)}
    if len(names) > 1:
        raise UnreadableMrd("contradiction")
    rest = _method_pattern().sub(" ", plain)
    return rest, names.pop() if names else None


def _read_value(
    rest: str, unit: str | None, sensitivity: float | None, method: str | None
) -> MrdResult:
    found = VALUE.match(rest)
    if found is None:
        raise UnreadableMrd("unreadable")
    below = found["below"] is not None
    kind = _find_kind(write_key(found["word"]), below=below)
    value = read_fraction(found, unit, by_hand=below)
    if value == 0:
        if kind not in (QUANTIFIED, UNDETECTED) or below or write_key(found["word"]) in _found():
            raise UnreadableMrd("contradiction")
        return MrdResult(UNDETECTED, sensitivity=sensitivity, method=method)
    if kind == UNDETECTED:
        if not below:
            raise UnreadableMrd("contradiction")
        return MrdResult(UNDETECTED, sensitivity=sensitivity or value, method=method)
    if kind == NOT_QUANTIFIABLE:
        return MrdResult(kind, limit_fraction=value, sensitivity=sensitivity, method=method)
    if kind == BELOW_LIMIT:
        return MrdResult(
            kind, limit_fraction=value, sensitivity=sensitivity or value, method=method
        )
    return MrdResult(QUANTIFIED, mrd_fraction=value, sensitivity=sensitivity, method=method)


def _found() -> frozenset[str]:
    return mrd_words().found


def _find_kind(word: str, *, below: bool) -> str:
    """Return the category that a word before a number stands for."""
    known = mrd_words()
    if word == "":
        return BELOW_LIMIT if below else QUANTIFIED
    if word in known.found:
        return NOT_QUANTIFIABLE if below else QUANTIFIED
    meaning = known.meanings.get(word)
    if meaning == UNDETECTED or (meaning == NOT_QUANTIFIABLE and below):
        return meaning
    raise UnreadableMrd("contradiction" if meaning else "unreadable")
