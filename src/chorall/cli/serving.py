"""The commands of the web app: start it, and see to who is signed in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chorall.cli.showing import open_console, print_label
from chorall.knowledge.small_counts import FEWEST_SHOWN

if TYPE_CHECKING:
    from chorall.web.gate.doors import Doors

LoginFile = Annotated[Path, typer.Argument(metavar="LOGIN", help="The login file of the server.")]

sessions = typer.Typer(help="See and end the sessions of a server with a login.")


def serve(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[POOL] [BANK]", help="Folder of a pool, of a bank, or of each."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; elsewhere than here only with --login.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8765,
    fewest: Annotated[
        int, typer.Option(help="Smaller counts of patients are hidden.")
    ] = FEWEST_SHOWN,
    audit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what is asked, without values, to this log."),
    ] = None,
    login: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Let people sign in as this file says.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate chain for TLS (PEM).")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Private key of the certificate (PEM).")
    ] = None,
    behind_proxy: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="A proxy that does TLS; may be repeated."),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(help="Processes that predict, where several people ask; 0: the server alone."),
    ] = 0,
) -> None:
    """Serve the web app: doctor, analyst, patient and carer.

    For one person on this machine, unless a login is given: then others may come in, through TLS.

    Example: chorall serve POOL BANK

    For a ward: chorall serve POOL BANK --login login.toml --behind-proxy 127.0.0.1
    """
    from chorall.web.gate.doors import Doors
    from chorall.web.serving import check_installed, serve
    from chorall.web.settings import open_settings

    doors = Doors(host, port, login, certificate, key, tuple(behind_proxy or ()))
    doors.check()
    check_installed()
    settings = open_settings(tuple(folders or ()), fewest)
    console = open_console()
    who = "those who sign in" if login else "one person on this machine"
    print_label(console, f"Web app for {who}", synthetic=settings.synthetic)
    console.print(f"Open {_find_address(doors)} (stop with Ctrl-C).", markup=False)
    serve(settings, doors, audit, workers)


def _find_address(doors: Doors) -> str:
    if doors.login:
        from chorall.web.login.definition import read_login

        return read_login(doors.login).address
    shown = f"[{doors.host}]" if ":" in doors.host else doors.host
    return f"http://{shown}:{doors.port}"


@sessions.command("list")
def list_sessions(login: LoginFile) -> None:
    """List who is signed in: pseudonym, roles, since when, last request (UTC).

    Example: chorall sessions list login.toml
    """
    from datetime import UTC, datetime

    from chorall.web.login.sessions import open_sessions
    from chorall.web.login.state import open_state

    console = open_console()
    found = open_sessions(open_state(login, make=False)).list_open()
    console.print(f"{len(found)} sessions.", markup=False)
    for one in found:
        begun, seen = (
            datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
            for at in (one.begun, one.seen)
        )
        roles = ", ".join(sorted(one.roles))
        console.print(f"{one.person}  {roles}  since {begun}, last {seen}", markup=False)


@sessions.command("end")
def end_sessions(
    login: LoginFile,
    person: Annotated[
        str | None, typer.Option(metavar="NAME", help="Pseudonym, as `list` and logs show it.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="The person as the provider calls it (claim sub).")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody.")] = False,
) -> None:
    """End the sessions of a person, or all: the next request must sign in again.

    Example: chorall sessions end login.toml --subject 8f14e45f
    """
    from chorall.errors import InputError
    from chorall.web.login.sessions import open_sessions
    from chorall.web.login.state import open_state

    if (person is not None) + (subject is not None) + everybody != 1:
        raise InputError("say whose sessions shall end: --person, --subject, or --all.")
    state = open_state(login, make=False)
    table = open_sessions(state)
    name = person or state.name_person(subject or "")
    ended = table.end_all() if everybody else table.end_person(name)
    whose = "" if everybody else f" of {name}"
    open_console().print(f"{ended} sessions{whose} ended.", markup=False)
