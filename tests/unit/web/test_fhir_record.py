"""FHIR resources -> a patient file: what is open stays open, for a reason that is told."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from unit.models.bank.made_bank import make_bank
from unit.web import made_record as made

from chorall.errors import InputError
from chorall.models.bank.design import Design
from chorall.models.bank.features import Feature
from chorall.web.health_record import known as why
from chorall.web.health_record import observations as said
from chorall.web.health_record.record import read_record

DAY = date.fromisoformat(made.TODAY)
MORE = (
    Feature("wbc_10e9_per_l", "number", "blood", transform="log2", low=0, high=2000),
    Feature("BCR::ABL1", "marker", "subtype"),
    Feature("CRLF2-r", "marker", "subtype"),
)


@pytest.fixture(scope="module")
def bank():
    bank = make_bank()
    design = Design((*bank.design.features, *MORE), bank.design.strategies, bank.design.covariates)
    return dataclasses.replace(bank, design=design)


@pytest.fixture
def read(bank):
    return lambda *resources, today=DAY: read_record(resources, bank, today)


def test_a_whole_record_by_hand(read):
    """1994-03-02 to 2024-05-10 are 11027 days, 30.19 years; 10 May to 20 June are 41 days."""
    found = read(*made.WHOLE)
    assert found.patient == {
        "lineage": "B",
        "age_years": 30.19,
        "sex": "male",
        "course": {"state": "remission", "day": 41, "since_day": 33},
        "TP53": "absent",
        "IKZF1_del": "present",
        "mrd_end_of_induction": 0.001,
        "wbc_10e9_per_l": 42.5,
    }
    assert found.open_items == {"BCR::ABL1": why.NOT_THERE, "CRLF2-r": why.NOT_THERE}
    assert not found.lacking
    assert set(found.used) == {"Patient/p1", "Condition/c1", *(
        f"Observation/{one['id']}" for one in made.WHOLE if one["resourceType"] == "Observation"
    )}  # fmt: skip


@pytest.mark.parametrize("left_out", range(2, 7))
def test_each_observation_left_out_opens_its_item_and_makes_nothing_absent(read, left_out):
    whole = read(*made.WHOLE).patient
    found = read(*(one for place, one in enumerate(made.WHOLE) if place != left_out))
    for item, value in found.patient.items():
        assert whole[item] == value or item == "course"
    assert len(found.patient) < len(whole) or "course" in found.open_items


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"dataAbsentReason": made.concept("x", "not-performed")}, said.NO_RESULT),
        ({"dataAbsentReason": {}}, said.NO_RESULT),
        ({"valueCodeableConcept": None}, said.NO_ANSWER),
        ({"valueCodeableConcept": made.concept(made.LOINC, "LA18198-4")}, said.NO_ANSWER),
        ({"valueCodeableConcept": {"text": "wild type"}}, said.NO_ANSWER),
        ({"valueCodeableConcept": None, "valueBoolean": False}, said.NO_ANSWER),
        ({"interpretation": [made.concept(made.INTERPRETATION, "POS")]}, said.NO_ANSWER),
        ({"status": "preliminary"}, said.NOT_FINAL),
        ({"status": "entered-in-error"}, said.NOT_FINAL),
        ({"status": None}, said.NOT_FINAL),
        ({"effectiveDateTime": "2025-05-10"}, why.NOT_IN_TIME),
        ({"effectiveDateTime": "2024-05"}, why.NO_DAY),
        ({"effectiveDateTime": None}, why.NO_DAY),
        ({"component": [*made.TP53["component"], {"code": made.concept(made.LOINC, "81252-9")}]},
         said.ONE_VARIANT),
    ],
)  # fmt: skip
def test_not_tested_is_never_absent(read, changes, reason):
    """Without a coded answer of the time of diagnosis a marker is not known."""
    found = read(made.PATIENT, made.CONDITION, made.changed(made.TP53, **changes))
    assert "TP53" not in found.patient
    assert found.open_items["TP53"] == reason


@pytest.mark.parametrize(
    ("code", "status"),
    [("POS", "present"), ("DET", "present"), ("NEG", "absent"), ("ND", "absent")],
)
def test_an_interpretation_answers_too(read, code, status):
    one = made.changed(
        made.TP53, valueCodeableConcept=None,
        interpretation=[made.concept(made.INTERPRETATION, code)],
    )  # fmt: skip
    assert read(made.PATIENT, made.CONDITION, one).patient["TP53"] == status


def test_two_results_that_contradict_leave_it_open(read):
    other = made.variant("TP53", name="again")
    found = read(made.PATIENT, made.CONDITION, made.TP53, other)
    assert found.open_items["TP53"] == why.CONTRADICTION
    same = read(made.PATIENT, made.CONDITION, made.TP53, made.changed(made.TP53, id="again"))
    assert same.patient["TP53"] == "absent"


def test_a_deletion_and_a_mutation_are_not_the_same_marker(read):
    """A gene without a change of copies says nothing of its deletion, and the other way round."""
    found = read(made.PATIENT, made.CONDITION, made.variant("IKZF1", answer="absent"))
    assert found.open_items["IKZF1_del"] == why.NOT_THERE
    lost = made.variant("TP53", components=[made.change_type("SO:0001743")])
    assert read(made.PATIENT, made.CONDITION, lost).open_items["TP53"] == why.NOT_THERE
    fused = made.variant("TP53", components=[made.change_type("SO:0001565")])
    assert read(made.PATIENT, made.CONDITION, fused).open_items["TP53"] == why.NOT_THERE


COPIES = {"code": made.concept(made.LOINC, "82155-3"), "valueQuantity": {"value": 8}}
AMPLIFIED = made.concept("urn:laboratory", "amplification")
UNREAD_KINDS = (
    [made.change_type("SO:0000159")],
    [made.change_type("SO:0001743") | {"valueCodeableConcept": AMPLIFIED}],
    [made.change_type("SO:0001743") | {"valueCodeableConcept": {"text": "deletion"}}],
    [made.change_type("SO:0001743") | {"valueCodeableConcept": None, "valueString": "loss"}],
    [made.change_type("SO:0001743"), made.change_type("SO:0000159")],
    [made.change_type("SO:0001743"), made.change_type("SO:0001742")],
    [COPIES],
    [COPIES, made.change_type("SO:0001483")],
    [{"code": made.concept("urn:laboratory", "type"), "valueCodeableConcept": AMPLIFIED}],
    [{"code": {"text": "type"}, "valueString": "deletion"}],
)


@pytest.mark.parametrize("kinds", UNREAD_KINDS)
@pytest.mark.parametrize(
    ("genes", "item"),
    [(["TP53"], "TP53"), (["IKZF1"], "IKZF1_del"), (["ABL1", "BCR"], "BCR::ABL1")],
)
def test_present_of_an_unread_kind_is_no_lesion_that_we_know(read, genes, item, kinds):
    """Neither the mutation nor the deletion of the gene, nor a fusion; and it is told why."""
    unclear = made.variant(*genes, components=kinds)
    found = read(made.PATIENT, made.CONDITION, unclear)
    assert item not in found.patient
    assert found.open_items[item] == said.UNREAD_KIND
    assert "Observation/variant" not in found.used


@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, said.UNREAD_KIND), ({"effectiveDateTime": None}, said.UNREAD_KIND),
     ({"effectiveDateTime": "2024-06-12"}, said.UNREAD_KIND),
     ({"effectiveDateTime": "2025-06-12"}, "absent"), ({"status": "preliminary"}, "absent")],
)  # fmt: skip
def test_absent_beside_a_change_of_an_unread_kind_is_not_told(read, changes, status):
    """The change that was found may be the one that the other result did not find."""
    unclear = made.variant("TP53", components=[made.change_type("SO:0000159")], **changes)
    found = read(made.PATIENT, made.CONDITION, made.TP53, unclear)
    assert found.patient.get("TP53", found.open_items.get("TP53")) == status
    there = made.variant("TP53", name="clear")
    both = read(made.PATIENT, made.CONDITION, there, unclear)
    assert both.patient["TP53"] == "present"


@pytest.mark.parametrize("kind", ["SO:0001483", "SO:0002007", "SO:1000032"])
def test_a_small_change_of_the_sequence_is_a_mutation(read, kind):
    one = made.variant("TP53", components=[made.change_type(kind)])
    assert read(made.PATIENT, made.CONDITION, one).patient["TP53"] == "present"
    none = made.variant("TP53", answer="absent", components=[made.change_type(kind)])
    assert read(made.PATIENT, made.CONDITION, none).open_items["TP53"] == said.ONE_VARIANT


def test_a_read_kind_stays_clear_beside_further_components(read):
    further = [COPIES, {"code": {"text": "remark"}}, {"code": made.concept(made.LOINC, "81258-6")}]
    for gene, kind, item in (("IKZF1", "SO:0001743", "IKZF1_del"), ("TP53", None, "TP53")):
        kinds = [made.change_type(kind), *further] if kind else further[2:]
        one = made.variant(gene, components=kinds)
        assert read(made.PATIENT, made.CONDITION, one).patient[item] == "present"


def test_a_loss_of_two_genes_is_no_fusion(read):
    """`gene_fusion` is one; without a kind two genes are one as well."""
    for kind, status in (("SO:0001565", "present"), ("SO:0001743", why.NOT_THERE),
                         ("SO:0001483", why.NOT_THERE)):  # fmt: skip
        one = made.variant("BCR", "ABL1", components=[made.change_type(kind)])
        found = read(made.PATIENT, made.CONDITION, one)
        assert found.patient.get("BCR::ABL1", found.open_items.get("BCR::ABL1")) == status


@pytest.mark.parametrize("genes", [("BCR", "ABL1"), ("ABL1", "BCR"), ("ABL1", "bcr")])
def test_two_genes_are_a_fusion_in_either_order(read, genes):
    found = read(made.PATIENT, made.CONDITION, made.variant(*genes))
    assert found.patient["BCR::ABL1"] == "present"


def test_a_code_of_our_own_names_any_item(read):
    own = made.observation(made.concept(made.OWN, "CRLF2-r"), "crlf2",
                           valueCodeableConcept=made.concept(made.LOINC, "LA9634-2"))  # fmt: skip
    lineage = made.observation(made.concept(made.OWN, "lineage"), "lineage",
                               valueCodeableConcept=made.concept(made.OWN, "T"))  # fmt: skip
    plain = made.changed(made.CONDITION, code=made.concept(made.SNOMED, "91857003"))
    found = read(made.PATIENT, plain, own, lineage)
    assert (found.patient["CRLF2-r"], found.patient["lineage"]) == ("absent", "T")
    clash = read(made.PATIENT, made.CONDITION, lineage)
    assert clash.open_items["lineage"] == why.CONTRADICTION


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        ({"value": 42500, "code": "/uL"}, 42.5),
        ({"value": 42.5, "code": "10*3/uL"}, 42.5),
        ({"value": 42.5}, said.NO_UNIT),
        ({"value": 42.5, "unit": "10*9/L"}, said.NO_UNIT),
        ({"value": 42.5, "code": "g/L"}, said.NO_UNIT),
        ({"value": 42.5, "code": "10*9/L", "comparator": ">"}, said.NO_NUMBER),
        ({"value": "42.5", "code": "10*9/L"}, said.NO_NUMBER),
        ({"value": True, "code": "10*9/L"}, said.NO_NUMBER),
        ({"value": 42500, "code": "10*9/L"}, why.IMPOSSIBLE),
        ({"value": -1, "code": "10*9/L"}, why.IMPOSSIBLE),
    ],
)
def test_a_number_counts_only_with_its_unit(read, quantity, value):
    found = read(made.PATIENT, made.CONDITION, made.changed(made.WBC, valueQuantity=quantity))
    item = "wbc_10e9_per_l"
    assert found.patient.get(item, found.open_items.get(item)) == value


def test_of_several_counts_the_one_nearest_to_diagnosis_counts(read):
    later = made.changed(made.WBC, id="w2", effectiveDateTime="2024-05-12",
                         valueQuantity={"value": 9.0, "code": "10*9/L"})  # fmt: skip
    assert read(made.PATIENT, made.CONDITION, later, made.WBC).patient["wbc_10e9_per_l"] == 42.5
    same_day = made.changed(later, effectiveDateTime=made.DIAGNOSED)
    clash = read(made.PATIENT, made.CONDITION, same_day, made.WBC)
    assert clash.open_items["wbc_10e9_per_l"] == why.CONTRADICTION
    in_treatment = made.changed(made.WBC, effectiveDateTime="2024-05-20")
    late = read(made.PATIENT, made.CONDITION, in_treatment)
    assert late.open_items["wbc_10e9_per_l"] == why.NOT_IN_TIME


def test_residual_disease_below_a_limit_counts_only_where_not_detected(read):
    below = {"value": 0.01, "code": "%", "comparator": "<"}
    open_one = made.changed(made.MRD, valueQuantity=below)
    rest = (made.PATIENT, made.CONDITION, made.REMISSION)
    assert read(*rest, open_one).open_items["mrd_end_of_induction"] == said.NO_NUMBER
    not_found = made.changed(open_one, interpretation=[made.concept(made.INTERPRETATION, "ND")])
    assert read(*rest, not_found).patient["mrd_end_of_induction"] == "undetected"
    early = made.changed(made.MRD, effectiveDateTime="2024-05-25")
    assert read(*rest, early).open_items["mrd_end_of_induction"] == why.NOT_IN_TIME
    without = read(made.PATIENT, made.CONDITION, made.MRD)
    assert without.open_items["mrd_end_of_induction"] == why.NO_REMISSION_DAY


@pytest.mark.parametrize(
    ("resource", "changes", "lacking"),
    [
        (made.PATIENT, {"birthDate": "1994"}, {"age_years": why.NO_BIRTH_DATE}),
        (made.PATIENT, {"birthDate": None}, {"age_years": why.NO_BIRTH_DATE}),
        (made.PATIENT, {"birthDate": "2030-01-01"}, {"age_years": why.NO_BIRTH_DATE}),
        (made.PATIENT, {"birthDate": "1850-01-01"}, {"age_years": why.IMPOSSIBLE}),
        (made.CONDITION, {"onsetDateTime": "2024-05"},
         {why.DIAGNOSIS: why.NO_DIAGNOSIS_DAY, "age_years": why.NO_DIAGNOSIS_DAY,
          "course": why.NO_DIAGNOSIS_DAY}),
        (made.CONDITION, {"onsetDateTime": "2024-12-01"}, {"course": why.DAYS_CONTRADICT}),
        (made.CONDITION, {"onsetDateTime": "2024-01-01"}, {"course": why.NO_REMISSION_DAY}),
        (made.CONDITION, {"code": made.concept(made.SNOMED, "91857003")},
         {"lineage": why.NOT_THERE}),
    ],
)  # fmt: skip
def test_what_no_number_can_be_given_without_is_named(read, resource, changes, lacking):
    others = [one for one in (made.PATIENT, made.CONDITION) if one is not resource]
    found = read(*others, made.changed(resource, **changes))
    assert {name: found.open_items[name] for name in found.lacking} == lacking
    assert not set(lacking) & set(found.patient)


def test_the_state_of_today_is_never_assumed(read):
    icd = {"code": {"coding": [*made.CONDITION["code"]["coding"],
                               {"system": made.ICD10CM, "code": "C91.02"}]}}  # fmt: skip
    relapsed = read(made.PATIENT, made.changed(made.CONDITION, **icd), made.REMISSION)
    assert relapsed.open_items["course"] == why.IN_RELAPSE
    icd["code"]["coding"][-1] = {"system": made.ICD10CM, "code": "C91.01"}
    undated = read(made.PATIENT, made.changed(made.CONDITION, **icd))
    assert undated.open_items["course"] == why.NO_REMISSION_DAY
    early = made.changed(made.REMISSION, effectiveDateTime="2024-04-01")
    assert read(made.PATIENT, made.CONDITION, early).open_items["course"] == why.DAYS_CONTRADICT
    old = read(made.PATIENT, made.CONDITION, made.REMISSION, today=date(2036, 1, 1))
    assert old.open_items["course"] == why.TOO_LONG_AGO
    soon = read(made.PATIENT, made.CONDITION)
    assert soon.open_items["mrd_end_of_induction"] == why.TO_COME
    assert soon.patient["course"] == {"state": "induction", "day": 41, "since_day": 0}


def test_a_refuted_diagnosis_is_none(read):
    refuted = made.changed(made.CONDITION, verificationStatus=made.concept("x", "refuted"))
    assert not read(made.PATIENT, refuted).has_leukaemia
    other = made.changed(made.CONDITION, code=made.concept(made.SNOMED, "91861009"))
    assert not read(made.PATIENT, other).has_leukaemia


def test_resources_of_two_people_are_refused(read):
    stranger = made.changed(made.TP53, subject={"reference": "http://x/fhir/Patient/p2/_history/1"})
    with pytest.raises(InputError, match="more than one patient"):
        read(made.PATIENT, made.CONDITION, stranger)
    with pytest.raises(InputError, match="more than one patient"):
        read(made.PATIENT, made.PATIENT)
    same = made.changed(made.TP53, subject={"reference": "http://x/fhir/Patient/p1/_history/1"})
    assert read(made.PATIENT, same).subject == "Patient/p1"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"valueCodeableConcept": made.concept(made.LOINC, "LA18198-4"),
          "interpretation": [made.concept(made.INTERPRETATION, "NEG")]}, said.NO_ANSWER),
        ({"interpretation": [made.concept(made.INTERPRETATION, "IND")]}, said.NO_ANSWER),
        ({"modifierExtension": [{"url": "urn:x:not-done", "valueBoolean": True}]}, said.MODIFIED),
        ({"focus": [{"reference": "RelatedPerson/donor"}]}, said.MODIFIED),
        ({"component": [*made.TP53["component"], made.change_type("SO:0000159")]},
         said.ONE_VARIANT),
    ],
)  # fmt: skip
def test_absent_beside_what_is_not_read_leaves_it_open(read, changes, reason):
    found = read(made.PATIENT, made.CONDITION, made.changed(made.TP53, **changes))
    assert "TP53" not in found.patient
    assert found.open_items["TP53"] == reason


def test_abnormal_takes_nothing_from_present(read):
    flagged = made.variant("TP53", interpretation=[made.concept(made.INTERPRETATION, "A")])
    assert read(made.PATIENT, made.CONDITION, flagged).patient["TP53"] == "present"


def test_absent_in_a_sample_under_treatment_says_nothing_of_diagnosis(read):
    """Of day 33: present still counts, absent does not, and takes nothing from day 0."""
    late = {"effectiveDateTime": "2024-06-12"}
    gone = read(made.PATIENT, made.CONDITION, made.changed(made.TP53, **late))
    assert gone.open_items["TP53"] == why.NOT_IN_TIME
    there = made.variant("TP53", name="late", **late)
    assert read(made.PATIENT, made.CONDITION, there).patient["TP53"] == "present"
    first = made.variant("TP53", name="first")
    both = read(made.PATIENT, made.CONDITION, first, made.changed(made.TP53, **late))
    assert both.patient["TP53"] == "present"


@pytest.mark.parametrize("quantity", [{"value": 0.004, "code": "%"}, {"value": 0.5, "code": "x"},
                                      {"value": 1, "code": "%", "comparator": ">"}])  # fmt: skip
def test_a_number_is_never_undetected(read, quantity):
    flagged = made.changed(made.MRD, valueQuantity=quantity,
                           interpretation=[made.concept(made.INTERPRETATION, "NEG")])  # fmt: skip
    found = read(made.PATIENT, made.CONDITION, made.REMISSION, flagged)
    assert found.open_items["mrd_end_of_induction"] == said.NUMBER_AGAINST_WORD


def test_two_diagnoses_of_two_lineages_leave_it_open(read):
    other = made.changed(made.CONDITION, id="c2", code=made.concept(made.MORPHOLOGY, "9837/3"))
    for order in ((made.CONDITION, other), (other, made.CONDITION)):
        found = read(made.PATIENT, *order)
        assert found.open_items["lineage"] == why.CONTRADICTION
        assert "lineage" not in found.patient


CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


@pytest.mark.parametrize(
    ("status", "reason"),
    [("relapse", why.IN_RELAPSE), ("recurrence", why.IN_RELAPSE),
     ("remission", why.NO_REMISSION_DAY)],
)  # fmt: skip
def test_the_status_of_the_leukaemia_says_where_the_patient_is(read, status, reason):
    told = made.changed(made.CONDITION, clinicalStatus=made.concept(CLINICAL, status))
    assert read(made.PATIENT, told).open_items["course"] == reason
    asthma = made.changed(told, id="c2", code=made.concept(made.SNOMED, "195967001"))
    assert read(made.PATIENT, made.CONDITION, asthma).patient["course"]["state"] == "induction"


def test_a_remission_that_was_lost_or_has_no_day_is_not_told_as_today(read):
    lost = made.changed(made.REMISSION, id="lost", effectiveDateTime="2024-06-18",
                        valueCodeableConcept=made.concept(made.LOINC, "LA9634-2"))  # fmt: skip
    found = read(made.PATIENT, made.CONDITION, made.REMISSION, lost)
    assert found.open_items["course"] == why.CONTRADICTION
    before = made.changed(lost, effectiveDateTime="2024-05-25")
    ever = read(made.PATIENT, made.CONDITION, made.REMISSION, before)
    assert ever.patient["course"]["state"] == "remission"
    undated = made.changed(made.REMISSION, effectiveDateTime=None)
    found = read(made.PATIENT, made.CONDITION, undated)
    assert found.open_items["course"] == why.NO_REMISSION_DAY


IN_RELAPSE = {"code": {"coding": [*made.CONDITION["code"]["coding"],
                                  {"system": made.ICD10CM, "code": "C91.02"}]}}  # fmt: skip
IN_REMISSION = {"code": {"coding": [*made.CONDITION["code"]["coding"],
                                    {"system": made.ICD10CM, "code": "C91.01"}]}}  # fmt: skip


@pytest.mark.parametrize("undated", [{"onsetDateTime": None}, {"onsetDateTime": "2023"}])
@pytest.mark.parametrize(
    "later",
    [IN_RELAPSE, IN_REMISSION, {"clinicalStatus": made.concept(CLINICAL, "relapse")},
     {"clinicalStatus": made.concept(CLINICAL, "remission")}],
)  # fmt: skip
def test_the_day_of_a_relapse_is_not_that_of_diagnosis(read, undated, later):
    """The diagnosis has no day, a later state of the leukaemia has one: that is another day."""
    first = made.changed(made.CONDITION, **undated)
    second = made.changed(made.CONDITION, id="c2", **later)
    for order in ((first, second), (second, first)):
        found = read(made.PATIENT, *order, *made.WHOLE[2:])
        assert found.open_items[why.DIAGNOSIS] == why.DAY_OF_LATER_STATE
        assert found.open_items["age_years"] == why.NO_DIAGNOSIS_DAY
        assert {"age_years", "course", "TP53"} & set(found.patient) == set()
        assert "Condition/c2" not in found.used
        assert found.condition == ""
    is_relapse = "relapse" in str(later) or later is IN_RELAPSE
    course = why.IN_RELAPSE if is_relapse else why.NO_DIAGNOSIS_DAY
    assert found.open_items["course"] == course


def test_a_year_of_diagnosis_before_the_only_day_leaves_the_day_open(read):
    """A second record of the same leukaemia, given to the day, begins after the first's year."""
    first = made.changed(made.CONDITION, onsetDateTime="2023")
    second = made.changed(made.CONDITION, id="c2")
    assert read(made.PATIENT, first, second).open_items[why.DIAGNOSIS] == why.DAY_OF_LATER_STATE
    same = made.changed(first, onsetDateTime="2024-05")
    assert why.DIAGNOSIS not in read(made.PATIENT, same, second).open_items


