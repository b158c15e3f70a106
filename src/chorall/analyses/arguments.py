"""Check the arguments that the analyses of a pool have in common."""

from __future__ import annotations

from collections.abc import Sequence

from chorall.analyses.choices import check_choices
from chorall.errors import InputError
from chorall.tables.store import Pool


def check_trials(pool: Pool, trials: Sequence[str] | None) -> tuple[str, ...]:
    """Return the trials asked for, all of the pool where none is named; raise if one is unknown."""
    return check_choices(pool.trials if trials is None else trials, pool.trials, what="trial")


def list_markers(pool: Pool) -> list[str]:
    """Return every marker with a result in the pool, in alphabetical order."""
    return pool.table("marker_result")["marker"].unique().sort().to_list()


def check_markers(pool: Pool, markers: Sequence[str] | None) -> tuple[str, ...]:
    """Return the markers asked for, all of the pool where none is named; raise if unknown."""
    known = list_markers(pool)
    return check_choices(known if markers is None else markers, known, what="marker")


def check_years(**years: float) -> None:
    """Raise unless each argument, named as the caller's, is a usable number of years."""
    for name, value in years.items():
        if not 0 < value <= 100:
            raise InputError(f"`{name}` is {value!r}; expected above 0 and at most 100.")


def check_conf_level(conf_level: float) -> None:
    """Raise unless the level of the limits lies between 0 and 1."""
    if not 0 < conf_level < 1:
        raise InputError(f"`conf_level` is {conf_level!r}; expected between 0 and 1, e.g. 0.95.")
