"""Those who go away before they are answered: nothing is asked in their name."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import anyio
import pytest

from chorall.web.app import create_app
from chorall.web.desk import Desk
from chorall.web.gate.audit import open_audit
from chorall.web.problems import ProblemError

PREDICT = "/api/v1/predict"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
QUESTION = b'{"patient": {"age_years": 34, "lineage": "B"}}'
WAIT = 60.0
GONE = {"type": "http.disconnect"}


def part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def post(app, messages: list[dict[str, Any]], path: str = PREDICT, kind: str = JSON) -> int:
    """Ask as a server does that hears these messages of a connection; return the status."""
    said: list[int] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8765),
        "headers": [(b"host", b"127.0.0.1:8765"), (b"content-type", kind.encode())],
    }  # fmt: skip
    waiting = iter(messages)

    async def receive() -> dict[str, Any]:
        message = next(waiting, None)
        if message is None:
            await anyio.sleep_forever()
        return message

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            said.append(message["status"])

    async def ask() -> None:
        with anyio.fail_after(60):
            await app(scope, receive, send)

    anyio.run(ask)
    return said[0]


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Count what the bank, classifiers and forms are asked."""
    found: list[str] = []

    def count(name: str, answer: Any):
        def asked(*_, **__):
            found.append(name)
            return answer

        return asked

    monkeypatch.setattr("chorall.analyses.bank.predict", count("bank", None))
    monkeypatch.setattr("chorall.web.api.routes.ask_published", count("classifiers", {}))
    monkeypatch.setattr("chorall.web.doctor.routes.parse_form", count("form", {}))
    return found


@pytest.mark.parametrize(
    "messages",
    [
        [part(QUESTION, more=True), GONE],
        [part(QUESTION[:9], more=True), part(QUESTION[9:], more=True), GONE],
        [part(b"", more=True), GONE],
        [GONE],
    ],
)
@pytest.mark.parametrize(
    ("path", "kind"), [(PREDICT, JSON), ("/api/v1/classify", JSON), ("/doctor", FORM)]
)
def test_a_body_that_was_cut_is_not_worked_on(settings, asked, path, kind, messages):
    """Even where what has come would be a whole question by itself."""
    assert post(create_app(settings), messages, path, kind) == 400
    assert asked == []


def test_a_whole_body_in_parts_is_worked_on(settings, asked):
    messages = [part(QUESTION[:9], more=True), part(QUESTION[9:], more=True), part(b"")]
    assert post(create_app(settings), messages, "/api/v1/classify") == 200
    assert asked == ["classifiers"]


def test_a_body_that_was_cut_is_said_in_the_logs_without_it(settings, tmp_path, caplog):
    with caplog.at_level(logging.INFO, logger="chorall.web"):
        audit = open_audit(tmp_path / "audit.jsonl", {})
        post(create_app(settings, audit=audit), [part(b'{"patient": 61.7305', more=True), GONE])
        audit.close()
    assert "POST /api/v1/predict" not in caplog.text, "no route was reached"
    written = caplog.text + (tmp_path / "audit.jsonl").read_text()
    assert '"reason": "This did not come whole"' in written
    assert "61.7305" not in written


# ---- the line -------------------------------------------------------------------------------


def wait_in_line(left: anyio.Event, desk: Desk, messages: list[dict[str, Any]]):
    """Return what the connection says when asked: `messages`, then that it was closed."""
    waiting = iter(messages)

    async def receive() -> dict[str, Any]:
        message = next(waiting, None)
        if message is None:
            await left.wait()
            return GONE
        return message

    return receive


@pytest.mark.parametrize("messages", [[], [part(b"")]])
def test_who_goes_away_leaves_the_line(messages):
    """One is at work, one waits and closes the connection: its turn goes to the next one."""
    worked: list[str] = []

    async def fill() -> int:
        desk, begun, left, go = Desk(at_work=1), anyio.Event(), anyio.Event(), anyio.Event()

        def work(name: str, event: anyio.Event | None = None) -> str:
            worked.append(name)
            if event:
                anyio.from_thread.run_sync(begun.set)
                anyio.from_thread.run(event.wait)
            return name

        async def leave() -> None:
            receive = wait_in_line(left, desk, messages)
            with pytest.raises(ProblemError) as refused:
                await desk.ask(lambda: work("left"), receive)
            assert refused.value.problem.status == 400
            assert desk.here == 1
            go.set()

        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(desk.ask, lambda: work("at work", go))
                await begun.wait()
                tasks.start_soon(leave)
                while desk.here < 2:
                    await anyio.sleep(0)
                left.set()
            assert await desk.ask(lambda: work("next")) == "next"
        return desk.here

    assert anyio.run(fill) == 0
    assert worked == ["at work", "next"]


def test_what_is_at_work_is_finished_and_mistakes_come_as_they_are():
    async def ask() -> str:
        desk, left = Desk(), anyio.Event()

        def leave() -> str:
            anyio.from_thread.run_sync(left.set)
            return "finished"

        def fail() -> str:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await desk.ask(fail, wait_in_line(anyio.Event(), desk, []))
        return await desk.ask(leave, wait_in_line(left, desk, []))

    assert anyio.run(ask) == "finished"


def test_work_elsewhere_keeps_its_place_until_it_is_done_and_who_left_the_line_is_not_begun():
    """The same where another process works and no thread waits for it."""
    begun: list[str] = []

    async def fill() -> int:
        desk, first, third = Desk(at_work=1), Future(), Future()
        third.set_result("third")
        gone = [anyio.Event(), anyio.Event()]

        def begin(name: str, answer: Future[str]) -> Future[str]:
            begun.append(name)
            return answer

        async def leave_line() -> None:
            receive = wait_in_line(gone[1], desk, [])
            with pytest.raises(ProblemError) as refused:
                await desk.ask_elsewhere(lambda: begin("second", Future()), receive)
            assert refused.value.problem.status == 400

        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                receive = wait_in_line(gone[0], desk, [])
                tasks.start_soon(desk.ask_elsewhere, lambda: begin("first", first), receive)
                tasks.start_soon(leave_line)
                tasks.start_soon(desk.ask_elsewhere, lambda: begin("third", third))
                while desk.here < 3 or not begun:
                    await anyio.sleep(0)
                for one in gone:
                    one.set()
                while desk.here > 2:
                    await anyio.sleep(0)
                assert begun == ["first"], "its place is taken, though nobody waits for it"
                first.set_result("first")
        return desk.here

    assert anyio.run(fill) == 0
    assert begun == ["first", "third"]


def test_a_page_whose_reader_went_away_is_not_predicted(settings, asked):
    """The whole way: a question that waits behind another one, and a closed connection."""
    app = create_app(settings)
    app.state.desk = desk = Desk(at_work=1)
    desk.limiter.total_tokens = 0
    assert post(app, [part(QUESTION), GONE]) == 400
    assert (asked, desk.here) == ([], 0)


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_connection_that_is_closed_leaves_the_line(settings, asked):
    """The same with a real server, which alone knows that a connection was closed."""
    import uvicorn

    app = create_app(settings)
    app.state.desk = desk = Desk(at_work=1)
    desk.limiter.total_tokens = 0
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        port = server.servers[0].sockets[0].getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as connection:
            head = f"POST {PREDICT} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n"
            length = f"Content-Length: {len(QUESTION)}\r\n\r\n"
            connection.sendall(head.encode() + length.encode() + QUESTION)
            wait_until(lambda: desk.here == 1)
        wait_until(lambda: desk.here == 0)
    finally:
        server.should_exit = True
        thread.join()
    assert asked == []
