"""Little patients that say how a subtype is found: read by the tests and the docs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubtypeCase:
    """One rule, shown on one patient.

    Attributes
    ----------
    title : str
        The rule in one sentence.
    lineage : str
        B or T.
    known : str
        `marker status, marker status`; markers that are not named have the status `others`.
    others : str
        Status of every other marker that decides.
    subtype : str
        Expected name, or `open`.
    still_open : str
        Entities that cannot be excluded, or empty; `all` for every entity of the scheme.
    basis : str
        How it was decided.
    scheme : str
        Taxonomy.
    """

    title: str
    lineage: str
    known: str
    others: str
    subtype: str
    still_open: str
    basis: str
    scheme: str = "ICC-2022"


SUBTYPE_CASES = (
    SubtypeCase(
        "The defining lesion was found; it settles the matter, the others need no test.",
        "B", "ETV6::RUNX1 present", "not_tested",
        "etv6_runx1", "", "lesion",
    ),
    SubtypeCase(
        "BCR::ABL1 goes before high hyperdiploidy.",
        "B", "BCR::ABL1 present, high_hyperdiploidy present", "absent",
        "bcr_abl1", "", "lesion",
    ),
    SubtypeCase(
        "High hyperdiploidy without a test for BCR::ABL1: BCR::ABL1 cannot be excluded.",
        "B", "high_hyperdiploidy present, BCR::ABL1 not_tested", "absent",
        "high_hyperdiploidy", "bcr_abl1", "lesion",
    ),
    SubtypeCase(
        "Any fusion of KMT2A is KMT2A-r, also where the partner only was tested.",
        "B", "KMT2A::AFF1 present", "not_tested",
        "kmt2a_r", "", "lesion",
    ),
    SubtypeCase(
        "KMT2A::AFF1 was not found, but other partners were not looked for: KMT2A-r stays open.",
        "B", "KMT2A::AFF1 absent, KMT2A-r not_tested", "absent",
        "open", "kmt2a_r", "none",
    ),
    SubtypeCase(
        "TCF3 is not rearranged with any partner: TCF3::PBX1 and TCF3::HLF are excluded.",
        "B", "TCF3-r absent, TCF3::PBX1 not_tested, TCF3::HLF not_tested", "absent",
        "b_other", "", "exclusion", "WHO-HAEM5",
    ),
    SubtypeCase(
        "TCF3 is rearranged and nobody knows with what: either fusion may be the one.",
        "B", "TCF3-r present, TCF3::PBX1 not_tested, TCF3::HLF not_tested", "absent",
        "open", "tcf3_hlf, tcf3_pbx1", "none", "WHO-HAEM5",
    ),
    SubtypeCase(
        "B-other: every entity was looked for and not found, the expression profiles too.",
        "B", "bcr_abl1_like absent", "absent",
        "b_other", "", "exclusion",
    ),
    SubtypeCase(
        "Nothing tested: nothing excluded. It is open, never B-other.",
        "B", "TP53 absent", "not_tested",
        "open", "all", "none",
    ),
    SubtypeCase(
        "A failed test excludes nothing.",
        "B", "iAMP21 failed", "absent",
        "open", "iamp21", "none",
    ),
    SubtypeCase(
        "An inconclusive test (RT-PCR of BCR::ABL1 p190 alone, clean) excludes nothing.",
        "B", "BCR::ABL1 inconclusive", "absent",
        "open", "bcr_abl1", "none",
    ),
    SubtypeCase(
        "BCR::ABL1-like by gene expression, with a name that a trial uses.",
        "B", "Ph-like present", "absent",
        "bcr_abl1_like", "", "call",
    ),
    SubtypeCase(
        "Without a profile a kinase fusion stands for BCR::ABL1-like.",
        "B", "EBF1::PDGFRB present, bcr_abl1_like not_tested, Ph-like not_tested", "absent",
        "bcr_abl1_like", "", "surrogate",
    ),
    SubtypeCase(
        "A kinase fusion needs a test for BCR::ABL1 before it stands for BCR::ABL1-like.",
        "B", "ABL1-r present, BCR::ABL1 not_tested, bcr_abl1_like not_tested, Ph-like not_tested",
        "absent",
        "open", "bcr_abl1, bcr_abl1_like", "none",
    ),
    SubtypeCase(
        "That no kinase fusion was found does not exclude BCR::ABL1-like: no profile was done.",
        "B", "bcr_abl1_like not_tested, Ph-like not_tested", "absent",
        "open", "bcr_abl1_like", "none",
    ),
    SubtypeCase(
        "The profile goes before the lesions: CRLF2 rearranged, profile not BCR::ABL1-like.",
        "B", "P2RY8::CRLF2 present, bcr_abl1_like absent, Ph-like not_tested", "absent",
        "b_other", "", "exclusion",
    ),
    SubtypeCase(
        "PAX5 without any mutation excludes PAX5 P80R.",
        "B", "PAX5 absent, PAX5_P80R not_tested, pax5_p80r not_tested", "absent",
        "b_other", "", "exclusion",
    ),
    SubtypeCase(
        "A PAX5 mutation that is not described may be P80R.",
        "B", "PAX5 present, PAX5_P80R not_tested, pax5_p80r not_tested", "absent",
        "open", "pax5_p80r", "none",
    ),
    SubtypeCase(
        "DUX4 rearranged by the delivery's own word, no sequencing in the pool.",
        "B", "dux4_r present", "not_tested",
        "dux4_r", "", "call",
    ),
    SubtypeCase(
        "ERG deleted is no DUX4 rearrangement: it stays open.",
        "B", "ERG_del present, DUX4-r not_tested, dux4_r not_tested", "absent",
        "open", "dux4_r", "none",
    ),
    SubtypeCase(
        "TCF4::HLF is an HLF rearrangement for ICC ...",
        "B", "TCF4::HLF present", "absent",
        "tcf3_hlf", "", "lesion",
    ),
    SubtypeCase(
        "... and for WHO it is not TCF3::HLF.",
        "B", "TCF4::HLF present", "absent",
        "b_other", "", "exclusion", "WHO-HAEM5",
    ),
    SubtypeCase(
        "IKZF1 N159Y is an entity of ICC only.",
        "B", "IKZF1_N159Y present, IKZF1 present", "absent",
        "b_other", "", "exclusion", "WHO-HAEM5",
    ),
    SubtypeCase(
        "Near-haploidy goes before high hyperdiploidy: a doubled clone.",
        "B", "near_haploidy present, high_hyperdiploidy present", "absent",
        "near_haploidy", "", "lesion",
    ),
    SubtypeCase(
        "High hyperdiploidy where a doubled near-haploid clone was not excluded.",
        "B", "high_hyperdiploidy present, near_haploidy inconclusive", "absent",
        "high_hyperdiploidy", "near_haploidy", "lesion",
    ),
    SubtypeCase(
        "STIL::TAL1 is the TAL1 group; that of TLX1 and others was not excluded is said.",
        "T", "STIL::TAL1 present, TLX1-r not_tested, tlx1 not_tested", "absent",
        "tal1", "tlx1", "lesion",
    ),
    SubtypeCase(
        "PICALM::MLLT10 is the HOXA group.",
        "T", "PICALM::MLLT10 present", "not_tested",
        "hoxa", "", "lesion",
    ),
    SubtypeCase(
        "ETP-ALL by flow cytometry goes before TLX3; BCL11B was not tested.",
        "T", "ETP_phenotype present, TLX3-r present", "not_tested",
        "etp", "bcl11b", "call",
    ),
    SubtypeCase(
        "WHO has only ETP-ALL beside T-ALL: without the phenotype it is the rest.",
        "T", "ETP_phenotype absent, TLX3-r present", "not_tested",
        "t_other", "", "exclusion", "WHO-HAEM5",
    ),
    SubtypeCase(
        "T-ALL without any test is open.",
        "T", "NOTCH1 present", "not_tested",
        "open", "all", "none",
    ),
)  # fmt: skip
