"""Start the server; no address in any log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chorall.errors import InputError
from chorall.web.gate.audit import open_audit

if TYPE_CHECKING:
    from pathlib import Path

    import uvicorn

    from chorall.web.gate.audit import AuditLog
    from chorall.web.gate.doors import Doors
    from chorall.web.login.porter import Porter
    from chorall.web.settings import Settings

LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "chorall.web": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # its own lines hold addresses, and tracebacks the values in them
        "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # at lower levels: proofs of a sign-in on its way, and addresses
        "authlib": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "httpx2": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "httpcore2": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
KEEP_ALIVE_SECONDS: Final = 5
STOP_SECONDS: Final = 10


def serve(settings: Settings, doors: Doors, audit: Path | None = None, n_workers: int = 0) -> None:
    """Serve until interrupted; what is asked is written to the log `audit`.

    `n_workers` processes make the predictions, 0: this one.

    With a login there is always an audit log, in its state folder unless `audit` names another.

    Raises
    ------
    InputError
        If others than this machine could come in without login or TLS, the port is taken or cannot
        be, a package is not installed, or a file is missing.
    DefinitionError
        If the login file is not sound.
    DataError
        If the audit log does not end as its head says.
    """
    doors.check()
    check_installed()
    porter = doors.open_porter()
    _check_port(doors.host, doors.port)
    import logging.config

    import uvicorn

    logging.config.dictConfig(LOGGING)
    file = audit or (porter.state.audit if porter else None)
    log = open_audit(file, settings.hashes) if file else None
    uvicorn.Server(create_config(settings, doors, porter, log, n_workers)).run()


def create_config(
    settings: Settings,
    doors: Doors,
    porter: Porter | None = None,
    audit: AuditLog | None = None,
    n_workers: int = 0,
) -> uvicorn.Config:
    """Return how the server runs."""
    import uvicorn

    from chorall.web.app import create_app
    from chorall.web.gate.connection import PatientConnection

    return uvicorn.Config(
        create_app(settings, porter=porter, audit=audit, n_workers=n_workers),
        host=doors.host,
        port=doors.port,
        access_log=False,
        log_config=LOGGING,
        server_header=False,
        http=PatientConnection,
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        **doors.list_options(),
    )


def check_installed() -> None:
    """Say what is missing where the extra `web` was not installed.

    Raises
    ------
    InputError
        If FastAPI or Uvicorn cannot be imported.
    """
    from importlib.util import find_spec

    missing = [name for name in ("fastapi", "uvicorn") if find_spec(name) is None]
    if missing:
        raise InputError(
            f"`chorall serve` needs {' and '.join(missing)}, which are not installed.\n"
            "  Install them with: pip install 'chorall[web]'"
        )


def _check_port(host: str, port: int) -> None:
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except (OSError, OverflowError):
        raise InputError(
            f"port {port} of {host} cannot be used: it is taken, or not allowed.\n"
            "  Name another one: --port 8766."
        ) from None
