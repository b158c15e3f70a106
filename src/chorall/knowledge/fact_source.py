"""Where a fact comes from, and whether someone has read it there."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Confidence = Literal["seen", "unverified", "computed"]


class FactSource(BaseModel):
    """The source of one fact or of one list of facts.

    Attributes
    ----------
    cites : str
        Paper or rule.
    where : str
        Keys of the sources that were read, or `memory`.
    confidence : {"seen", "unverified", "computed"}
        Seen: read in the source. Unverified: from memory, to be checked before it is relied on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cites: str
    where: str
    confidence: Confidence
