"""One connection: whoever sends a request too slowly, or none, is not waited for."""

from __future__ import annotations

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from chorall.web.gate.headers import complete_headers

HEAD_SECONDS: Final = 10.0
"""From the beginning of a connection, and from each answer, until the next head is whole."""


class PatientConnection(H11Protocol):
    """Closes a connection on which nothing is at work for so long, whatever trickles in.

    What is left of a body that was answered before it had come counts as nothing: so a refused
    body is not read for ever either.
    """

    waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        if self.waiting:
            self.waiting.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Begin to wait for the next head."""
        super().on_response_complete()
        self._wait()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP with the headers that every answer carries."""
        given = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        response = h11.Response(status_code=400, headers=complete_headers(given))
        for event in (response, h11.Data(data=msg.encode()), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def _wait(self) -> None:
        if self.waiting:
            self.waiting.cancel()
        self.waiting = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
