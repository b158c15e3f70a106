"""Ask a bank about a table of patients, on all cores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.bank.patient_table import PatientRows, read_rows
from chorall.errors import DataError, raise_gathered
from chorall.models.bank.asking import check_question
from chorall.models.bank.bank import Bank
from chorall.models.bank.batch import DRAWS, ROWS_AT_ONCE, RowAnswers, predict_rows
from chorall.models.bank.evidence import count_comparable, refuse
from chorall.models.bank.prediction import QUANTITIES
from chorall.models.bank.restriction import (
    Restriction,
    find_deciding,
    find_restrictions,
    list_open,
    say_conditions,
)
from chorall.models.bank.simulate_course import Now
from chorall.models.bank.strategy import Strategy, read_strategy
from chorall.stats.task_runner import run_shares

PARTS: Final = ("", "_lower", "_upper")
DIFFERENCES: Final = ("_difference", "_difference_lower", "_difference_upper", "_share_better")
MOST_SHOWN: Final = 20


class _Said(NamedTuple):
    """Of one patient and strategy: why there is no answer, and what must be known of one."""

    refused: str | None
    note: str | None


def predict_table(
    bank: Bank,
    patients: pl.DataFrame,
    strategies: Sequence[str],
    *,
    years: Sequence[float] = (1.0, 3.0, 5.0),
    level: float = 0.95,
    draws: int = DRAWS,
    n_jobs: int = -1,
    keep_going: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:
    """Predict a table of patients under each strategy.

    Parameters
    ----------
    bank : Bank
        As `read_bank` or `fit_bank` returns it.
    patients : DataFrame
        A row per patient, a column per item of a patient file; `course_state`, `course_day` and
        `course_since_day` in place of `course`. Null or blank: not known. `patient_id` is kept.
    strategies : sequence of str
        Names, parts joined by +; the first is compared with each other one.
    years : sequence of float
        From today, up to 10.
    level : float
        Of the intervals, which count the draws alone (what is not known is drawn); `predict`
        widens those of a single patient further.
    draws : int
        100 or more.
    n_jobs : int
        Processes; -1 for one on each core. The answer does not depend on it.
    keep_going : bool
        True: a row that cannot be read has its reason in `error` and no numbers. False: the first
        such rows are named and nothing is predicted.
    progress : callable, optional
        Called with patients done and all.

    Returns
    -------
    DataFrame
        A row per patient and strategy: row (from 1), patient_id, strategy, comparable_patients (0
        below 5, null where hidden), inputs_not_known, refused, note (on which test it hangs
        whether the answer applies), error; of each quantity and time
        such as `relapse_5y` the estimate, `_lower` and `_upper`, and with several strategies the
        first less this one: `_difference` with limits, and `_share_better` of the first.

    Raises
    ------
    InputError
        If a column is not known, or the question cannot be asked.
    DataError
        If a row cannot be read and `keep_going` is False: one message with all rows.
    """
    check_question(strategies, years, level, draws)
    asked = [read_strategy(bank, name) for name in strategies]
    rows = read_rows(bank, patients)
    if not keep_going:
        _refuse_bad_rows(rows)
    said = _list_said(bank, rows, asked)
    good = np.flatnonzero(
        [
            not problems and any(one.refused is None for one in own)
            for problems, own in zip(rows.problems, said, strict=True)
        ]
    )
    parts = [good[start : start + ROWS_AT_ONCE] for start in range(0, len(good), ROWS_AT_ONCE)]
    settings = (asked, tuple(years), level, draws)
    answers = _answer_parts(bank, rows, parts, settings, n_jobs, progress)
    return _lay_out(bank, rows, asked, said, years, good, answers)


def _refuse_bad_rows(rows: PatientRows) -> None:
    bad = [(row + 1, said) for row, own in enumerate(rows.problems) for said in own]
    shown = [f"row {row}: {said}" for row, said in bad[:MOST_SHOWN]]
    if len(bad) > MOST_SHOWN:
        shown.append(f"and {len(bad) - MOST_SHOWN} more")
    raise_gathered(
        DataError,
        f"{len({row for row, _ in bad})} of {len(rows.problems)} patients cannot be read",
        shown,
        "Correct these, or ask to keep going: such rows then hold their reason and no numbers.",
    )


def _answer_parts(
    bank: Bank,
    rows: PatientRows,
    parts: Sequence[NDArray[np.int64]],
    settings: tuple[Any, ...],
    n_jobs: int,
    progress: Callable[[int, int], None] | None,
) -> list[RowAnswers]:
    """Answer parts that do not depend on the number of processes, so that the numbers do not."""
    total = sum(map(len, parts))

    def report(n_done: int, _: int) -> None:
        if progress is not None:
            progress(min(n_done * ROWS_AT_ONCE, total), total)

    items = [(rows.known[part], [rows.nows[row] for row in part]) for part in parts]
    n_used = 1 if len(parts) < 2 else n_jobs
    return run_shares(partial(_answer_share, bank, settings), items, n_used, report)


def _answer_share(
    bank: Bank, settings: tuple[Any, ...], share: Sequence[tuple[NDArray[np.float64], list[Now]]]
) -> list[RowAnswers]:
    asked, years, level, draws = settings
    return [predict_rows(bank, known, asked, nows, years, level, draws) for known, nows in share]


def _lay_out(
    bank: Bank,
    rows: PatientRows,
    asked: Sequence[Strategy],
    said: list[list[_Said]],
    years: Sequence[float],
    good: NDArray[np.int64],
    answers: Sequence[RowAnswers],
) -> pl.DataFrame:
    n, s = len(rows.problems), len(asked)
    is_open = np.array([one.refused is None for own in said for one in own], bool).reshape(n, s)
    columns: dict[str, Any] = {
        "row": np.repeat(np.arange(1, n + 1), s),
        "patient_id": pl.Series(rows.patient_id, dtype=pl.String).gather(
            np.repeat(np.arange(n), s)
        ),
        "strategy": [one.name for one in asked] * n,
        "comparable_patients": pl.Series(
            [count_comparable(bank, cell, one) for cell in rows.cells for one in asked],
            dtype=pl.Int64,
        ),
        "inputs_not_known": np.repeat(np.isnan(rows.known).sum(axis=1), s),
        "refused": pl.Series([one.refused for own in said for one in own], dtype=pl.String),
        "note": pl.Series([one.note for own in said for one in own], dtype=pl.String),
        "error": pl.Series(
            ["; ".join(own) or None for own in rows.problems for _ in asked], dtype=pl.String
        ),
    }
    shape = (n, s, len(QUANTITIES), len(years))
    estimates, differences = np.full((*shape, 3), np.nan), np.full((*shape, 4), np.nan)
    if len(good):
        estimates[good] = np.concatenate([one.estimates for one in answers])
        differences[good, 1:] = np.concatenate([one.differences for one in answers])
    estimates[~is_open] = np.nan
    differences[~(is_open & is_open[:, :1])] = np.nan
    tables = [(PARTS, estimates), *([(DIFFERENCES, differences)] if s > 1 else [])]
    for place, quantity in enumerate(QUANTITIES):
        for time, year in enumerate(years):
            for names, table in tables:
                for part, name in enumerate(names):
                    numbers = pl.Series(table[:, :, place, time, part].ravel())
                    columns[f"{quantity}_{year:g}y{name}"] = numbers.fill_nan(None)
    return pl.DataFrame(columns)


def _list_said(bank: Bank, rows: PatientRows, asked: Sequence[Strategy]) -> list[list[_Said]]:
    """Return for each patient and strategy what is said of it; patients alike are asked once."""
    seen: dict[tuple[str, tuple[str, ...], bytes], list[_Said]] = {}
    found: list[list[_Said]] = []
    deciding = rows.known[:, find_deciding(bank, asked)]
    for row, (cell, outside) in enumerate(zip(rows.cells, rows.outside, strict=True)):
        key = (cell, outside, deciding[row].tobytes())
        if key not in seen:
            restrictions = find_restrictions(bank, rows.known[row], asked)
            refused = refuse(bank, cell, asked, outside, restrictions)
            seen[key] = [_say(one.name, refused, restrictions) for one in asked]
        found.append(seen[key])
    return found


def _say(strategy: str, refused: Mapping[str, str], restrictions: Sequence[Restriction]) -> _Said:
    if strategy in refused:
        return _Said(refused[strategy], None)
    return _Said(None, " ".join(say_conditions(list_open(restrictions, [strategy]))) or None)
