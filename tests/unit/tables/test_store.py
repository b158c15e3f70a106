"""A pool on disk is whole and unchanged, or it is refused; an old one survives every failure."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from chorall.errors import DataError, InputError
from chorall.tables import pool_folder, store
from chorall.tables.manifest import content_hash, pool_hash
from chorall.tables.schema import PATIENT, TABLES
from chorall.tables.store import Pool, read_pool, write_pool

FILES = [*(f"{name}.parquet" for name in TABLES), "manifest.json"]


def make_tables(sex: str = "male") -> dict[str, pl.DataFrame]:
    row = {
        name: {"patient_id": "p1", "trial_id": "T", "sex": sex, "sex_missing": None}.get(
            name, "not_reported" if name.endswith("_missing") else None
        )
        for name in PATIENT.schema
    }
    tables = {name: table.empty() for name, table in TABLES.items()}
    return tables | {"patient": pl.DataFrame([row], schema=PATIENT.schema)}


def write(folder: Path, sex: str = "male") -> Pool:
    return write_pool(make_tables(sex), {"name": "n", "synthetic": False}, folder)


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    write(tmp_path / "pool")
    return tmp_path / "pool"


def read_sex(folder: Path) -> str:
    return str(read_pool(folder).table("patient")["sex"][0])


def test_a_pool_is_read_as_it_was_written(pool: Path) -> None:
    opened = read_pool(pool)
    assert sorted(file.name for file in pool.iterdir()) == sorted(FILES)
    assert opened.table("patient").equals(make_tables()["patient"])
    assert opened.hash == write(pool.parent / "again").hash
    assert opened.trials == ()
    assert opened.synthetic is False


def test_the_same_tables_give_the_same_bytes(pool: Path) -> None:
    write(pool.parent / "again")
    for file in FILES:
        assert (pool / file).read_bytes() == (pool.parent / "again" / file).read_bytes()


@pytest.mark.parametrize("file", FILES)
def test_one_changed_byte_in_any_file_is_refused(pool: Path, file: str) -> None:
    data = bytearray((pool / file).read_bytes())
    at = data.index(b"n") if file == "manifest.json" else len(data) // 2
    data[at] ^= 1
    (pool / file).write_bytes(data)
    with pytest.raises(DataError, match=r"manifest|differ"):
        read_pool(pool)


@pytest.mark.parametrize("file", FILES[:-1])
def test_a_missing_table_is_refused_by_name(pool: Path, file: str) -> None:
    (pool / file).unlink()
    with pytest.raises(DataError, match=f"{file}: missing"):
        read_pool(pool)


def test_all_damage_is_told_at_once(pool: Path) -> None:
    (pool / "event.parquet").unlink()
    (pool / "patient.parquet").write_bytes(b"")
    with pytest.raises(DataError, match=r"event.parquet: missing\n  patient.parquet: its bytes"):
        read_pool(pool)


def forge_hash(manifest: dict[str, Any]) -> None:
    hashes = {name: entry["sha256"] for name, entry in manifest["tables"].items()}
    manifest["pool_hash"] = pool_hash(hashes)


def edit(pool: Path, change: Callable[[dict[str, object]], object], *, sign: bool = False) -> None:
    manifest = json.loads((pool / "manifest.json").read_text())
    change(manifest)
    if sign:
        manifest["content_hash"] = content_hash(manifest)
    (pool / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        (lambda m: m.update(name="other"), False),
        (lambda m: m.update(synthetic=True), False),
        (lambda m: m["tables"]["event"].update(rows=5), False),
        (lambda m: m["tables"].pop("event") and forge_hash(m), True),
        (lambda m: m["tables"].update({"../../x": {"sha256": "x"}}) or forge_hash(m), True),
        (lambda m: m.update(pool_hash="0" * 64), True),
    ],
)
def test_an_edited_manifest_is_refused(
    pool: Path, change: Callable[[dict[str, object]], object], sign: bool
) -> None:
    edit(pool, change, sign=sign)
    with pytest.raises(DataError, match="was changed after the pool was written"):
        read_pool(pool)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", "{", '{"format": 2}', '{"format": 2, "tables": []}', "\x00"]
)
def test_what_is_no_manifest_is_refused(pool: Path, text: str) -> None:
    (pool / "manifest.json").write_text(text)
    with pytest.raises(DataError, match="it is not a manifest"):
        read_pool(pool)


@pytest.mark.parametrize("found", [1, "2", None])
def test_another_format_is_told_as_such(pool: Path, found: object) -> None:
    edit(pool, lambda manifest: manifest.update(format=found), sign=True)
    with pytest.raises(DataError, match=f"has format {found}, this version of Chorall reads"):
        read_pool(pool)


@pytest.mark.parametrize("where", ["nowhere", "file", "empty"])
def test_what_is_no_pool_is_told_with_how_to_make_one(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"there is no pool at .*\n.*made by `chorall pool"):
        read_pool(tmp_path / where)


STEPS = [
    ("chorall.tables.store.check_table", "before the first table"),
    ("polars.DataFrame.write_parquet", "in a table"),
    ("chorall.tables.store.hash_file", "after a table"),
    ("chorall.tables.store.content_hash", "before the manifest"),
    ("pathlib.Path.write_text", "in the manifest"),
    ("chorall.tables.store.move_into_place", "before the exchange"),
]


@pytest.mark.parametrize(
    "error", [RuntimeError("stop"), KeyboardInterrupt(), OSError(28, "No space left")]
)
@pytest.mark.parametrize("step", [step for step, _ in STEPS], ids=[name for _, name in STEPS])
def test_a_stop_on_the_way_leaves_the_old_pool_and_nothing_else(
    pool: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    def stop(*args: object, **options: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(step, stop)
        expected = InputError if isinstance(error, OSError) else type(error)
        with pytest.raises(expected):
            write(pool, "female")
    assert read_sex(pool) == "male"
    assert [entry.name for entry in pool.parent.iterdir()] == ["pool"]


@pytest.mark.parametrize("failing_rename", [1, 2])
@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_stop_at_either_rename_leaves_the_old_pool(
    pool: Path, monkeypatch: pytest.MonkeyPatch, failing_rename: int, error: BaseException
) -> None:
    rename, calls = Path.rename, []

    def rename_or_stop(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == failing_rename:
            raise error
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename_or_stop)
        with pytest.raises((InputError, KeyboardInterrupt)):
            write(pool, "female")
    assert [entry.name for entry in pool.parent.iterdir()] == ["pool"]
    assert read_sex(pool) == "male"


def test_a_machine_that_died_between_the_renames_loses_nothing(pool: Path) -> None:
    pool.rename(pool_folder.previous_folder(pool))  # what such a stop leaves behind
    assert read_sex(pool) == "male"
    pool.rename(pool_folder.previous_folder(pool))
    assert write(pool, "female").path == pool
    assert read_sex(pool) == "female"


def test_leftovers_of_dead_writers_are_cleaned(pool: Path) -> None:
    (pool.parent / ".pool.draft-999").mkdir()
    (pool.parent / ".pool.draft-999" / "event.parquet").write_bytes(b"half")
    (pool.parent / ".pool.previous").mkdir()
    (pool.parent / ".other.draft-1").mkdir()
    write(pool, "female")
    assert sorted(entry.name for entry in pool.parent.iterdir()) == [".other.draft-1", "pool"]


def hash_tree(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def prepare_file(folder: Path) -> None:
    folder.write_text("precious")


def prepare_data(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.docx").write_text("precious")


def prepare_web_app(folder: Path) -> None:
    """Any web app has a manifest.json."""
    prepare_data(folder)
    (folder / "manifest.json").write_text("{}")


def prepare_pool_with_work(folder: Path) -> None:
    write(folder)
    (folder / "report.html").write_text("precious")


def prepare_tables_only(folder: Path) -> None:
    folder.mkdir()
    (folder / "patient.parquet").write_text("precious")


@pytest.mark.parametrize(
    "prepare",
    [prepare_file, prepare_data, prepare_web_app, prepare_pool_with_work, prepare_tables_only],
)
def test_what_is_not_a_pool_is_not_replaced(
    tmp_path: Path, prepare: Callable[[Path], None]
) -> None:
    prepare(tmp_path / "mine")
    before = hash_tree(tmp_path)
    with pytest.raises(InputError, match=r"is not a pool.*: it is not replaced"):
        write(tmp_path / "mine")
    assert hash_tree(tmp_path) == before


@pytest.mark.parametrize("name", [".", "..", "/"])
def test_a_pool_needs_a_name_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="has no name of its own"):
        write(Path(name))
    assert not list(tmp_path.iterdir())


def test_an_empty_folder_and_a_new_one_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty")
    write(tmp_path / "deep" / "deeper" / "new")
    assert read_sex(tmp_path / "empty") == read_sex(tmp_path / "deep" / "deeper" / "new") == "male"


def test_a_damaged_pool_may_be_replaced(pool: Path) -> None:
    (pool / "event.parquet").unlink()
    write(pool, "female")
    assert read_sex(pool) == "female"


def test_a_link_to_a_pool_stays_a_link(pool: Path) -> None:
    link = pool.parent / "link"
    link.symlink_to(pool)
    write(link, "female")
    assert link.is_symlink()
    assert read_sex(pool) == read_sex(link) == "female"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="the pool cannot be written"):
        write(tmp_path / "file" / "pool")


def test_a_table_that_breaks_the_data_model_is_not_written(pool: Path) -> None:
    tables = make_tables("female")
    tables["patient"] = pl.concat([tables["patient"]] * 2)
    with pytest.raises(DataError, match="repeat an earlier one"):
        write_pool(tables, {"name": "n", "synthetic": False}, pool)
    assert read_sex(pool) == "male"


def test_sql_sees_every_table_by_its_name(pool: Path) -> None:
    opened = read_pool(pool)
    for name in TABLES:
        assert opened.sql(f"select count(*) as n from {name}")["n"][0] == opened.table(name).height
    asked = opened.sql("select patient_id from patient where sex = ?", ["male"])
    assert asked["patient_id"].to_list() == ["p1"]


def test_sql_leaves_no_complaints_on_standard_error(pool: Path) -> None:
    asking = (
        "import sys; from chorall.tables.store import read_pool; "
        "print(read_pool(sys.argv[1]).sql('select sex, count(*) as n from patient group by 1'))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", asking, str(pool)], capture_output=True, text=True, check=True
    )
    assert "male" in ended.stdout
    assert ended.stderr == ""


def test_sql_works_in_a_folder_with_a_quote_in_its_name(tmp_path: Path) -> None:
    opened = write(tmp_path / "O'Brien's pool")
    assert opened.sql("select sex from patient")["sex"].to_list() == ["male"]


@pytest.mark.parametrize("query", ["select * from nix", "selct 1", "", "select ?"])
def test_a_query_that_cannot_be_run_is_an_input_error(pool: Path, query: str) -> None:
    with pytest.raises(InputError, match="query"):
        read_pool(pool).sql(query)


def test_sql_cannot_change_the_pool(pool: Path) -> None:
    opened = read_pool(pool)
    with pytest.raises(InputError, match="query"):
        opened.sql("delete from patient")
    assert read_pool(pool).table("patient").height == 1


def test_an_unknown_table_is_told_with_the_known_ones(pool: Path) -> None:
    with pytest.raises(InputError, match="no table `patients`"):
        read_pool(pool).table("patients")


def test_a_pool_may_be_copied(pool: Path) -> None:
    shutil.copytree(pool, pool.parent / "copy")
    assert read_pool(pool.parent / "copy").hash == read_pool(pool).hash
    assert store.Pool is Pool
