"""The law of the lesions: which marker, in which patient, how often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError
from chorall.knowledge.age_bands import age_bands
from chorall.knowledge.gene_names import mutable_genes
from chorall.simulation.definitions import frequencies
from chorall.simulation.law_definitions import LesionPart, SubtypePart

Floats = NDArray[np.float64]

LINEAGES = ("B", "T")
ADULT_FROM_BAND = 16.0
"""Lower end of the first age band whose lesions are those of adults."""


@dataclass(frozen=True, slots=True)
class MarkerLaw:
    """Probabilities of every lesion.

    Attributes
    ----------
    markers : tuple of str, length n_markers
        Subtypes first, then the lesions beside them.
    classes : tuple of (str or None), length n_markers
        Alteration class; None where a trial can only assert the marker.
    further : tuple of str
        The markers among them that were added to reach the number asked for.
    n_subtypes : int
        The first markers, which exclude one another.
    t_share : ndarray, shape (n_bands,)
        Probability of T-lineage.
    subtype_share : ndarray, shape (2, n_bands, n_subtypes + 1)
        By lineage (B, T); the last column is none of the subtypes.
    lesion_share : ndarray, shape (2, 2, n_subtypes + 1, n_lesions)
        By lineage (B, T), below or from 16 years, and subtype.
    """

    markers: tuple[str, ...]
    classes: tuple[str | None, ...]
    further: tuple[str, ...]
    n_subtypes: int
    t_share: Floats
    subtype_share: Floats
    lesion_share: Floats

    def locate(self, marker: str) -> int:
        """Return the column of a marker."""
        return self.markers.index(marker)


def build_marker_law(n_markers: int | None) -> MarkerLaw:
    """Return the law of `n_markers` markers; None: those of the definition file.

    Raises
    ------
    InputError
        If there are fewer than in the definition file, or more than there are genes to add.
    """
    law = frequencies()
    names = [part.marker for part in law.subtypes]
    further = _choose_further([*names, *(part.marker for part in law.lesions)], n_markers)
    bounds = law.further_genes
    lesions = [_spread(part, names) for part in law.lesions]
    for percent in np.linspace(bounds.least_percent, bounds.most_percent, len(further)):
        lesions.append(np.full((2, 2, len(names) + 1), percent / 100))
    return MarkerLaw(
        markers=(*names, *(part.marker for part in law.lesions), *further),
        classes=(
            *(part.alteration_class for part in law.subtypes),
            *(part.alteration_class for part in law.lesions),
            *("mutation" for _ in further),
        ),
        further=further,
        n_subtypes=len(names),
        t_share=np.array(law.lineage.t_percent) / 100,
        subtype_share=np.stack([_share_subtypes(law.subtypes, lineage) for lineage in LINEAGES]),
        lesion_share=np.stack(lesions, axis=-1),
    )


def _share_subtypes(parts: tuple[SubtypePart, ...], lineage: str) -> Floats:
    """Return the shares in one lineage, shape (n_bands, n_subtypes + 1)."""
    shares = np.array([part.percent for part in parts]).T / 100
    shares = shares * [part.lineage == lineage for part in parts]
    return np.hstack([shares, 1 - shares.sum(axis=1, keepdims=True)])


def _choose_further(defined: list[str], n_markers: int | None) -> tuple[str, ...]:
    n_further = 0 if n_markers is None else n_markers - len(defined)
    genes = sorted(mutable_genes() - set(defined))
    if not 0 <= n_further <= len(genes):
        raise InputError(
            f"markers = {n_markers}: expected {len(defined)} to {len(defined) + len(genes)}, "
            "the markers of the definition file and the known genes beside them."
        )
    return tuple(genes[:n_further])


def _spread(part: LesionPart, names: list[str]) -> Floats:
    """Return the shares of one lesion, shape (lineage, child or adult, n_subtypes + 1)."""
    adult = (part.b_percent_adult, part.t_percent_adult)
    shares = np.empty((2, 2, len(names) + 1))
    for row, general in enumerate((part.b_percent, part.t_percent)):
        shares[row, 0] = general
        shares[row, 1] = general if adult[row] is None else adult[row]
    for position, name in enumerate(names):
        if name in part.within:
            shares[:, :, position] = part.within[name]
    return shares / 100


def find_bands(age_years: Floats) -> NDArray[np.intp]:
    """Return the position of each age's band in `age_bands()`."""
    edges = [band.lower for band in age_bands()]
    return np.searchsorted(edges, age_years, side="right") - 1


def compute_frequencies(law: MarkerLaw) -> dict[str, dict[str, dict[str, float]]]:
    """Return the probability of each marker: marker -> lineage (B, T, all) -> age band.

    It is computed from the law, not counted in the patients.
    """
    is_adult = np.array([band.lower >= ADULT_FROM_BAND for band in age_bands()]).astype(int)
    by_lineage = {}
    for row, lineage in enumerate(LINEAGES):
        share = law.subtype_share[row]
        lesions = np.einsum("bs,bsl->bl", share, law.lesion_share[row][is_adult])
        by_lineage[lineage] = np.hstack([share[:, :-1], lesions])
    t_share = law.t_share[:, None]
    by_lineage["all"] = by_lineage["B"] * (1 - t_share) + by_lineage["T"] * t_share
    labels = [band.label for band in age_bands()]
    return {
        marker: {
            lineage: {
                label: round(float(shares[band, column]), 6) for band, label in enumerate(labels)
            }
            for lineage, shares in by_lineage.items()
        }
        for column, marker in enumerate(law.markers)
    }
