"""Where the server may listen: elsewhere than on this machine only with login and TLS."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chorall.errors import InputError, raise_gathered
from chorall.web.gate.house import LOOPBACK

if TYPE_CHECKING:
    from chorall.web.login.porter import Porter


@dataclass(frozen=True, slots=True)
class Doors:
    """How the server is reached.

    Attributes
    ----------
    host : str
        Address to listen on.
    port : int
        Port to listen on.
    login : Path or None
        A login file; without it there is one person on this machine.
    certificate, key : Path or None
        For TLS.
    behind_proxy : tuple of str
        Addresses or networks of the proxies that do TLS; what they say of the client is believed,
        what others say is not.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    login: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse what would let in others without login, or login without TLS.

        Raises
        ------
        InputError
            With all that is missing.
        """
        encrypted = bool(self.certificate and self.key) or bool(self.behind_proxy)
        problems = [
            *self._find_missing(encrypted),
            *(f"--behind-proxy {one}: {why}" for one, why in _find_no_networks(self.behind_proxy)),
            *(f"there is no file {one}" for one in self._list_files() if not one.is_file()),
        ]
        heading = f"the door is closed: chorall does not listen on {self.host}"
        advice = "For this machine alone: --host 127.0.0.1. For a ward: docs/web.md."
        raise_gathered(InputError, heading, problems, advice)

    def _find_missing(self, encrypted: bool) -> list[str]:
        problems = []
        if self.host not in LOOPBACK and not self.login:
            problems.append("others could come in: it needs a login, --login FILE")
        if self.login and not encrypted:
            problems.append("a login needs TLS: --certificate and --key, or --behind-proxy ADDRESS")
        if bool(self.certificate) != bool(self.key):
            problems.append("--certificate and --key belong together")
        if encrypted and not self.login:
            problems.append("--certificate, --key and --behind-proxy belong to --login FILE")
        if self.certificate and self.behind_proxy:
            problems.append("TLS is done here (--certificate) or by a proxy (--behind-proxy)")
        return problems

    def _list_files(self) -> list[Path]:
        return [one for one in (self.login, self.certificate, self.key) if one]

    def open_porter(self) -> Porter | None:
        """Open the login; None where there is none.

        Raises
        ------
        InputError, DefinitionError
            If the package of the login is missing, or its file is not sound.
        """
        if not self.login:
            return None
        from chorall.web.login.provider import check_installed

        check_installed()
        from chorall.web.login.porter import open_porter

        return open_porter(self.login)

    def list_options(self) -> dict[str, Any]:
        """Return what uvicorn is told of TLS and proxies."""
        if self.behind_proxy:
            return {"proxy_headers": True, "forwarded_allow_ips": ",".join(self.behind_proxy)}
        files = {"ssl_certfile": self.certificate, "ssl_keyfile": self.key}
        given = {name: str(file) for name, file in files.items() if file}
        return {"proxy_headers": False, **given}


def _find_no_networks(addresses: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what is no network, or is all of them: then anybody could say that there is TLS."""
    found = []
    for one in addresses:
        try:
            if ip_network(one).prefixlen == 0:
                found.append((one, "that is every address; name the proxy"))
        except ValueError:
            found.append((one, "an address or network such as 10.0.0.7 or 10.0.0.0/28 is expected"))
    return found
