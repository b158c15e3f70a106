"""Find out how the bytes of a text file spell their letters, and never guess in silence."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import islice

from chorall.errors import InputError
from chorall.ingest.delivery import Remark

# The UTF-32 mark begins with the UTF-16 one: the longer must be tried first.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What spreadsheets of trial groups write; a free guess over a hundred code pages is mostly wrong.
_CODE_PAGES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "mac_roman", "cp850"]
_SAMPLE_LINES, _SAMPLE_BYTES = 500, 20_000
# "Wroc³aw": a Polish or Czech letter read as western Windows. ("10³/µl" and "l'hôpital" are not.)
_SIGN_IN_WORD = re.compile(r"[^\W\d_][\xa1-\xb4\xb6\xb8-\xbf\xd7\xf7][^\W\d_]")
_CLEARLY_BETTER, _SLIGHTLY_WORSE = 0.2, 0.05


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text file's bytes as UTF-8.

    Attributes
    ----------
    data : bytes
        UTF-8 without byte order mark.
    encoding : str
        As found or as stated.
    has_bom : bool
        True: there was a byte order mark.
    remarks : tuple of Remark
        ``bom`` and ``encoding_found``.
    """

    data: bytes
    encoding: str
    has_bom: bool
    remarks: tuple[Remark, ...]


def decode_text(label: str, data: bytes, encoding: str | None) -> DecodedText:
    """Turn a text file's bytes into UTF-8.

    Parameters
    ----------
    label : str
        The file, for messages.
    data : bytes
        The whole file.
    encoding : str or None
        As stated in the mapping; None: a byte order mark, else strict UTF-8, else the likeliest
        code page, which is then remarked on.

    Returns
    -------
    DecodedText
        The text and how it was spelt.

    Raises
    ------
    InputError
        If the bytes are not text, or not text in that encoding.
    """
    mark, marked = next(((m, name) for m, name in _MARKS if data.startswith(m)), (b"", ""))
    body = data[len(mark) :]
    remarks: tuple[Remark, ...] = ()
    if mark:
        remarks = (Remark("bom", f"the file begins with a byte order mark ({marked})"),)
    text: str | None
    if encoding is not None:
        name = _look_up(label, encoding)
        # "utf-16" finds the byte order in the mark, so it must see it.
        text = _decode(label, data, name).removeprefix("\ufeff")
    elif marked:
        name, text = marked, _decode(label, body, marked, offset=len(mark))
    else:
        name, text, found = _find_encoding(label, body)
        remarks += found
    if text is not None and "\0" in text:
        _raise_nul(label, body)
    utf8 = body if text is None else _encode(label, text, name)
    return DecodedText(utf8, name, bool(mark), remarks)


def _find_encoding(label: str, data: bytes) -> tuple[str, str | None, tuple[Remark, ...]]:
    """Return encoding, text (None: `data` is UTF-8 already) and remarks."""
    if b"\0" in data:
        _raise_nul(label, data)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data):
            raise InputError(_describe_undecodable(label, "utf-8", error.start)) from None
        names = [name for name in _rank_code_pages(data) if _can_decode(data, name)]
        if not names:
            raise InputError(_describe_undecodable(label, "utf-8", error.start)) from None
        return names[0], data.decode(names[0]), (_remark_code_page(data, names),)
    return "utf-8", None, ()


def _is_mostly_utf8(data: bytes) -> bool:
    """Tell whether more letters are valid UTF-8 than not: a damaged or mixed file, no code page."""
    text = data.decode("utf-8", errors="replace")
    n_broken = text.count("\ufffd")
    n_right = len(text) - len(text.encode("ascii", errors="ignore")) - n_broken
    return n_right > n_broken


def _rank_code_pages(data: bytes) -> list[str]:
    """Return the code pages that read well, the likeliest first."""
    from charset_normalizer import from_bytes

    lines = (line for line in data.splitlines() if not line.isascii())
    sample = b"\n".join(islice(lines, _SAMPLE_LINES))[:_SAMPLE_BYTES]
    matches = list(from_bytes(sample, cp_isolation=_CODE_PAGES))
    names = [
        codecs.lookup(match.encoding).name
        for match in matches
        if match.chaos <= matches[0].chaos + _SLIGHTLY_WORSE
    ]
    # Western Windows is by far the commonest: another page must read clearly better.
    reads_well = any(
        "cp1252" in match.could_be_from_charset
        and match.chaos <= matches[0].chaos
        and match.coherence >= matches[0].coherence - _CLEARLY_BETTER
        for match in matches
    )
    if reads_well and not _SIGN_IN_WORD.search(sample.decode("cp1252", errors="replace")):
        names.insert(0, "cp1252")
    return list(dict.fromkeys(names))


def _remark_code_page(data: bytes, names: list[str]) -> Remark:
    text = data.decode(names[0])
    others = [name for name in names[1:] if data.decode(name) != text]
    message = f"the file is not UTF-8; it was read as {names[0]}, which fits best"
    if others:
        message += f" (less likely: {', '.join(others)})"
    advice = f'look at accented letters and state `encoding = "{names[0]}"` or another one'
    return Remark("encoding_found", f"{message}; {advice} in the mapping")


def _can_decode(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeError:
        return False
    return True


def _look_up(label: str, encoding: str) -> str:
    try:
        info = codecs.lookup(encoding)
        "".encode(encoding)
    except (LookupError, ValueError):
        raise InputError(
            f'{label}: `encoding = "{encoding}"` is not a known text encoding.\n'
            "  Common ones: utf-8, utf-16, cp1252 (Windows, western), cp1250 (Windows, central "
            "European), mac-roman, iso8859-1."
        ) from None
    return info.name


def _decode(label: str, data: bytes, name: str, offset: int = 0) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise InputError(_describe_undecodable(label, name, error.start + offset)) from None
    except UnicodeError:
        raise InputError(_describe_undecodable(label, name, offset)) from None


def _encode(label: str, text: str, name: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(_describe_undecodable(label, name, 0)) from None


def _describe_undecodable(label: str, name: str, offset: int) -> str:
    return (
        f"{label}: the file is not {name} text: byte {offset} (counted from 0) does not fit.\n"
        "  If the file is complete, state how it was written in the mapping, for example "
        '`encoding = "cp1252"`; if it was cut or mixed, ask for it again.'
    )


def _raise_nul(label: str, data: bytes) -> None:
    """Raise: text holds no NUL byte; every second one NUL is UTF-16 without its mark."""
    sample = data[:4096]
    half = len(sample) // 4
    order = ""
    if sample[1::2].count(0) > half:
        order = "utf-16-le"
    elif sample[0::2].count(0) > half:
        order = "utf-16-be"
    where = f"{label}: byte {data.find(bytes(1))} (counted from 0) is NUL"
    if order:
        raise InputError(
            f"{where}, as in UTF-16 text without a byte order mark.\n"
            f'  State `encoding = "{order}"` in the mapping.'
        )
    raise InputError(
        f"{where}: this is not a text file, or it is damaged.\n"
        "  Ask for the file again, or name it by what it is (such as .xlsx or .sav)."
    )
