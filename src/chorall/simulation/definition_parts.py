"""What the definition files of the simulator share."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Confidence = Literal["seen", "unverified", "computed"]


class Part(BaseModel):
    """A part of a definition: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
