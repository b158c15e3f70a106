"""The command that starts the web app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chorall.cli.showing import open_console, print_label


def serve(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[POOL] [BANK]", help="Folder of a pool, of a bank, or of each."),
    ] = None,
    host: Annotated[str, typer.Option(help="An address of this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8765,
    fewest: Annotated[int, typer.Option(help="Smaller counts of patients are hidden.")] = 5,
    audit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what is asked, without values, to this log."),
    ] = None,
) -> None:
    """Serve the web app on this machine, for one person: doctor, analyst, patient and carer.

    Example: chorall serve POOL BANK
    """
    from chorall.web.serving import check_installed, serve
    from chorall.web.settings import check_address, open_settings

    check_address(host)
    check_installed()
    settings = open_settings(tuple(folders or ()), fewest)
    console = open_console()
    print_label(console, "Web app for one person on this machine", synthetic=settings.synthetic)
    shown = f"[{host}]" if ":" in host else host
    console.print(f"Open http://{shown}:{port} (stop with Ctrl-C).", markup=False)
    serve(settings, host, port, audit)
