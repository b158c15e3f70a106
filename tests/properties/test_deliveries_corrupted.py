"""Whatever a delivery looks like: one message that names the file, or a pool that adds up."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from properties.corruptions import CORRUPTIONS, NONSENSE, Corruption
from properties.delivery_maker import (
    CANARY,
    COVERED,
    STYLES,
    Consortium,
    consortia,
    fixed_consortium,
)

from chorall.consortium.build import build_pool
from chorall.errors import UserError
from chorall.ingest import read_delivery
from chorall.tables.schema import TABLES
from chorall.tables.store import Pool, read_pool

slow = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="chorall-property-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def overhear() -> Iterator[io.StringIO]:
    """Gather everything that is logged or printed."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            yield heard
    finally:
        root.removeHandler(handler)


def read_bytes(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@cache
def sound_pool() -> dict[str, bytes]:
    """Return the files of an older pool, of a delivery that was sound."""
    with scratch_folder() as folder:
        build_pool(fixed_consortium().write(folder / "in"), folder / "pool")
        return read_bytes(folder / "pool")


def place_old_pool(folder: Path) -> Path:
    place = folder / "pool"
    place.mkdir()
    for name, data in sound_pool().items():
        (place / name).write_bytes(data)
    return place


@settings(slow, max_examples=50)
@given(consortia(), st.lists(CORRUPTIONS, min_size=1, max_size=3))
def test_corrupted_deliveries_give_one_message_or_a_pool_that_adds_up(
    made: Consortium, corruptions: list[Corruption]
) -> None:
    for corrupt in corruptions:
        corrupt(made)
    with scratch_folder() as folder:
        consortium = made.write(folder / "in")
        place = place_old_pool(folder)
        with overhear() as heard:
            try:
                pool = build_pool(consortium, place)
            except UserError as error:
                check_message(str(error))
                assert read_bytes(place) == sound_pool()
                assert read_pool(place).trials == ("A", "B")
            else:
                check_adds_up(pool, folder / "in")
                check_statuses(pool)
                check_tells_no_value(pool)
        assert CANARY not in heard.getvalue()
        assert sorted(entry.name for entry in folder.iterdir()) == ["in", "pool"]


def check_message(message: str) -> None:
    assert "clinical_A.csv" in message or "clinical_B.csv" in message or "mutations.csv" in message
    assert CANARY not in message


def check_adds_up(pool: Pool, folder: Path) -> None:
    """Follow every row of every file, without the accounts that the pooling itself keeps."""
    for trial in STYLES:
        rows = list_rows(folder / f"clinical_{trial}.csv")
        pooled, refused = (
            list_pooled(pool, trial, f"clinical_{trial}.csv"),
            list_refused(pool, trial, f"clinical_{trial}.csv"),
        )
        assert pooled | refused == rows
        assert not pooled & refused
    rows = list_rows(folder / "mutations.csv")
    owners = (*STYLES, "(none)")
    pooled = {trial: list_pooled(pool, trial, "mutations.csv") for trial in owners}
    refused = {trial: list_refused(pool, trial, "mutations.csv") for trial in owners}
    assert set.union(*pooled.values(), *refused.values()) == rows
    assert not any(pooled[trial] & refused[trial] for trial in STYLES)
    claimed = set.union(*(pooled[trial] | refused[trial] for trial in STYLES))
    assert not claimed & refused["(none)"]
    assert (pool.table("quarantine")["reason"] != "").all()


def list_rows(file: Path) -> set[int]:
    return set(read_delivery(file).frame["__row__"])


def list_pooled(pool: Pool, trial: str, file: str) -> set[int]:
    return set(pool.table("lineage").filter(trial_id=trial, file=file)["source_row"])


def list_refused(pool: Pool, trial: str, file: str) -> set[int]:
    lines = pool.table("quarantine").filter(trial_id=trial, file=file, whole_row=True)
    return set(lines["source_row"])


def check_statuses(pool: Pool) -> None:
    """Absent needs a passing run or an assertion; nobody is in a table who is not a patient."""
    results = pool.table("marker_result").filter(pl.col("status") == "absent")
    ran = pool.table("assay_run").filter(
        pl.col("performed") == "yes", pl.col("quality") == "passed"
    )
    measured = results.filter(pl.col("basis") == "measured")
    assert set(measured["patient_id"]) <= set(ran["patient_id"])
    assert set(measured["marker"]) <= {*COVERED, "IKZF1_del"}
    patients = set(pool.table("patient")["patient_id"])
    for name, table in TABLES.items():
        if "patient_id" in table.schema:
            assert set(pool.table(name)["patient_id"]) <= patients, name


def check_tells_no_value(pool: Pool) -> None:
    for name in TABLES:
        for column in pool.table(name).select(pl.col(pl.String)):
            assert not column.str.contains(CANARY).any(), (name, column.name)
    assert CANARY not in (pool.path / "manifest.json").read_text("utf-8")


CLINICAL_COLUMNS = len(fixed_consortium().files["A"].rows[0])


def list_absent(consortium: Consortium) -> set[tuple[str, str]]:
    with scratch_folder() as folder:
        pool = build_pool(consortium.write(folder / "in"), folder / "pool")
        results = pool.table("marker_result").filter(pl.col("status") == "absent")
        return set(results.select("patient_id", "marker").iter_rows())


@settings(slow, max_examples=15)
@given(consortia(), st.data())
def test_blanking_or_spoiling_a_cell_makes_nobody_absent(
    made: Consortium, data: st.DataObject
) -> None:
    # A finding whose patient cannot be read is nobody's: the first column is left as it is.
    spoilt = copy.deepcopy(made)
    filled = [name for name, file in made.files.items() if len(file.rows) > 1]
    name = data.draw(st.sampled_from(filled))
    rows = spoilt.files[name].rows
    row = data.draw(st.integers(1, len(rows) - 1))
    column = data.draw(st.integers(1, len(rows[0]) - 1))
    unusable = [text for text in NONSENSE if text not in ("tp53", "9", "two\nlines", "\x00")]
    rows[row][column] = data.draw(st.sampled_from(["", *unusable]))
    assert list_absent(spoilt) <= list_absent(made)


@settings(slow, max_examples=5)
@given(consortia())
def test_the_same_deliveries_give_the_same_bytes_wherever_they_lie(made: Consortium) -> None:
    with scratch_folder() as folder:
        build_pool(made.write(folder / "here"), folder / "pool")
        build_pool(made.write(folder / "some" / "where" / "else"), folder / "other name")
        assert read_bytes(folder / "pool") == read_bytes(folder / "other name")


@settings(slow, max_examples=5)
@given(consortia(), st.randoms(use_true_random=False))
def test_the_order_of_source_rows_and_columns_does_not_matter(
    made: Consortium, random: object
) -> None:
    shuffled = copy.deepcopy(made)
    for file in shuffled.files.values():
        header, *body = file.rows
        random.shuffle(body)  # type: ignore[attr-defined]
        order = list(range(len(header)))
        random.shuffle(order)  # type: ignore[attr-defined]
        file.rows = [[row[at] for at in order] for row in [header, *body]]
    with scratch_folder() as folder:
        one = build_pool(made.write(folder / "a"), folder / "one")
        other = build_pool(shuffled.write(folder / "b"), folder / "other")
        for name in ("patient", "follow_up", "event", "finding", "marker_result", "endpoint"):
            a, b = one.table(name), other.table(name)
            assert sorted(map(repr, a.iter_rows())) == sorted(map(repr, b.iter_rows())), name
