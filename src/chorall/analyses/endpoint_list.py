"""Which endpoints there are, how sure their definitions are, and who has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from chorall.analyses.endpoint_gaps import explain_gap
from chorall.analyses.follow_up import FOLLOW_UP_SCHEMA, measure_follow_up
from chorall.analyses.result import NO_POOL, AnalysisResult, label_pool, plain_rows
from chorall.knowledge.endpoint_definitions import endpoint_definitions, endpoints_not_given
from chorall.tables.store import Pool


@dataclass(frozen=True, kw_only=True)
class EndpointList(AnalysisResult):
    """The endpoints, one line each: endpoint, meaning, source, confidence.

    `warnings` say of each endpoint that no patient of the pool has, what is missing.

    Attributes
    ----------
    follow_up : DataFrame
        Who has which, as in `measure_follow_up`; empty without a pool.
    not_given : dict of str to str
        Endpoints that no pool can give, and what they would need.
    """

    follow_up: pl.DataFrame
    not_given: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the list as plain values that JSON can hold; without a pool `pool` is null."""
        further = {"not_given": self.not_given, "follow_up": plain_rows(self.follow_up)}
        without = {"pool": None} if self.pool == NO_POOL else {}
        return AnalysisResult.to_dict(self) | without | further


def list_endpoints(pool: Pool | None = None, *, seen_only: bool = False) -> EndpointList:
    """List the endpoints that are shipped, and who has them in a pool.

    Parameters
    ----------
    pool : Pool, optional
        Says who has which.
    seen_only : bool
        True leaves out definitions from memory.
    """
    rows = [
        {
            "endpoint": name,
            "meaning": definition.label,
            "source": f"{definition.source.cites} ({definition.source.where})",
            "confidence": definition.source.confidence,
        }
        for name, definition in endpoint_definitions().items()
        if definition.source.confidence != "unverified" or not seen_only
    ]
    measured = pl.DataFrame(schema=FOLLOW_UP_SCHEMA) if pool is None else measure_follow_up(pool)
    return EndpointList(
        analysis="endpoints",
        pool=NO_POOL if pool is None else label_pool(pool),
        rows=pl.DataFrame(rows),
        warnings=() if pool is None else _explain_gaps(pool, measured),
        follow_up=measured,
        not_given=endpoints_not_given(),
    )


def _explain_gaps(pool: Pool, measured: pl.DataFrame) -> tuple[str, ...]:
    there = set(measured["endpoint"])
    return tuple(
        explain_gap(pool, name, pool.trials) for name in endpoint_definitions() if name not in there
    )
