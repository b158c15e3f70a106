"""The words for groups, endpoints and terms of a model, as everything printed says them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import polars as pl
from polars import selectors

from chorall.analyses.prognosis_result import PrognosisResult
from chorall.errors import InputError
from chorall.knowledge.age_bands import AgeBand, adult_from_years, age_bands
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.knowledge.naming import name_marker as name_marker
from chorall.reports.numbers import EN_DASH

GROUPS: Final = ("present", "absent", "not tested")
OVERALL: Final = "overall"
ALL_PATIENTS: Final = "all"
RESEARCH_USE: Final = "Research use only"
SYNTHETIC_BANNER: Final = "SYNTHETIC DATA \N{EN DASH} simulated patients, no clinical meaning"

_TERMS: Final = {
    "age_years": "age",
    "age_years (spline)": "age (spline)",
    "log10 mrd": "MRD at the end of induction",
    "log2 wbc_10e9_per_l": "white cell count (log2)",
    "wbc_10e9_per_l": "white cell count",
    "cns_status": "CNS status",
    "down_syndrome": "Down syndrome",
}


def name_terms(terms: Iterable[str]) -> str:
    """Return the terms of an adjusted model as one phrase."""
    return join_words([_TERMS.get(term, term.replace("_", " ")) for term in terms])


def name_endpoint(result: PrognosisResult, endpoint: str) -> str:
    """Return the label of an endpoint.

    Raises
    ------
    InputError
        If the result has no such endpoint; the message lists the known ones.
    """
    check_known("endpoint", endpoint, result.endpoints)
    labels = dict(result.summary.select("endpoint", "endpoint_label").iter_rows())
    return str(labels.get(endpoint, endpoint))


def name_causes(endpoint: str, causes: Iterable[int]) -> dict[int, str]:
    """Return the label of each cause of an endpoint, from its definition where it is known."""
    definition = endpoint_definitions().get(endpoint)
    known = {cause.cause: cause.label for cause in definition.causes} if definition else {}
    return {
        cause: begin_sentence(known.get(cause, "event" if cause == 1 else "competing event"))
        for cause in causes
    }


def name_single_curve(endpoint: str) -> str:
    """Return what the curve of an endpoint without competing causes shows."""
    definition = endpoint_definitions().get(endpoint)
    if definition is not None and definition.shows_incidence:
        return "1 - Kaplan-Meier"
    return "survival"


def join_words(words: list[str]) -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def begin_sentence(text: str) -> str:
    """Return `text` with a capital first letter, the rest unchanged."""
    return text[:1].upper() + text[1:]


def check_known(kind: str, asked: str, known: Iterable[str]) -> None:
    """Raise InputError where `asked` is not one of `known`; the message lists them."""
    names = list(dict.fromkeys(known))
    if asked not in names:
        raise InputError(f"this result has no {kind} `{asked}`.\n  It has: {', '.join(names)}")


def clear_nan(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with NaN, which Polars does not take for missing, as null."""
    return frame.with_columns(selectors.float().fill_nan(None))


def is_competing(result: PrognosisResult, endpoint: str) -> bool:
    """Return True where other causes compete with the event of `endpoint`."""
    causes = result.curves.filter(pl.col("endpoint") == endpoint)["cause"]
    return bool((causes > 1).any())


def _name_band(band: AgeBand) -> str:
    if math.isinf(band.upper):
        return f"≥ {band.lower:g} years"
    if band.lower == 0:
        return "under 1 year" if band.upper == 1 else f"under {band.upper:g} years"
    return band.label.replace("-", EN_DASH) + " years"


_BAND_NAMES = {band.label: _name_band(band) for band in age_bands()}


_GROUPING_NAMES: Final = {"age_band": "age", "ph_status": "BCR::ABL1"}


def name_group(by: str, group: str) -> str:
    """Return a group as it is read: age bands in years, the rest as it stands."""
    if "+" in by:
        parts = zip(by.split("+"), group.split(", "), strict=False)
        return ", ".join(name_group(one, part) for one, part in parts)
    if group == "unknown":
        return f"{_GROUPING_NAMES.get(by, by)} not known"
    if by == "ph_status":
        return f"BCR::ABL1 {group}"
    if by == "age_band":
        return _BAND_NAMES.get(group, group)
    return f"{group} lineage" if by == "lineage" else group.replace("_", " ")


def adult_bands() -> tuple[str, ...]:
    """Return the labels of the age bands that hold adults only."""
    return tuple(band.label for band in age_bands() if band.lower >= adult_from_years())