def test_a_dated_diagnosis_counts_beside_a_later_state(read):
    relapse = made.changed(made.CONDITION, id="c2", onsetDateTime="2024-06-15", **IN_RELAPSE)
    for order in ((relapse, made.CONDITION), (made.CONDITION, relapse)):
        found = read(made.PATIENT, *order)
        assert found.condition == "Condition/c1"
        assert found.patient["age_years"] == 30.19
        assert found.open_items["course"] == why.IN_RELAPSE
    lone = read(made.PATIENT, made.changed(made.CONDITION, **IN_REMISSION), made.REMISSION)
    assert lone.patient["course"] == {"state": "remission", "day": 41, "since_day": 33}


@pytest.mark.parametrize("status", ["unconfirmed", "provisional", "differential"])
def test_a_suspected_diagnosis_is_none(read, status):
    unsure = made.changed(made.CONDITION, verificationStatus=made.concept("x", status))
    assert not read(made.PATIENT, unsure).has_leukaemia


def test_subjects_that_cannot_be_told_apart_are_refused(read):
    first = made.changed(made.CONDITION, subject={"reference": "urn:uuid:1"})
    second = made.changed(made.TP53, subject={"reference": "urn:uuid:2"})
    with pytest.raises(InputError, match="more than one patient"):
        read(made.PATIENT, first, second)
    with pytest.raises(InputError, match="more than one patient"):
        read(made.PATIENT, made.CONDITION, second)
    same = made.changed(made.TP53, subject={"reference": "urn:uuid:1"})
    assert read(made.PATIENT, first, same).patient["TP53"] == "absent"
