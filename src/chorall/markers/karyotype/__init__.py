"""Karyotypes: from the text of a laboratory to clones, ploidy and marker statuses."""

from chorall.markers.karyotype.complexity import count_abnormalities, is_complex
from chorall.markers.karyotype.modal_number import find_modal_number
from chorall.markers.karyotype.model import (
    Abnormality,
    Band,
    Clone,
    FishSignal,
    Karyotype,
    Region,
)
from chorall.markers.karyotype.ploidy import Ploidy, assign_ploidy
from chorall.markers.karyotype.read import read_karyotype
from chorall.markers.karyotype.rules import KaryotypeRules, karyotype_rules
from chorall.markers.karyotype.statuses import KaryotypeStatus, derive_karyotype_statuses
from chorall.markers.karyotype.targets import list_karyotype_markers

__all__ = [
    "Abnormality",
    "Band",
    "Clone",
    "FishSignal",
    "Karyotype",
    "KaryotypeRules",
    "KaryotypeStatus",
    "Ploidy",
    "Region",
    "assign_ploidy",
    "count_abnormalities",
    "derive_karyotype_statuses",
    "find_modal_number",
    "is_complex",
    "karyotype_rules",
    "list_karyotype_markers",
    "read_karyotype",
]
