"""Pseudonyms: the same for the same id, key and trial, and not to be guessed without the key."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from chorall.errors import InputError
from chorall.harmonise.pseudonyms import ID_LENGTH, make_pseudonym, pseudonymise, read_key

KEY = b"0123456789abcdef"


def test_a_pseudonym_is_the_same_again_and_another_for_another_key_trial_or_id() -> None:
    one = make_pseudonym(KEY, "T", "17")
    assert one == make_pseudonym(KEY, "T", "17")
    assert len(one) == ID_LENGTH
    others = {
        make_pseudonym(KEY, "U", "17"),
        make_pseudonym(KEY, "T", "18"),
        make_pseudonym(KEY + b"!", "T", "17"),
        make_pseudonym(KEY, "T1", "7"),
    }
    assert len(others | {one}) == 5


def test_null_stays_null_and_equal_ids_stay_equal() -> None:
    ids = pl.Series("x", ["a", None, "b", "a"])
    made = pseudonymise(ids, KEY, "T").to_list()
    assert made[1] is None
    assert made[0] == made[3] == make_pseudonym(KEY, "T", "a") != made[2]
    assert pseudonymise(pl.Series("x", [None], pl.String), KEY, "T").to_list() == [None]


def test_a_key_must_be_there_and_long_enough(tmp_path: Path) -> None:
    path = tmp_path / "pseudonym.key"
    with pytest.raises(InputError, match="there is no pseudonym key"):
        read_key(path)
    path.write_text("  short  \n")
    with pytest.raises(InputError, match="has 5 bytes, at least 16") as caught:
        read_key(path)
    assert "short" not in str(caught.value)
    path.write_bytes(b" " + KEY + b"\n")
    assert read_key(path) == KEY
