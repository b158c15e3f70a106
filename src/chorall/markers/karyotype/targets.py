"""The markers that a karyotype can speak of."""

from __future__ import annotations

from functools import cache

from chorall.markers.karyotype.lesions import recurrent_lesions

PLOIDY_MARKERS = (
    "near_haploidy",
    "low_hypodiploidy",
    "hypodiploidy_40_43",
    "hypodiploidy_44_45",
    "high_hyperdiploidy",
    "near_triploidy",
    "near_tetraploidy",
)


def list_karyotype_markers() -> dict[str, tuple[str, bool]]:
    """Return every marker a karyotype can speak of, with its class and whether it may be absent.

    Returns
    -------
    dict of str to (str, bool)
        False for a lesion that karyotypes do not show: a clean one never excludes it.
    """
    hidden = list_cryptic()
    return {marker: (kind, marker not in hidden) for marker, kind in list_markers().items()}


def list_markers() -> dict[str, str]:
    """Return every marker a karyotype can speak of, with its class."""
    lesions = {lesion.marker: lesion.alteration_class for lesion in recurrent_lesions()}
    numbers = [f"{word}_{n}" for word in ("trisomy", "monosomy") for n in (*range(1, 23), "X")]
    karyotypes = (*PLOIDY_MARKERS, "complex_karyotype", *numbers)
    return lesions | dict.fromkeys(karyotypes, "karyotype")


@cache
def list_cryptic() -> frozenset[str]:
    """Return the markers that karyotypes do not show."""
    return frozenset({lesion.marker for lesion in recurrent_lesions() if lesion.cryptic})
