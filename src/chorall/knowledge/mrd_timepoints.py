"""Time points of residual disease: what protocols call them, and their windows in days."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from chorall.errors import DefinitionError, raise_gathered
from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.fact_source import Confidence

MRD_TIMEPOINTS_TOML = Path(__file__).parent / "mrd_timepoints.toml"
DAY_WORDS = re.compile(r"^(?:day|tag|jour|giorno)(?=\+?\d)")
WEEK_WORDS = re.compile(r"^(?:week|woche|semaine|w)(?=\d)")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MrdTimepoint(_Frozen):
    """One harmonised time point.

    Attributes
    ----------
    label : str
        For people.
    clock : {"diagnosis", "relapse", "transplant"}
        From what the days of the window are counted.
    from_day, to_day : int
        Inclusive window.
    names : tuple of str
        What it is called in any protocol, as `write_timepoint_key` writes it.
    source, confidence : str
        Keys of the sources; seen, unverified or computed.
    """

    label: str
    clock: Literal["diagnosis", "relapse", "transplant"]
    from_day: int
    to_day: int
    names: tuple[str, ...]
    source: str
    confidence: Confidence

    @model_validator(mode="after")
    def _check_window(self) -> MrdTimepoint:
        if self.from_day > self.to_day:
            raise ValueError("the window ends before it begins")
        return self


class MrdProtocol(_Frozen):
    """What a protocol calls the time points beside the names that all protocols share."""

    label: str
    names: dict[str, str]
    source: str
    confidence: Confidence


class MrdTimepoints(_Frozen):
    """All time points and protocols, by name."""

    timepoints: dict[str, MrdTimepoint]
    protocols: dict[str, MrdProtocol]


def write_timepoint_key(text: str) -> str:
    """Return a name of a time point without blanks and dashes: `Day 33` is `d33`."""
    plain = re.sub(r"[\s_.-]+", "", text.lower())
    return WEEK_WORDS.sub("wk", DAY_WORDS.sub("d", plain))


@cache
def mrd_timepoints() -> MrdTimepoints:
    """Return the shipped time points."""
    return read_mrd_timepoints(MRD_TIMEPOINTS_TOML)


def read_mrd_timepoints(path: Path) -> MrdTimepoints:
    """Read and check time points in the form of knowledge/mrd_timepoints.toml.

    Raises
    ------
    DefinitionError
        If the file is not sound, one name stands for two time points, or a protocol names one
        that is not there; the message lists every problem.
    """
    read, _ = read_definition(path, MrdTimepoints)
    owners: dict[str, str] = {}
    problems = []
    for name, point in read.timepoints.items():
        for text in point.names:
            if owners.setdefault(write_timepoint_key(text), name) != name:
                problems.append(f"`{text}` stands for two time points")
    for name, protocol in read.protocols.items():
        unknown = sorted(set(protocol.names.values()) - set(read.timepoints))
        problems += [f"protocol `{name}`: no time point `{one}`" for one in unknown]
    raise_gathered(DefinitionError, f"{path.name}: time points", problems, "Correct the file.")
    return read


@cache
def timepoint_names(protocol: str | None = None) -> dict[str, str]:
    """Return every name (as `write_timepoint_key` writes it) with its time point.

    Parameters
    ----------
    protocol : str or None
        A protocol whose own names count as well.

    Raises
    ------
    DefinitionError
        If the protocol is not known; the message lists the known ones.
    """
    known = mrd_timepoints()
    names = {write_timepoint_key(name): name for name in known.timepoints}
    for name, point in known.timepoints.items():
        names |= {write_timepoint_key(text): name for text in point.names}
    if protocol is None:
        return names
    if protocol not in known.protocols:
        listed = ", ".join(known.protocols)
        raise DefinitionError(f"no protocol `{protocol}`.\n  Known: {listed}")
    own = known.protocols[protocol].names
    return names | {write_timepoint_key(text): name for text, name in own.items()}
