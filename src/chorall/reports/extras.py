"""Packages that not everybody needs: the extra `report` of the installation."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from chorall.errors import InputError


def import_extra(module: str, package: str, purpose: str) -> ModuleType:
    """Return a module of the extra `report`.

    Parameters
    ----------
    module, package : str
        As it is imported, and as it is installed.
    purpose : str
        What it writes, e.g. `Word documents`.

    Raises
    ------
    InputError
        If the package is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != module.partition(".")[0]:
            raise
        raise InputError(
            f"{purpose} need the package {package}, which is not installed.\n"
            "  Install chorall[report], or choose another format."
        ) from None
