"""Check a delivery's column names and choose the columns that are wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from chorall.errors import DataError, raise_gathered
from chorall.ingest.delivery import ROW, Remark


def check_names(label: str, header: Sequence[str]) -> tuple[list[str], tuple[Remark, ...]]:
    """Return the column names without the blanks around them, and what was trimmed.

    Parameters
    ----------
    label : str
        The file, for messages.
    header : sequence of str, length n_columns
        The names as they stand in the file.

    Returns
    -------
    names : list of str, length n_columns
        Stripped names.
    remarks : tuple of Remark
        One ``trimmed_name`` where blanks stood around names.

    Raises
    ------
    DataError
        If a name is blank, comes twice, or is the one Chorall keeps for row numbers.
    """
    names = [name.strip() for name in header]
    problems = [
        f"column {position} of {len(names)} has no name"
        for position, name in enumerate(names, start=1)
        if not name
    ]
    problems += [
        f"`{name}` is the name of {count} columns"
        for name, count in Counter(names).items()
        if count > 1 and name
    ]
    if ROW in names:
        problems.append(f"`{ROW}` is kept for row numbers")
    raise_gathered(
        DataError,
        f"{label}: the header does not name every column once",
        problems,
        "Give each column a name of its own in the first row; a blank one may come from a "
        "delimiter too many at the end of the line.",
    )
    return names, _remark_trimmed(header, names)


def choose_columns(label: str, names: Sequence[str], wanted: Sequence[str] | None) -> list[int]:
    """Return the positions of the `wanted` columns, in file order; None means all.

    Parameters
    ----------
    label : str
        The file, for messages.
    names : sequence of str, length n_columns
        The file's columns.
    wanted : sequence of str or None
        Columns to keep.

    Returns
    -------
    list of int
        Positions in `names`, ascending.

    Raises
    ------
    DataError
        If wanted columns are not there: all of them, with close matches and the known ones. Where
        not one is there the first row may be a patient's, so it is not shown.
    """
    if wanted is None:
        return list(range(len(names)))
    missing = [name for name in dict.fromkeys(wanted) if name not in set(names)]
    lowered = {name.lower() for name in names}
    if missing and not any(name.lower() in lowered for name in wanted):
        expected = ", ".join(f"`{name}`" for name in missing)
        raise DataError(
            f"{label}: none of the {len(missing)} columns asked for is in the first row.\n"
            f"  Expected: {expected}\n  See that the file has a header, and that the delimiter and "
            "the sheet are right; else correct the names in the mapping."
        )
    raise_gathered(
        DataError,
        f"{label}: {len(missing)} of the columns asked for are not in the file",
        [_describe_missing(name, names) for name in missing],
        f"The file has: {', '.join(names)}.\n  Correct the name in the mapping, or ask the trial "
        "group for the column.",
    )
    keep = set(wanted)
    return [position for position, name in enumerate(names) if name in keep]


def _remark_trimmed(header: Sequence[str], names: Sequence[str]) -> tuple[Remark, ...]:
    trimmed = [new for old, new in zip(header, names, strict=True) if old != new]
    if not trimmed:
        return ()
    listed = ", ".join(f"`{name}`" for name in trimmed)
    return (Remark("trimmed_name", f"blanks around column names were removed: {listed}"),)


def _describe_missing(name: str, names: Sequence[str]) -> str:
    lowered = {known.lower(): known for known in names}
    close = [lowered[match] for match in get_close_matches(name.lower(), lowered, n=3, cutoff=0.6)]
    meant = f"   did you mean {' or '.join(f'`{match}`' for match in close)}?" if close else ""
    return f"`{name}`{meant}"
