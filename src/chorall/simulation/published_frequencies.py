"""Published frequencies beside those of simulated patients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import model_validator

from chorall.knowledge.definition_file import check_definition, read_definition_text
from chorall.simulation.definition_parts import Confidence, Part
from chorall.simulation.definitions import all_designs
from chorall.simulation.marker_law import build_marker_law
from chorall.simulation.patients import Booleans, draw_patients

N_PATIENTS = 40_000
LAW_SHARE, LAW_POINTS = 0.30, 1.5
"""How far the law may lie from one source, by share of the figure and in percent points: sources of
one figure differ by that much among themselves. Two standard errors of the source come on top."""


class PopulationPart(Part):
    """Whom a source describes; ages within it are not published and were chosen.

    `age_edges` and `age_weights` as in designs.toml; `without`: none of these markers.
    """

    meaning: str
    lineage: Literal["B", "T", "any"]
    age_edges: tuple[float, ...]
    age_weights: tuple[float, ...]
    without: tuple[str, ...] = ()


class FrequencyPart(Part):
    """One published frequency, and how to ask it of simulated patients.

    `percent` is a number or the ends of a range; `n` of `of` patients where the source says so.
    Asked are those with `any_of` and `none_of` the markers among those with any of `within`;
    `t_lineage` asks for the lineage instead. `skipped` says why it cannot be asked, `differs` why
    the law lies elsewhere.
    """

    feature: str
    population: str
    percent: float | tuple[float, float]
    n: int | None = None
    of: int | None = None
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    t_lineage: bool = False
    skipped: str = ""
    differs: str = ""
    source: str
    confidence: Confidence

    @model_validator(mode="after")
    def check_question(self) -> FrequencyPart:
        """Check that a frequency is either asked or skipped."""
        if bool(self.any_of or self.none_of or self.t_lineage) == bool(self.skipped):
            raise ValueError("give any_of, none_of or t_lineage, or say why it is skipped")
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """The published range; both ends are the number where it is one."""
        return self.percent if isinstance(self.percent, tuple) else (self.percent, self.percent)

    @property
    def tolerance(self) -> float:
        """Percent points by which the law may miss the published range."""
        share = max(self.ends) / 100
        error = 100 * np.sqrt(share * (1 - share) / self.of) if self.of else 0.0
        return float(max(LAW_SHARE * max(self.ends), LAW_POINTS) + 2 * error)


class PublishedFrequencies(Part):
    """`published_frequencies.toml`."""

    populations: dict[str, PopulationPart]
    frequencies: tuple[FrequencyPart, ...]


@dataclass(frozen=True, slots=True)
class ComparedFrequency:
    """One published frequency and the same among simulated patients; None where it is skipped."""

    published: FrequencyPart
    simulated_percent: float | None

    @property
    def agrees(self) -> bool:
        """Tell whether the simulated frequency lies within the tolerance of the published one."""
        if self.simulated_percent is None:
            return False
        low, high = self.published.ends
        miss = max(low - self.simulated_percent, self.simulated_percent - high, 0.0)
        return miss <= self.published.tolerance


@cache
def published_frequencies() -> PublishedFrequencies:
    """Return the published frequencies."""
    file = Path(__file__).with_suffix(".toml")
    return check_definition(read_definition_text(file), PublishedFrequencies)


def compare_frequencies(seed: int = 1) -> list[ComparedFrequency]:
    """Return every published frequency beside the same among patients drawn from the law.

    Parameters
    ----------
    seed : int
        Of the patients; every population is drawn anew from it.
    """
    read = published_frequencies()
    drawn = {name: _draw(part, seed) for name, part in read.populations.items()}
    return [_compare(part, drawn[part.population]) for part in read.frequencies]


def _draw(population: PopulationPart, seed: int) -> dict[str, Booleans]:
    """Return who has each marker, by name; `T` for the lineage."""
    law = build_marker_law(None)
    ages = {"age_edges": population.age_edges, "age_weights": population.age_weights}
    design = all_designs()[0].model_copy(update=ages)
    patients = draw_patients(np.random.default_rng(seed), design, law, N_PATIENTS)
    has = {marker: patients.present[:, law.locate(marker)] for marker in law.markers}
    rows = {"B": ~patients.is_t, "T": patients.is_t}.get(
        population.lineage, np.ones(N_PATIENTS, dtype=bool)
    )
    rows = rows & ~_any(has, population.without, N_PATIENTS)
    return {name: values[rows] for name, values in (has | {"T": patients.is_t}).items()}


def _any(has: dict[str, Booleans], markers: tuple[str, ...], n: int) -> Booleans:
    found: Booleans = np.any([np.zeros(n, dtype=bool), *(has[name] for name in markers)], axis=0)
    return found


def _compare(part: FrequencyPart, has: dict[str, Booleans]) -> ComparedFrequency:
    if part.skipped:
        return ComparedFrequency(part, None)
    n = has["T"].size
    asked = _any(has, part.any_of, n) if part.any_of else np.ones(n, dtype=bool)
    asked = has["T"] if part.t_lineage else asked & ~_any(has, part.none_of, n)
    among = _any(has, part.within, n) if part.within else np.ones(n, dtype=bool)
    return ComparedFrequency(part, float(100 * asked[among].mean()))
