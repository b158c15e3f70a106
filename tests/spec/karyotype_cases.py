"""Karyotypes of acute lymphoblastic leukaemia, made up from the rules of ISCN, with their reading.

Each row: text | outcome | ploidy class | present markers | markers of which nothing is known.
Only some markers are looked at: those listed, and that no other of WATCHED is present.
"""

from __future__ import annotations

WATCHED = (
    "BCR::ABL1", "ETV6::RUNX1", "TCF3::PBX1", "TCF3::HLF", "KMT2A-r", "KMT2A::AFF1", "IGH::MYC",
    "IGH::IL3", "BCL11B::TLX3", "TRD::TLX1", "high_hyperdiploidy", "low_hypodiploidy",
    "near_haploidy", "hypodiploidy_40_43", "hypodiploidy_44_45", "near_triploidy",
    "near_tetraploidy", "complex_karyotype", "iAMP21", "trisomy_4", "trisomy_5", "trisomy_10",
    "trisomy_17", "trisomy_18", "trisomy_20", "trisomy_21", "trisomy_X", "monosomy_7",
    "monosomy_20", "del_6q", "del_9p", "del_12p", "del_7p", "dic_9_20", "dic_9_12", "dic_7_9",
    "i_9q", "i_7q", "dup_1q", "CDKN2A_del",
)  # fmt: skip

