"""Under which address the app is reached: this machine alone, or one public address with TLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chorall.web.problems import Problem

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
"""The only addresses on which anybody may listen while there is no login."""


@dataclass(frozen=True, slots=True)
class House:
    """Where the app stands.

    Attributes
    ----------
    address : str
        Public origin such as https://chorall.example; empty: this machine alone.
    hosts : tuple of str
        Names that may stand in the Host header.
    """

    address: str = ""
    hosts: tuple[str, ...] = LOOPBACK

    @property
    def secure(self) -> bool:
        """True where everything goes through TLS."""
        return bool(self.address)

    def find_problem(self, host: str, scheme: str) -> Problem | None:
        """Refuse another host, and what did not come through TLS where everything must."""
        open_it = f"Open {self.address or 'http://127.0.0.1 with its port'}."
        if host not in self.hosts:
            return Problem(400, "This address is not served", open_it)
        if self.secure and scheme != "https":
            return Problem(400, "This connection is not encrypted", open_it)
        return None
