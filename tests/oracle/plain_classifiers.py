"""A slow plain second implementation of every classifier, written from the sources by hand.

Each function takes one patient of whom everything is known and gives the group, or None outside the
population. Markers are True or False, MRD is a pair (negative, level). `DOMAINS` holds the values
that are tried: every cut-point of a source, and a value on each side of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Patient = dict[str, Any]
NEGATIVE = (True, 1e-6)


def level(*levels: float) -> list[tuple[bool, float]]:
    return [NEGATIVE, *((False, value) for value in levels)]


B, T, BT = ["B"], ["T"], ["B", "T"]
YES_NO = [False, True]
CHILD_AGES = [0.9, 1, 9.9, 10, 21.9, 22]
MRD4 = level(9e-5, 1e-4)
EIGHT = ["IKZF1_del", "PAR1_del", "BTG1_del", "EBF1_del", "PAX5_del", "ETV6_del", "RB1_del"]
UK_HIGH = ["BCR::ABL1", "KMT2A-r", "near_haploidy", "low_hypodiploidy", "iAMP21", "TCF3::HLF"]
RAS_PTEN = ["N/KRAS", "PTEN_altered"]
NGS_ADVERSE = [
    *RAS_PTEN, "PIK3CA", "PIK3R1", "TP53", "DNMT3A", "IDH1", "IDH2", "IKZF1", "IKZF1_del",
]  # fmt: skip
NCCN_POOR = [
    "low_hypodiploidy", "near_haploidy", "TP53", "KMT2A-r", "IGH::MYC", "HLF-r", "MEF2D-r",
    "iAMP21", "IKZF1", "IKZF1_del", "complex_karyotype",
]  # fmt: skip
NCCN_GOOD = ["high_hyperdiploidy", "ETV6::RUNX1", "TCF3::PBX1", "DUX4-r", "PAX5_P80R"]
ADVERSE_XII = [
    "BCR::ABL1", "KMT2A::AFF1", "IGH::MYC", "complex_karyotype", "low_hypodiploidy",
    "near_triploidy",
]  # fmt: skip
TIER_1 = ["dux4_r", "etv6_runx1", "etv6_runx1_like", "tcf3_pbx1", "pax5_p80r", "high_hyperdiploidy"]
TIER_2 = ["pax5alt", "znf384_r", "znf384_like", "mef2d_r"]
TIER_3 = ["bcr_abl1_like", "low_hypodiploidy", "near_haploidy", "bcl2_myc_r"]


def any_of(p: Patient, names: list[str]) -> bool:
    return any(p[name] for name in names)


def is_child_with_b_all(p: Patient, below: float) -> bool:
    return bool(p["lineage"] == "B" and 1 <= p["age_years"] < below)


def nci(p: Patient) -> str | None:
    if not is_child_with_b_all(p, 22):
        return None
    return "standard" if p["age_years"] < 10 and p["wbc_10e9_per_l"] < 50 else "high"


def cog_2007(p: Patient) -> str | None:
    by_age = nci(p)
    hidden = p["near_haploidy"] or p["low_hypodiploidy"]
    if by_age is None:
        return None
    if p["modal_number"] < 44 or hidden or p["BCR::ABL1"] or p["induction_failure"]:
        return "very_high"
    triple = p["trisomy_4"] and p["trisomy_10"] and p["trisomy_17"]
    return "lower" if by_age == "standard" and (p["ETV6::RUNX1"] or triple) else by_age


def cog_aall08b1(p: Patient) -> str | None:
    by_age = nci(p)
    if by_age is None:
        return None
    day_8, day_29 = p["mrd_day_8"][1], p["mrd_end_of_induction"][1]
    good = p["ETV6::RUNX1"] or (p["trisomy_4"] and p["trisomy_10"])
    if any_of(p, [*UK_HIGH[:5], "induction_failure"]):
        return "very_high"
    if by_age == "high":
        return "high" if p["age_years"] < 13 and day_29 < 1e-4 else "very_high"
    if good:
        return "high" if day_29 >= 1e-4 else "low" if day_8 < 1e-4 else "average"
    return "very_high" if day_29 >= 1e-4 else "average" if day_8 < 0.01 else "high"


def heh_cog_trisomies(p: Patient) -> str | None:
    if p["lineage"] != "B" or not p["high_hyperdiploidy"]:
        return None
    if not (p["trisomy_4"] and p["trisomy_10"]):
        return "other"
    return "triple_trisomy" if p["trisomy_17"] else "double_trisomy"


def heh_eortc_modal_number(p: Patient) -> str | None:
    n = p["modal_number"]
    if p["lineage"] != "B" or not p["high_hyperdiploidy"]:
        return None
    for group, low, high in (("n51_53", 51, 53), ("n54_57", 54, 57), ("n58_66", 58, 66)):
        if low <= n <= high:
            return group
    return None


def heh_eortc_dna_index(p: Patient) -> str | None:
    index = p["dna_index"]
    if p["lineage"] != "B" or not p["high_hyperdiploidy"]:
        return None
    return "di_low" if index < 1.16 else "di_middle" if index < 1.24 else "di_high"


def heh_moorman_2003(p: Patient) -> str | None:
    if p["lineage"] != "B" or not p["high_hyperdiploidy"] or p["age_years"] < 1:
        return None
    if p["sex"] == "other":
        return None
    young, plus18 = p["age_years"] < 10, p["trisomy_18"]
    if p["sex"] == "male":
        return "intermediate" if young and plus18 else "high"
    if young:
        return "best" if plus18 else "intermediate"
    return "intermediate" if plus18 else "high"


def ukall_heh(p: Patient) -> str | None:
    if p["lineage"] != "B" or not p["high_hyperdiploidy"]:
        return None
    both, one = p["trisomy_17"] and p["trisomy_18"], p["trisomy_17"] or p["trisomy_18"]
    neither = not p["trisomy_5"] and not p["trisomy_20"]
    return "good" if both or (one and neither) else "poor"


def hypodiploid_classes(p: Patient) -> str | None:
    n = p["modal_number"]
    if p["lineage"] != "B" or (n >= 45 and not p["near_haploidy"] and not p["low_hypodiploidy"]):
        return None
    if p["near_haploidy"]:
        return "n24_30"
    if p["low_hypodiploidy"]:
        return "n33_39"
    classes = ((30, "n24_30"), (32, "n31_32"), (39, "n33_39"), (43, "n40_43"), (44, "n44"))
    return next(group for most, group in classes if n <= most)


def uk_cytogenetic(p: Patient) -> str | None:
    if not is_child_with_b_all(p, 25):
        return None
    if any_of(p, UK_HIGH):
        return "high"
    return "good" if p["ETV6::RUNX1"] or p["high_hyperdiploidy"] else "intermediate"


def ukall_cna(p: Patient) -> str | None:
    if not is_child_with_b_all(p, 25):
        return None
    deleted = {name.removesuffix("_del") for name in EIGHT if p[name]}
    if p["CDKN2A/B_del"]:
        deleted.add("CDKN2A/B")
    good: list[set[str]] = [set(), {"ETV6"}, {"PAX5"}, {"BTG1"}]
    good += [{"ETV6", other} for other in ("BTG1", "PAX5", "CDKN2A/B")]
    return "good" if deleted in good else "poor"


def gen_gr_pr(p: Patient) -> str | None:
    cytogenetics = uk_cytogenetic(p)
    if cytogenetics is None:
        return None
    if cytogenetics == "intermediate":
        return ukall_cna(p)
    return "good" if cytogenetics == "good" else "poor"


def ikzf1_plus(p: Patient) -> str | None:
    if p["lineage"] != "B":
        return None
    if not p["IKZF1_del"]:
        return "not_deleted"
    partner = any_of(p, ["CDKN2A/B_del", "PAX5_del", "PAR1_del"])
    return "plus" if partner and not p["ERG_del"] else "deleted"


def aieop_bfm_2000_mrd(p: Patient) -> str | None:
    if not is_child_with_b_all(p, 19):
        return None
    day_33, day_78 = p["mrd_end_of_induction"], p["mrd_end_of_consolidation"]
    if day_33[0] and day_78[0]:
        return "standard"
    return "high" if day_78[1] >= 1e-3 else "intermediate"


def aieop_bfm_2009_mrd(p: Patient) -> str | None:
    if not is_child_with_b_all(p, 19):
        return None
    day_15, day_33, day_78 = (
        p[f"mrd_{x}"] for x in ("day_15", "end_of_induction", "end_of_consolidation")
    )
    if p["protocol_high_risk_factor"] or day_15[1] >= 0.1:
        return "high"
    if p["pcr_mrd_not_available"]:
        return "standard" if day_15[1] < 1e-3 else "medium"
    if day_78[1] >= 5e-4 or (day_33[1] >= 5e-4 and not day_78[0]):
        return "high"
    return "standard" if day_33[0] and day_78[0] else "medium"


def dcog_all10_mrd(p: Patient) -> str | None:
    if not is_child_with_b_all(p, 19):
        return None
    day_33, day_79 = p["mrd_end_of_induction"], p["mrd_end_of_consolidation"]
    if p["protocol_unfavourable_factor"] or day_79[1] >= 5e-4:
        return "high"
    return "standard" if day_33[0] and day_79[0] else "medium"


def ukall_2011_mrd(p: Patient) -> str | None:
    if not is_child_with_b_all(p, 25):
        return None
    if p["mrd_end_of_induction"][1] < 5e-5 and not p["protocol_unfavourable_factor"]:
        return "low"
    return "high" if p["mrd_end_of_consolidation"][1] >= 5e-3 else "intermediate"


def total_xvi_mrd(p: Patient) -> str | None:
    if not is_child_with_b_all(p, 19):
        return None
    day_15, day_42 = p["mrd_day_15"][1], p["mrd_end_of_induction"][1]
    if day_42 >= 0.01 or (day_42 >= 1e-4 and p["protocol_week_15_mrd_high"]):
        return "high"
    low = p["protocol_favourable_factor"] and day_15 < 0.01 and day_42 < 1e-4
    return "low" if low else "standard"


def all06_sr(p: Patient) -> str | None:
    if p["lineage"] == "MPAL":
        return None
    good = not p["prednisone_poor_response"] and not p["KMT2A::AFF1"]
    good = good and p["complete_remission_end_of_induction"]
    negative = p["mrd_end_of_induction"][0] and p["mrd_end_of_consolidation"][0]
    return "standard" if good and negative else "not_standard"


def ukallxii_clinical(p: Patient) -> str | None:
    if p["lineage"] == "MPAL" or p["age_years"] < 15:
        return None
    limit = 30 if p["lineage"] == "B" else 100
    high = p["age_years"] > 35 or p["wbc_10e9_per_l"] > limit or p["BCR::ABL1"]
    return "high" if high else "standard"


def ukallxii_cytogenetic(p: Patient) -> str | None:
    if p["lineage"] == "MPAL" or p["age_years"] < 15:
        return None
    if any_of(p, ADVERSE_XII):
        return "adverse"
    return "good" if p["high_hyperdiploidy"] or p["del_9p"] else "standard"


def e2993_tiers(p: Patient) -> str | None:
    if p["lineage"] != "B" or p["age_years"] < 15 or p["BCR::ABL1"]:
        return None
    if p["subtype"] == "kmt2a_r":
        return "high" if p["KMT2A::AFF1"] else None
    tiers = {"standard": TIER_1, "intermediate": TIER_2, "high": TIER_3}
    return next((tier for tier, subtypes in tiers.items() if p["subtype"] in subtypes), None)


def is_nfrp_low(p: Patient) -> bool:
    return bool(p["NOTCH1/FBXW7"]) and not any_of(p, RAS_PTEN)


def graall_2014_genetics(p: Patient) -> str | None:
    if p["lineage"] == "MPAL" or p["age_years"] < 15 or p["BCR::ABL1"]:
        return None
    if p["lineage"] == "B":
        return "unfavourable" if p["KMT2A-r"] or p["IKZF1_del"] else "favourable"
    return "favourable" if is_nfrp_low(p) else "unfavourable"


def graall_2014(p: Patient) -> str | None:
    genetics = graall_2014_genetics(p)
    if genetics is None:
        return None
    n = (genetics == "unfavourable") + (p["mrd_end_of_induction"][1] >= 1e-4)
    return ["none", "one", "both"][n]


def t_all_nfrp(p: Patient) -> str | None:
    if p["lineage"] != "T" or p["age_years"] < 15:
        return None
    return "low" if is_nfrp_low(p) else "high"


def fralle_2000t(p: Patient) -> str | None:
    if p["lineage"] != "T" or not 1 <= p["age_years"] < 19:
        return None
    n = (p["wbc_10e9_per_l"] >= 200) + (p["mrd_end_of_induction"][1] >= 1e-4)
    return ["none", "one", "two", "all"][n + (not is_nfrp_low(p))]


def ngs_t_all_2024(p: Patient) -> str | None:
    if p["lineage"] != "T":
        return None
    good = any_of(p, ["NOTCH1/FBXW7", "PHF6", "EP300"])
    return "low" if good and not any_of(p, NGS_ADVERSE) else "high"


def graall_kmt2a(p: Patient) -> str | None:
    if p["lineage"] != "B" or p["age_years"] < 15 or not p["KMT2A-r"]:
        return None
    return "adverse" if any_of(p, ["TP53", "TP53_del", "IKZF1", "IKZF1_del"]) else "other"


def pethema_all19(p: Patient) -> str | None:
    if p["lineage"] != "B" or p["age_years"] < 15 or p["BCR::ABL1"]:
        return None
    double = p["IKZF1_del"] and p["CDKN2A/B_del"]
    genetics = any_of(p, ["low_hypodiploidy", "KMT2A-r", "TP53_biallelic"]) or double
    return "transplant" if genetics or p["mrd_end_of_induction"][1] >= 1e-4 else "chemotherapy"


def ukall14(p: Patient) -> str | None:
    if p["lineage"] == "MPAL" or p["age_years"] < 23:
        return None
    lesions = [name for name in ADVERSE_XII if name != "IGH::MYC"]
    high = p["age_years"] > 40 or p["mrd_end_of_induction"][1] >= 1e-4 or any_of(p, lesions)
    return "high" if high else "standard"


def nccn_adult_b(p: Patient) -> str | None:
    if p["lineage"] != "B" or p["age_years"] < 15 or p["BCR::ABL1"]:
        return None
    poor_subtype = p["subtype"] in ("bcr_abl1_like", "pax5alt")
    if p["modal_number"] < 44 or poor_subtype or any_of(p, NCCN_POOR):
        return "poor"
    return "standard" if any_of(p, NCCN_GOOD) else "not_listed"


def euromrd_end_of_induction(p: Patient) -> str | None:
    return _respond(p, "end_of_induction")


def euromrd_end_of_consolidation(p: Patient) -> str | None:
    return _respond(p, "end_of_consolidation")


def _respond(p: Patient, time: str) -> str | None:
    if p["lineage"] == "MPAL" or not p[f"complete_remission_{time}"]:
        return None
    negative, value = p[f"mrd_{time}"]
    return "complete" if negative else "failure" if value >= 1e-4 else "intermediate"


def is_child_in_relapse(p: Patient) -> bool:
    return p["lineage"] != "MPAL" and p["age_years"] < 19 and p["first_relapse"]


def relapse_cog(p: Patient) -> str | None:
    if not is_child_in_relapse(p):
        return None
    if p["lineage"] == "T" or p["relapse_timing"] != "late":
        return "high"
    return "low" if p["mrd_relapse_end_of_block_1"][1] < 1e-3 else "intermediate"


def relapse_bfm(p: Patient) -> str | None:
    if not is_child_in_relapse(p):
        return None
    site, timing = p["relapse_site"], p["relapse_timing"]
    if site == "isolated_extramedullary":
        return "low" if timing == "late" else "intermediate"
    if p["lineage"] == "T" or timing == "very_early":
        return "high"
    return "high" if site == "isolated_marrow" and timing == "early" else "intermediate"


def relapse_uk(p: Patient) -> str | None:
    if not is_child_in_relapse(p):
        return None
    site, timing = p["relapse_site"], p["relapse_timing"]
    if timing == "very_early":
        return "high"
    if site == "isolated_extramedullary":
        return "standard" if timing == "late" else "intermediate"
    if p["lineage"] == "T" or (site == "isolated_marrow" and timing == "early"):
        return "high"
    return "intermediate"


def flags(*names: str) -> dict[str, list[Any]]:
    return dict.fromkeys(names, YES_NO)


ANY_LINEAGE = {"lineage": ["B", "T", "MPAL"]}
HEH = {**ANY_LINEAGE, **flags("high_hyperdiploidy")}
ADULT = {**ANY_LINEAGE, "age_years": [14.9, 15]}
CHILD = {**ANY_LINEAGE, "age_years": [0.9, 1, 18.9, 19]}
CHILD_25 = {**ANY_LINEAGE, "age_years": [0.9, 1, 24.9, 25]}
RELAPSE = {
    **ANY_LINEAGE,
    "age_years": [18.9, 19],
    **flags("first_relapse"),
    "relapse_timing": ["very_early", "early", "late"],
    "relapse_site": ["isolated_marrow", "combined", "isolated_extramedullary"],
}
BOTH_MRD = {
    "mrd_end_of_induction": level(9e-5, 1e-4, 4.9e-4, 5e-4),
    "mrd_end_of_consolidation": level(1e-5, 4.9e-4, 5e-4, 9.9e-4, 1e-3),
}
NFRP = flags("NOTCH1/FBXW7", *RAS_PTEN)
COG = {**ANY_LINEAGE, "age_years": CHILD_AGES, "wbc_10e9_per_l": [49.9, 50]}
COG_LESIONS = ["BCR::ABL1", "near_haploidy", "low_hypodiploidy", "induction_failure", "ETV6::RUNX1"]
CNA = flags(*EIGHT, "CDKN2A/B_del")
CYTOGENETICS = flags(*UK_HIGH, "ETV6::RUNX1", "high_hyperdiploidy")

DOMAINS: dict[str, dict[str, list[Any]]] = {
    "nci": COG,
    "cog_2007": {
        "lineage": BT, "age_years": [0.9, 9.9, 10, 22], "wbc_10e9_per_l": [49.9, 50],
        "modal_number": [43, 44], **flags(*COG_LESIONS, "trisomy_4", "trisomy_10", "trisomy_17"),
    },
    "cog_aall08b1": {
        "lineage": B, "age_years": [0.9, 9.9, 12.9, 13], "wbc_10e9_per_l": [49.9, 50],
        **flags(*COG_LESIONS, "KMT2A-r", "iAMP21", "trisomy_4", "trisomy_10"),
        "mrd_day_8": level(1e-4, 0.01), "mrd_end_of_induction": MRD4,
    },
    "heh_cog_trisomies": {**HEH, **flags("trisomy_4", "trisomy_10", "trisomy_17")},
    "heh_eortc_modal_number": {**HEH, "modal_number": [50, 51, 53, 54, 57, 58, 66, 67]},
    "heh_eortc_dna_index": {**HEH, "dna_index": [1.159, 1.16, 1.239, 1.24]},
    "heh_moorman_2003": {
        **HEH, "age_years": [0.9, 1, 9.9, 10], "sex": ["female", "male", "other"],
        **flags("trisomy_18"),
    },
    "ukall_heh": {**HEH, **flags("trisomy_5", "trisomy_17", "trisomy_18", "trisomy_20")},
    "hypodiploid_classes": {
        **ANY_LINEAGE, "modal_number": [24, 30, 31, 32, 33, 39, 40, 43, 44, 45],
        **flags("near_haploidy", "low_hypodiploidy"),
    },
    "uk_cytogenetic": {**CHILD_25, **CYTOGENETICS},
    "ukall_cna": {**CHILD_25, **CNA},
    "gen_gr_pr": {"lineage": B, "age_years": [4], **CYTOGENETICS, **CNA},
    "ikzf1_plus": {
        **ANY_LINEAGE,
        **flags("IKZF1_del", "CDKN2A/B_del", "PAX5_del", "PAR1_del", "ERG_del"),
    },
    "aieop_bfm_2000_mrd": {**CHILD, **BOTH_MRD},
    "aieop_bfm_2009_mrd": {
        **CHILD, **BOTH_MRD, "mrd_day_15": level(9e-4, 1e-3, 0.09, 0.1),
        **flags("protocol_high_risk_factor", "pcr_mrd_not_available"),
    },
    "dcog_all10_mrd": {**CHILD, **BOTH_MRD, **flags("protocol_unfavourable_factor")},
    "ukall_2011_mrd": {
        **CHILD_25, "mrd_end_of_induction": level(4.9e-5, 5e-5, 1e-4),
        "mrd_end_of_consolidation": level(4.9e-3, 5e-3), **flags("protocol_unfavourable_factor"),
    },
    "total_xvi_mrd": {
        **CHILD, "mrd_day_15": level(9.9e-3, 0.01), "mrd_end_of_induction": level(9e-5, 1e-4, 0.01),
        **flags("protocol_favourable_factor", "protocol_week_15_mrd_high"),
    },
    "all06_sr": {
        **ANY_LINEAGE, "mrd_end_of_induction": MRD4, "mrd_end_of_consolidation": MRD4,
        **flags("prednisone_poor_response", "KMT2A::AFF1", "complete_remission_end_of_induction"),
    },
    "ukallxii_clinical": {
        **ANY_LINEAGE, "age_years": [14.9, 15, 35, 35.1],
        "wbc_10e9_per_l": [30, 30.1, 100, 100.1], **flags("BCR::ABL1"),
    },
    "ukallxii_cytogenetic": {**ADULT, **flags(*ADVERSE_XII, "high_hyperdiploidy", "del_9p")},
    "e2993_tiers": {
        **ADULT, **flags("BCR::ABL1", "KMT2A::AFF1"),
        "subtype": [*TIER_1, *TIER_2, *TIER_3, "kmt2a_r", "b_other"],
    },
    "graall_2014_genetics": {**ADULT, **flags("BCR::ABL1", "KMT2A-r", "IKZF1_del"), **NFRP},
    "graall_2014": {
        **ADULT, **flags("BCR::ABL1", "KMT2A-r", "IKZF1_del"), **NFRP, "mrd_end_of_induction": MRD4,
    },
    "t_all_nfrp": {**ADULT, **NFRP},
    "fralle_2000t": {
        **CHILD, **NFRP, "wbc_10e9_per_l": [199, 200], "mrd_end_of_induction": MRD4,
    },
    "ngs_t_all_2024": {"lineage": BT, **flags("NOTCH1/FBXW7", "PHF6", "EP300", *NGS_ADVERSE)},
    "graall_kmt2a": {**ADULT, **flags("KMT2A-r", "TP53", "TP53_del", "IKZF1", "IKZF1_del")},
    "pethema_all19": {
        **ADULT, "mrd_end_of_induction": MRD4,
        **flags("BCR::ABL1", "low_hypodiploidy", "KMT2A-r", "TP53_biallelic", "IKZF1_del"),
        **flags("CDKN2A/B_del"),
    },
    "ukall14": {
        **ANY_LINEAGE, "age_years": [22.9, 23, 40, 40.1], "mrd_end_of_induction": MRD4,
        **flags(*(name for name in ADVERSE_XII if name != "IGH::MYC")),
    },
    "nccn_adult_b": {
        "lineage": B, "age_years": [15], "BCR::ABL1": [False], "modal_number": [43, 44],
        "subtype": ["bcr_abl1_like", "b_other"], **flags(*NCCN_POOR, *NCCN_GOOD),
    },
    "euromrd_end_of_induction": {
        **ANY_LINEAGE, "mrd_end_of_induction": MRD4, **flags("complete_remission_end_of_induction"),
    },
    "euromrd_end_of_consolidation": {
        **ANY_LINEAGE, "mrd_end_of_consolidation": MRD4,
        **flags("complete_remission_end_of_consolidation"),
    },
    "relapse_cog": {**RELAPSE, "mrd_relapse_end_of_block_1": level(9.9e-4, 1e-3)},
    "relapse_bfm": RELAPSE,
    "relapse_uk": RELAPSE,
}  # fmt: skip
"""Classifier to its items and the values tried; every combination is."""

PLAIN: dict[str, Callable[[Patient], str | None]] = {name: globals()[name] for name in DOMAINS}