CASES = """
text | outcome | ploidy | present | inconclusive
46,XX[20] | normal | - | - | ETV6::RUNX1 IGH::DUX4 iAMP21
46,XY[25] | normal | - | - | ETV6::RUNX1 P2RY8::CRLF2
46,XX[19] | normal | - | - | BCR::ABL1 high_hyperdiploidy trisomy_4 complex_karyotype
46,XX | normal | - | - | BCR::ABL1 high_hyperdiploidy
46,xy[3] | normal | - | - | BCR::ABL1
45,X[20] | abnormal | hypodiploidy_44_45 | hypodiploidy_44_45 | -
47,XXYc[20] | normal | - | - | ETV6::RUNX1
47,XXY[20] | abnormal | low_hyperdiploidy | - | trisomy_X
92,XXYY[20] | abnormal | near_tetraploidy | near_tetraploidy | trisomy_4
46,XX,t(9;22)(q34;q11)[20] | abnormal | pseudodiploidy | BCR::ABL1 | ETV6::RUNX1
46,XX,t(9;22)(q34;q11.2)[18]/46,XX[2] | abnormal | pseudodiploidy | BCR::ABL1 | -
46,XY,t(9;22)[10] | abnormal | pseudodiploidy | BCR::ABL1 | -
46,XY,t(9;22;14)(q34;q11;q32)[10] | abnormal | pseudodiploidy | BCR::ABL1 | -
46,XX,?t(9;22)(q34;q11)[4]/46,XX[16] | abnormal | pseudodiploidy | - | BCR::ABL1
46,XX,t(9;22)(q3?4;q11)[4] | abnormal | pseudodiploidy | - | BCR::ABL1
46,XY,t(9;22)(p13;q11)[10] | abnormal | pseudodiploidy | - | -
47,XY,+der(22)t(9;22)(q34;q11)[5] | abnormal | low_hyperdiploidy | BCR::ABL1 | -
45,XX,-7,t(9;22)(q34;q11)[10] | abnormal | hypodiploidy_44_45 | BCR::ABL1 monosomy_7 hypodiploidy_44_45 | -
46,XX,t(12;21)(p13;q22)[5]/46,XX[15] | abnormal | pseudodiploidy | ETV6::RUNX1 | -
46,XX,t(12;21)[5]/46,XX[15] | abnormal | pseudodiploidy | - | ETV6::RUNX1
46,XX,der(19)t(1;19)(q23;p13)[12]/46,XX[8] | abnormal | pseudodiploidy | TCF3::PBX1 dup_1q | -
46,XX,t(1;19)(q23;p13.3)[12] | abnormal | pseudodiploidy | TCF3::PBX1 | -
46,XX,t(1;19)[12] | abnormal | pseudodiploidy | - | TCF3::PBX1
46,XX,t(17;19)(q22;p13)[9] | abnormal | pseudodiploidy | TCF3::HLF | -
46,XY,t(4;11)(q21;q23)[20] | abnormal | pseudodiploidy | KMT2A::AFF1 KMT2A-r | -
46,XY,t(4;11)[20] | abnormal | pseudodiploidy | - | KMT2A::AFF1 KMT2A-r
46,XY,t(2;11)(p21;q23)[20] | abnormal | pseudodiploidy | - | KMT2A-r
46,XY,t(11;19)(q23;p13.3)[20] | abnormal | pseudodiploidy | KMT2A-r | -
46,XY,t(11;19)(q23;p13)[20] | abnormal | pseudodiploidy | - | KMT2A::MLLT1 KMT2A::ELL KMT2A-r
46,XY,t(8;14)(q24;q32)[20] | abnormal | pseudodiploidy | IGH::MYC | -
46,XY,t(5;14)(q31;q32)[20] | abnormal | pseudodiploidy | IGH::IL3 | -
46,XY,t(5;14)(q35;q32)[20] | abnormal | pseudodiploidy | BCL11B::TLX3 | -
46,XY,t(10;14)(q24;q11)[20] | abnormal | pseudodiploidy | TRD::TLX1 | -
55,XX,+X,+4,+6,+10,+14,+17,+18,+21,+21[12]/46,XX[8] | abnormal | high_hyperdiploidy | high_hyperdiploidy trisomy_X trisomy_4 trisomy_10 trisomy_17 trisomy_18 trisomy_21 | -
56~58,XY,+X,+4,+5,+6,+10,+14,+17,+18,+20,+21,+21,+mar[cp8]/46,XY[5] | abnormal | high_hyperdiploidy | high_hyperdiploidy trisomy_4 trisomy_5 trisomy_10 trisomy_17 trisomy_18 trisomy_20 trisomy_21 | trisomy_X
54,XX,+4,+10,+17,+18,+21,+21,+?22,+mar[9] | abnormal | high_hyperdiploidy | high_hyperdiploidy trisomy_4 trisomy_10 trisomy_17 trisomy_18 trisomy_21 | trisomy_22
49~53,XX,+4,+10,+21,inc[3] | abnormal | - | trisomy_4 trisomy_10 trisomy_21 | high_hyperdiploidy trisomy_17 BCR::ABL1
50,XX,+4,+10,+18,+21[10] | abnormal | low_hyperdiploidy | trisomy_4 trisomy_10 trisomy_18 trisomy_21 | -
51,XX,+4,+10,+17,+18,+21[10] | abnormal | high_hyperdiploidy | high_hyperdiploidy trisomy_4 trisomy_10 trisomy_17 trisomy_18 trisomy_21 | -
67<3n>,XX,-16[4] | abnormal | high_hyperdiploidy | high_hyperdiploidy trisomy_4 trisomy_5 trisomy_10 trisomy_17 trisomy_18 trisomy_20 trisomy_21 | -
hyperdiploid | in_words | - | - | high_hyperdiploidy trisomy_4 BCR::ABL1
27,X,+X,+14,+18,+21[10] | abnormal | near_haploidy | near_haploidy monosomy_7 monosomy_20 | -
27<1n>,X,+X,+14,+18,+21[5]/54,idemx2[4]/46,XX[5] | abnormal | near_haploidy | near_haploidy monosomy_7 monosomy_20 | -
54,XX,+X,+X,+14,+14,+18,+18,+21,+21[8] | abnormal | near_haploidy | near_haploidy | high_hyperdiploidy trisomy_X
36,XX,-2,-3,-4,-7,-9,-13,-15,-16,-17,-20[15] | abnormal | low_hypodiploidy | low_hypodiploidy monosomy_7 monosomy_20 | -
36,XX,-2,-3,-4,-7,-9,-13,-15,-16,-17,-20[5]/72,idemx2[10] | abnormal | low_hypodiploidy | low_hypodiploidy monosomy_7 monosomy_20 | -
69<3n>,XX,+1,-2,-3,+5,+6,-7,+8,-9,+10,+11,-13,-15,-16,-17,+18,+19,-20,+21,+22[10] | abnormal | low_hypodiploidy | low_hypodiploidy | near_triploidy
71<3n>,XXX,+4,+21[10] | abnormal | near_triploidy | near_triploidy | trisomy_4
72<3n>,XXX,+mar,inc[3] | abnormal | near_triploidy | near_triploidy | low_hypodiploidy
92,XXYY[5]/46,XY[15] | abnormal | near_tetraploidy | near_tetraploidy | trisomy_4
43,XX,-7,-9,-20[9] | abnormal | hypodiploidy_40_43 | hypodiploidy_40_43 monosomy_7 monosomy_20 | -
45,XY,-20[9] | abnormal | hypodiploidy_44_45 | hypodiploidy_44_45 monosomy_20 | -
45,XY,dic(9;20)(p13;q11)[11]/46,XY[9] | abnormal | hypodiploidy_44_45 | hypodiploidy_44_45 dic_9_20 del_9p | -
45,XX,dic(9;12)(p13;p12)[10] | abnormal | hypodiploidy_44_45 | hypodiploidy_44_45 dic_9_12 del_9p del_12p | -
45,XX,dic(7;9)(p11;p11)[10] | abnormal | hypodiploidy_44_45 | hypodiploidy_44_45 dic_7_9 del_9p del_7p | -
46,XX,i(9)(q10)[10] | abnormal | pseudodiploidy | i_9q del_9p | -
46,XX,i(7q)[10] | abnormal | pseudodiploidy | i_7q del_7p | -
46,XX,del(9)(p13p21)[10] | abnormal | pseudodiploidy | del_9p | -
46,XX,del(9p)[10] | abnormal | pseudodiploidy | del_9p | -
46,XX,9p-[10] | abnormal | pseudodiploidy | del_9p | -
46,XX,add(9)(p13)[10] | abnormal | pseudodiploidy | - | del_9p
46,XY,del(6)(q15q23)[10] | abnormal | pseudodiploidy | del_6q | -
46,XY,del(6)(q?)[10] | abnormal | pseudodiploidy | del_6q | -
46,XY,?del(6)(q15)[3]/46,XY[17] | abnormal | pseudodiploidy | - | del_6q
46,XY,del(12)(p13)[4] | abnormal | pseudodiploidy | del_12p | ETV6::RUNX1
46,XX,dup(1)(q21q42)[10] | abnormal | pseudodiploidy | dup_1q | -
47,XX,+21c[20] | normal | - | - | ETV6::RUNX1
47,XY,+21c[8] | normal | - | - | trisomy_21
48,XX,+X,+21c[10]/47,XX,+21c[10] | abnormal | low_hyperdiploidy | trisomy_X | -
48,XX,+21c,+21[10]/47,XX,+21c[10] | abnormal | low_hyperdiploidy | trisomy_21 | -
55,XX,+X,+4,+6,+10,+14,+17,+18,+21c,+21[20] | abnormal | high_hyperdiploidy | high_hyperdiploidy trisomy_X trisomy_4 trisomy_10 trisomy_17 trisomy_18 trisomy_21 | -
51,XX,+4,+10,+17,+21,+21c[12]/47,XX,+21c[8] | abnormal | low_hyperdiploidy | trisomy_4 trisomy_10 trisomy_17 trisomy_21 | -
52,XX,+4,+10,+17,+18,+21,+21c[12]/47,XX,+21c[8] | abnormal | high_hyperdiploidy | high_hyperdiploidy trisomy_4 trisomy_10 trisomy_17 trisomy_18 trisomy_21 | -
46,XX,inv(9)(p11q13)c[20] | normal | - | - | ETV6::RUNX1
46,XX,9qh+[20] | normal | - | - | -
46,XX,t(14;21)(q11;q22)c[20] | normal | - | - | -
46,XX,iAMP21[10] | abnormal | - | iAMP21 | -
46,XX[20]; intrachromosomal amplification of chromosome 21 | abnormal | - | iAMP21 | -
46,XX,der(21)[10].nuc ish(RUNX1x5~8)[90/100] | abnormal | pseudodiploidy | iAMP21 | -
50,XX,+10,+18,+21,+21[10].nuc ish(RUNX1x5)[90] | abnormal | low_hyperdiploidy | trisomy_10 trisomy_18 trisomy_21 | iAMP21
46,XX[20].nuc ish(ABL1,BCR)x2[200] | normal | - | - | -
46,XX[20].nuc ish(ABL1,BCR)x3(ABL1 con BCRx2)[180/200] | normal | - | BCR::ABL1 | -
46,XX[20].nuc ish(KMT2Ax2)(5'KMT2A sep 3'KMT2Ax1)[80/100] | normal | - | KMT2A-r | -
46,XX[20].nuc ish(CDKN2Ax0)[80/100] | normal | - | CDKN2A_del | -
46,XX[20].ish t(12;21)(ETV6+,RUNX1+) | normal | - | - | ETV6::RUNX1
46,XX / FISH: t(9;22) | normal | - | - | BCR::ABL1
no mitoses | failed | - | - | -
failed | failed | - | - | -
keine Metaphasen | failed | - | - | -
Échec | failed | - | - | -
not done | not_done | - | - | -
 | not_reported | - | - | -
normal karyotype | normal | - | - | BCR::ABL1
complex karyotype | in_words | - | - | complex_karyotype BCR::ABL1
46,XX,t(4;11)(q21;q23)[8]/47,idem,+X[4]/48,idem,+X,+der(4)t(4;11)(q21;q23)[3] | abnormal | low_hyperdiploidy | KMT2A::AFF1 KMT2A-r trisomy_X | -
46,XX,t(9;22)(q34;q11)[5]/45,sl,-7[6]/46,sdl1,+8[3] | abnormal | hypodiploidy_44_45 | BCR::ABL1 monosomy_7 hypodiploidy_44_45 | -
45~47,XY,del(3)(p21),add(5)(q31),del(6)(q13),-7,add(12)(p13),+mar[cp10] | abnormal | - | complex_karyotype del_6q monosomy_7 | del_12p hypodiploidy_44_45
46,XX,del(1)(p22),t(2;3)(p21;q26),del(5)(q13),del(6)(q15),inv(8)(p11q24)[20] | abnormal | pseudodiploidy | complex_karyotype del_6q | -
46,XX,del(1)(p22),t(2;3)(p21;q26),del(5)(q13),del(6)(q15)[20] | abnormal | pseudodiploidy | del_6q | -
46,XX,t(9;22)(q34;q11),del(1)(p22),t(2;3)(p21;q26),del(5)(q13),del(6)(q15)[20] | abnormal | pseudodiploidy | BCR::ABL1 del_6q | -
47,XX,+21[1]/46,XX[19] | abnormal | - | - | trisomy_21
46,XX,t(9;22)(q34;q11)[1]/46,XX[19] | abnormal | - | - | BCR::ABL1
46,XX,t(9;22)(q34;q11)[1]/47,idem,+8[1] | abnormal | - | BCR::ABL1 | trisomy_8
45,XX,-7[2]/46,XX[18] | abnormal | hypodiploidy_44_45 | hypodiploidy_44_45 | monosomy_7
45,XX,-7[3]/46,XX[17] | abnormal | hypodiploidy_44_45 | hypodiploidy_44_45 monosomy_7 | -
46,XX,blorp(7),+8,-9[20] | abnormal | pseudodiploidy | - | BCR::ABL1 del_6q trisomy_4
"""  # noqa: E501
