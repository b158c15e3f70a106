"""What happens to deliveries on their way: every corruption changes a consortium in place."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from properties.delivery_maker import CANARY, Consortium, DeliveredFile

Corruption = Callable[[Consortium], None]

NONSENSE = (
    "",
    "   ",
    "NA",
    "nd",
    "?",
    "9",
    f"{CANARY} unknown",
    "31.02.2001",
    "2001-02-31",
    "12.03.01",
    "99999999999999999999",
    "1e999",
    "-5",
    "NaN",
    "1.234.567,8",
    f'=HYPERLINK("http://{CANARY}")',
    f"@SUM({CANARY})",
    f"\u202e{CANARY}\u202c",
    f"שלום {CANARY}",
    CANARY * 2000,
    "TP 53",
    "tp53",
    'he said "no"',
    "a;b,c\td",
    "two\nlines",
    "[bold]x[/nothing]",
    "'; drop table patient; --",
    "\ufeff1",
    "\x00",
    "\N{PILE OF POO}",
)


def cell_set(file: str, row: int, column: int, text: str) -> Corruption:
    def corrupt(made: Consortium) -> None:
        rows = made.files[file].rows
        if len(rows) > 1 and rows[0]:
            target = rows[1 + row % (len(rows) - 1)]
            if target:
                target[column % len(target)] = text

    return corrupt


def column_changed(file: str, column: int, kind: str) -> Corruption:
    def corrupt(made: Consortium) -> None:
        rows = made.files[file].rows
        if not rows or not rows[0]:
            return
        at = column % len(rows[0])
        for number, row in enumerate(rows):
            at_row = min(at, len(row) - 1)
            if kind == "dropped":
                del row[at_row : at_row + 1]
            elif kind == "doubled":
                row.append(row[at_row] if row else "")
            elif kind == "added":
                row.append("extra" if number == 0 else f"{CANARY} extra")
            elif kind == "blanked" and number and row:
                row[at_row] = ""
            elif kind == "renamed" and number == 0:
                row[at_row] = row[at_row].upper() + "_"
            elif kind == "reversed":
                row.reverse()

    return corrupt


def row_changed(file: str, row: int, kind: str) -> Corruption:
    def corrupt(made: Consortium) -> None:
        rows = made.files[file].rows
        if len(rows) < 2:
            return
        at = 1 + row % (len(rows) - 1)
        if kind == "doubled":
            rows.insert(at, list(rows[at]))
        elif kind == "blank":
            rows.insert(at, [""] * len(rows[0]))
        elif kind == "empty":
            rows.insert(at, [])
        elif kind == "dropped":
            del rows[at]
        elif kind == "cut":
            del rows[at][-1:]
        elif kind == "header again":
            rows.insert(at, list(rows[0]))

    return corrupt


def file_changed(file: str, kind: str) -> Corruption:
    def corrupt(made: Consortium) -> None:
        target = made.files[file]
        changes: dict[str, Callable[[DeliveredFile], object]] = {
            "empty": lambda f: f.rows.clear(),
            "header only": lambda f: f.rows.__delitem__(slice(1, None)),
            "gone": lambda f: setattr(f, "is_there", False),
            "carriage returns": lambda f: setattr(f, "line_end", "\r"),
            "windows": lambda f: setattr(f, "line_end", "\r\n"),
            "pipes": lambda f: setattr(f, "delimiter", "|"),
        }
        changes[kind](target)

    return corrupt


def encoded(file: str, encoding: str) -> Corruption:
    return lambda made: setattr(made.files[file], "encoding", encoding)


def truncated(file: str, share: float) -> Corruption:
    return lambda made: setattr(made.files[file], "keep_bytes", share)


def swapped(one: str, other: str) -> Corruption:
    def corrupt(made: Consortium) -> None:
        a, b = made.files[one], made.files[other]
        a.rows, b.rows = b.rows, a.rows

    return corrupt


FILE = st.sampled_from(["A", "B", "M"])
NUMBER = st.integers(0, 40)

CORRUPTIONS = st.one_of(
    st.builds(cell_set, FILE, NUMBER, NUMBER, st.sampled_from(NONSENSE)),
    st.builds(cell_set, FILE, NUMBER, NUMBER, st.sampled_from(NONSENSE)),
    st.builds(
        column_changed,
        FILE,
        NUMBER,
        st.sampled_from(["dropped", "doubled", "added", "blanked", "renamed", "reversed"]),
    ),
    st.builds(
        row_changed,
        FILE,
        NUMBER,
        st.sampled_from(["doubled", "blank", "empty", "dropped", "cut", "header again"]),
    ),
    st.builds(
        file_changed,
        FILE,
        st.sampled_from(["empty", "header only", "gone", "carriage returns", "windows", "pipes"]),
    ),
    st.builds(
        encoded, FILE, st.sampled_from(["utf-16", "utf-8-sig", "cp1252", "utf-16-le", "mac-roman"])
    ),
    st.builds(truncated, FILE, st.floats(0, 1)),
    st.builds(swapped, FILE, FILE),
)
