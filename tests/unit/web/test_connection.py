"""Connections on which a request comes too slowly, or none, at a server that runs."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn

from chorall.web.gate import connection
from chorall.web.gate.doors import Doors
from chorall.web.serving import create_config
from chorall.web.settings import Settings

WAIT = 60.0
HOST = b"Host: 127.0.0.1\r\n"
SLOW = {
    "nothing": (b"", b""),
    "a head without end": (b"GET / HTTP/1.1\r\n" + HOST, b"X-More: 1\r\n"),
    "a body that was refused": (
        b"POST /doctor HTTP/1.1\r\n" + HOST
        + b"Content-Type: text/plain\r\nContent-Length: 100000\r\n\r\n", b"a",
    ),
    "a body of a page that takes none": (
        b"GET /health HTTP/1.1\r\n" + HOST + b"Content-Length: 100000\r\n\r\n", b"a",
    ),
}  # fmt: skip


@contextmanager
def connect():
    """Run a server and connect to it."""
    server = uvicorn.Server(create_config(Settings(), Doors(port=0)))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + WAIT
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as opened:
            yield opened
    finally:
        server.should_exit = True
        thread.join(WAIT)


def is_closed(opened, drop):
    """Return True where the server closes, though a drop comes again and again."""
    until = time.monotonic() + WAIT
    opened.settimeout(0.05)
    while time.monotonic() < until:
        try:
            opened.sendall(drop)
            if opened.recv(4096) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


@pytest.mark.parametrize("what", SLOW)
def test_who_sends_no_whole_request_is_not_waited_for(monkeypatch, what):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr("chorall.web.serving.KEEP_ALIVE_SECONDS", 3600)
    begin, drop = SLOW[what]
    with connect() as opened:
        opened.sendall(begin)
        assert is_closed(opened, drop)


def test_what_is_no_http_is_answered_with_all_headers():
    with connect() as opened:
        opened.sendall(b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n")
        found = b""
        while piece := opened.recv(4096):
            found += piece
    head = found.lower()
    assert head.startswith(b"http/1.1 400 ")
    for name in (b"content-security-policy", b"x-frame-options", b"x-content-type-options"):
        assert name in head
    assert b"cache-control: no-store" in head
