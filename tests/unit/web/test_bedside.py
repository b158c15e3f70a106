"""Predictions in processes of their own: the same numbers, the same refusals, no lost server."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from unit.models.bank.made_bank import PATIENT, make_bank

import chorall as ch
from chorall.errors import InputError
from chorall.web.app import create_app
from chorall.web.bedside import Bedside, predict_of
from chorall.web.desk import Desk
from chorall.web.problems import ProblemError
from chorall.web.settings import Settings

STRATEGIES = ("new", "old")


@pytest.fixture(scope="module")
def bedside() -> Iterator[Bedside]:
    made = Bedside(make_bank(), n_workers=1)
    made.open()
    yield made
    made.close()


def predict(side: Bedside, patient: dict[str, Any], strategies: Any, **options: Any) -> Any:
    """Ask as a page does."""
    asked = (patient, tuple(strategies), options)
    return anyio.run(side.work, Desk(), None, predict_of, *asked)


def test_a_process_of_its_own_says_the_same(bedside: Bedside) -> None:
    here = ch.predict(make_bank(), PATIENT, STRATEGIES, draws=200)
    there = predict(bedside, PATIENT, STRATEGIES, draws=200)
    assert there.to_dict() == here.to_dict()
    assert predict(Bedside(make_bank()), PATIENT, STRATEGIES, draws=200).to_dict() == here.to_dict()


def test_what_cannot_be_asked_is_refused_in_the_same_words(bedside: Bedside) -> None:
    with pytest.raises(InputError) as here:
        ch.predict(make_bank(), {"age_years": 300.0}, STRATEGIES)
    with pytest.raises(InputError) as there:
        predict(bedside, {"age_years": 300.0}, STRATEGIES)
    assert str(there.value) == str(here.value)


def test_after_a_process_was_killed_the_next_question_has_its_answer(bedside: Bedside) -> None:
    assert bedside.pool is not None
    predict(bedside, PATIENT, STRATEGIES, draws=100)
    (number,) = bedside.pool._processes
    os.kill(number, signal.SIGKILL)
    assert predict(bedside, PATIENT, STRATEGIES, draws=100).strategies == STRATEGIES
    assert number not in bedside.pool._processes


def test_a_page_has_its_answer_after_a_process_was_killed() -> None:
    """Where no thread waits, a broken process is noticed too, and a new one begun."""
    app = create_app(Settings(bank=make_bank()), n_workers=1)
    with TestClient(app, base_url="http://localhost") as client:
        token = re.search(r'name="token" value="(\w+)"', client.get("/doctor").text)[1]
        form = {"token": token, "age_years": "30", "lineage": "B", "a_treatment": "new"}
        assert "The answer" in client.post("/doctor", data=form).text
        for _ in range(2):
            (number,) = app.state.bedside.pool._processes
            os.kill(number, signal.SIGKILL)
            found = client.post("/doctor", data=form)
            assert (found.status_code, "100 patients after" in found.text) == (200, True)


def test_without_a_bank_there_is_no_process_and_no_answer() -> None:
    empty = Bedside(None, n_workers=4)
    empty.open()
    assert empty.pool is None
    with pytest.raises(ProblemError) as refused:
        predict(empty, PATIENT, STRATEGIES)
    assert refused.value.problem.status == 404


@pytest.mark.parametrize("n_workers", [-1, 65])
def test_a_number_of_workers_that_cannot_be(n_workers: int) -> None:
    with pytest.raises(InputError, match="workers cannot be"):
        Bedside(make_bank(), n_workers)


def test_whoever_finds_processes_broken_leaves_those_started_since_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two questions wait when a process is killed: the second must not stop the first's new one."""

    class Pool:
        def __init__(self, *, is_broken):
            self.is_broken, self.is_shut = is_broken, False

        def submit(self, *_):
            done = Future()
            if self.is_broken:
                done.set_exception(BrokenProcessPool())
            else:
                done.set_result("answer")
            return done

        def shutdown(self, **_):
            self.is_shut = True

    side = Bedside(make_bank(), 1)
    broken, new = Pool(is_broken=True), Pool(is_broken=False)
    found = iter([broken, new])

    def find():
        side.pool = new  # another question found it broken first, and started this one
        return next(found)

    monkeypatch.setattr(side, "find_pool", find)
    assert predict(side, {}, ["as_observed"]) == "answer"
    assert side.pool is new
    assert broken.is_shut
    assert not new.is_shut
