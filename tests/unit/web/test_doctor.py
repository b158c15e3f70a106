"""The form of a patient and its answer: the bank's own numbers, field by field, in order."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from typer.testing import CliRunner
from unit.models.bank.made_bank import PATIENT, make_bank
from unit.web.conftest import BASE

import chorall as ch
from chorall.cli.app import app
from chorall.models.bank.features import encode_patient
from chorall.reports.icon_array import FATES, count_in_hundred, draw_icons, share_fates
from chorall.web.app import create_app
from chorall.web.doctor.answer_view import view_answer
from chorall.web.doctor.answer_words import say_never, write_estimate
from chorall.web.doctor.fields import describe_fields
from chorall.web.doctor.form import read_form
from chorall.web.doctor.numbers import read_number, scale_number

IN_REMISSION = {"state": "remission", "day": "33", "since_day": "33"}
FULL = {"age_years": "30", "sex": "male", "lineage": "B", "m:TP53": "absent",
        "m:IKZF1_del": "present", "mrd_end_of_induction": "0.1", "mrd_unit": "percent",
        **IN_REMISSION}  # fmt: skip
ORDER = [
    "Who in the data resembles this patient", "Under ", "Of 100 patients like this",
    'class="icons"',
    'class="curve"', "A against B", "What is not known", "What moved the answer",
    "Published classifiers", "Evidence",
]  # fmt: skip


def read(**given: str):
    return read_form(describe_fields(make_bank()), {"a_treatment": "new", **given})


def test_who_resembles_the_patient_is_told_by_trial(ask):
    text = ask(**FULL).text
    assert "55 (30 in A, 25 in B)" in text
    assert "60 (35 in B, 25 in A)" in text
    assert "comparable patients 55 (30 in A, 25 in B)" in ask("/doctor/print", **FULL).text


def cells_of(text: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'<td class="right">([^<]*)</td>', text)]


def draw_patient(seed: int) -> dict[str, object]:
    """Return a made-up patient in which about half is not known."""
    random = np.random.default_rng(seed)
    known = random.random(6) < 0.6
    patient = {
        "age_years": round(float(random.uniform(2, 68)), 1),
        "sex": str(random.choice(["male", "female"])),
        "TP53": str(random.choice(["present", "absent"])),
        "IKZF1_del": str(random.choice(["present", "absent"])),
        "mrd_end_of_induction": float(10 ** random.uniform(-5, -1)),
        "lineage": "B",
    }
    kept = {name: value for (name, value), one in zip(patient.items(), known, strict=True) if one}
    if 25 <= kept.get("age_years", 30) < 40 and "lineage" in kept:
        return {**kept, "course": {"state": "remission", "day": 33.0, "since_day": 33.0}}
    kept.pop("age_years", None)
    return {**kept, "course": {"state": "remission", "day": 33.0, "since_day": 33.0}}


def fill(patient: dict) -> dict[str, str]:
    """Return the form of a patient file, as a person fills it in."""
    form = dict(IN_REMISSION)
    for name, value in patient.items():
        if name in ("TP53", "IKZF1_del"):
            form[f"m:{name}"] = str(value)
        elif name == "mrd_end_of_induction":
            form |= {name: f"{value:.20f}", "mrd_unit": "fraction"}
        elif name != "course":
            form[name] = str(value)
    return form


@pytest.mark.parametrize("seed", range(3))
def test_page_api_command_and_library_give_the_same_numbers(
    ask, client, settings, served_folders, tmp_path, seed
):
    patient = draw_patient(seed)
    if "mrd_end_of_induction" in patient:
        patient["mrd_end_of_induction"] = float(f"{patient['mrd_end_of_induction']:.20f}")
    library = ch.predict(settings.bank, patient, ["new", "old"])
    plain = json.loads(json.dumps(library.to_dict()))

    api = client.post("/api/v1/predict", json={"patient": patient, "strategies": ["new", "old"]})
    assert {name: api.json()[name] for name in plain} == plain

    file, out = tmp_path / "patient.json", tmp_path / "out.json"
    file.write_text(json.dumps(patient))
    command = ["predict", str(served_folders[1]), str(file), "-s", "new", "-s", "old"]
    assert CliRunner().invoke(app, [*command, "--json", str(out)]).exit_code == 0
    assert json.loads(out.read_text()) == plain

    found = ask(**fill(patient))
    assert found.status_code == 200
    expected = [
        write_estimate(library.outcomes[name][quantity][years])
        for quantity in library.outcomes["new"]
        for years in (1.0, 3.0, 5.0)
        for name in ("new", "old")
    ]
    assert [one for one in cells_of(found.text) if " (" in one and " to " not in one] == expected


def test_what_is_left_out_never_narrows_the_range_and_is_never_absent(client):
    """The bank's promise, asked through the interface: each input left out in turn."""

    def width(patient):
        found = client.post(
            "/api/v1/predict", json={"patient": patient, "strategies": ["as_observed"]}
        )
        (one,) = [
            row
            for row in found.json()["outcomes"]
            if row["quantity"] == "overall_survival" and row["years"] == 5
        ]
        return one["upper"] - one["lower"], one["estimate"]

    full = width(PATIENT)[0]
    for item in ("sex", "TP53", "IKZF1_del", "mrd_end_of_induction"):
        without = {name: value for name, value in PATIENT.items() if name != item}
        wider, estimate = width(without)
        assert wider >= full - 1e-12, item
        if item in ("TP53", "IKZF1_del"):
            assert estimate != width({**without, item: "absent"})[1]
            assert (wider, estimate) == width({**without, item: "not_tested"})


def test_the_answer_comes_in_the_order_in_which_it_is_read(ask):
    text = ask(**FULL).text
    answer = text[text.index('id="answer"') :]
    places = [answer.index(words) for words in ORDER]
    assert places == sorted(places)
    assert "Age 25-39, lineage B" in answer
    assert "150 patients of 2 trials: A, B" in answer
    assert "SYNTHETIC DATA" in text
    named = answer[answer.index("The areas, from below:") :]
    below = [named.index(words) for words in FATES.values()]
    assert below == sorted(below), "colours alone name no area"


def test_a_verdict_follows_the_interval_of_the_difference(ask, settings):
    """More alive is better, more relapse is worse; an interval over 0 tells none."""
    library = ch.predict(settings.bank, PATIENT, ["new", "old"])
    text = ask(**FULL).text
    words = {"overall_survival": "Alive", "event_free_survival": "Alive without failure or relapse",
             "relapse": "Relapsed", "death_in_remission": "Died in remission"}  # fmt: skip
    for one in library.contrasts:
        if one.years == 5:
            low, high = one.difference.lower, one.difference.upper
            more_is_better = one.quantity.endswith("survival")
            better = (
                ("A" if more_is_better else "B") if low > 0 else ("B" if more_is_better else "A")
            )
            verdict = "Cannot tell these apart." if low <= 0 <= high else f"{better} is better."
            assert f"{words[one.quantity]}: {verdict}" in text
    assert "Randomised: trials in the bank allocated these two at random." in text
    same = ask(**{**FULL, "a_treatment": "old", "b_treatment": "as_observed"}).text
    assert "<strong>The bank answers the same to both.</strong>" in same
    assert "counts as the most frequent treatment" in same
    assert "is better" not in same
    assert "Cannot tell these apart" not in same


def test_the_form_says_what_as_treated_means_and_whom_the_bank_is_not_asked_about(client):
    text = html.unescape(re.sub(r"\s+", " ", client.get("/doctor").text))
    assert "counts as the most frequent treatment of each comparison of the trials: old." in text
    assert "Not for patients after failure of induction, transplantation or relapse." in text


def test_treatment_as_in_the_trials_reads_as_a_sentence(ask):
    text = ask(**{**FULL, "a_treatment": "as_observed", "b_treatment": ""}).text
    assert "As treated in the trials, of 100 patients like this" in text
    assert "Under as treated" not in text


def test_a_test_that_takes_nothing_away_does_not_help_most(settings):
    found = ch.predict(settings.bank, PATIENT, ["new"])
    tests = [
        {"item": "TP53", "share_of_variance": 0.004, "decides": []},
        {"item": "sex", "share_of_variance": 0.006, "decides": []},
        {"item": "IKZF1_del", "share_of_variance": 0.0, "decides": ["new"]},
    ]
    view = view_answer(replace(found, next_tests=tuple(tests)), PATIENT, settings.bank.about, 5)
    assert [name for name, _ in view.next_tests] == ["Sex", "IKZF1 del"]


def test_htmx_gets_the_parts_that_change_and_no_page(client, ask):
    ask()  # the cookie
    token = re.search(r'name="token" value="(\w+)"', client.get("/doctor").text)[1]
    data = {"token": token, "a_treatment": "new", "age_years": "abc"}
    found = client.post("/doctor", data=data, headers={"hx-request": "true"})
    assert found.status_code == 422
    assert "<html" not in found.text
    assert 'id="message-age_years" hx-swap-oob="true"' in found.text
    assert "abc" not in found.text


def test_the_page_to_print_says_what_it_rests_on(ask, settings):
    text = ask("/doctor/print", **FULL).text
    assert settings.bank_hash in text
    assert re.search(r"\d{4}-\d\d-\d\d", text)
    assert "Absent: TP53" in text
    assert "Present: <strong>IKZF1 del</strong>" in text
    assert "MRD at the end of induction: <strong>0.1 %</strong>" in text
    assert "Age at diagnosis (years): <strong>30</strong>" in text
    assert "in first remission, day 33, since day 33" in text
    assert "Research use only" in text
    assert "<form" not in text


def test_the_card_says_what_is_asked_what_is_told_and_what_is_not(client):
    text = html.unescape(client.get("/doctor/card").text)
    assert "Age at diagnosis (years) 1 to 70" in text
    assert "TP53, IKZF1 del, MRD at the end of induction" in text
    assert "it is never taken as normal" in text
    assert "died in remission (harm of treatment, other causes): of 100 patients" in text
    assert "old against new: randomised, 2 trials" in text
    assert "Takes as never happening" not in text


def test_numbers_are_read_with_their_unit():
    assert scale_number(30000, "cell_count", "/uL") == 30.0
    assert scale_number(0.1, "fraction", "percent") == 0.001
    assert (read_number("12,5"), read_number(" 12.5 "), read_number(".5")) == (12.5, 12.5, 0.5)
    assert (read_number("1e-4"), read_number("5E-05"), read_number("2,5e-3")) == (
        1e-4,
        5e-5,
        2.5e-3,
    )
    assert [read_number(text) for text in ("1e5", "nan", "inf", "1,000.5", "٣", "", "1 2")] == [
        None
    ] * 7


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"age_years": "111"}, "age_years", "This cannot be: 0 to 110"),
        ({"age_years": "thirty"}, "age_years", "Write a number"),
        ({"wbc_10e9_per_l": "30000"}, "wbc_10e9_per_l", "Is the unit right?"),
        ({"wbc_10e9_per_l": "3", "wbc_unit": "g"}, "wbc_10e9_per_l", "Choose one of the units"),
        ({"wbc_10e9_per_l": "150,000", "wbc_unit": "/uL"}, "wbc_10e9_per_l", "without a separator"),
        ({"wbc_10e9_per_l": "4.500", "wbc_unit": "/uL"}, "wbc_10e9_per_l", "without a separator"),
        ({"sex": "x"}, "sex", "Choose one of"),
        ({"lineage": "Z"}, "lineage", "Choose one of"),
        ({"m:TP53": "maybe"}, "m:TP53", "present, absent or not tested"),
        ({"subtype": "x"}, "subtype", "Choose one of the subtypes"),
        ({"karyotype": "hello, 99"}, "karyotype", "not read as a karyotype"),
        ({"karyotype": "4" * 2001}, "karyotype", "At most 2000"),
        ({"mrd_end_of_induction": "0.1"}, "mrd_end_of_induction", "in remission"),
        ({**IN_REMISSION, "mrd_end_of_induction": "1", "mrd_undetected": "yes"},
         "mrd_end_of_induction", "not both"),
        ({**IN_REMISSION, "mrd_end_of_induction": "101"}, "mrd_end_of_induction", "cannot be"),
        ({"state": "remission", "day": "30"}, "day", "which day remission"),
        ({"state": "remission", "day": "3", "since_day": "30"}, "day", "must not lie before"),
        ({"state": "gone"}, "state", "where the patient is"),
        ({"b_treatment": "new"}, "b_treatment", "A and B are the same"),
        ({"b_treatment": "nobody"}, "b_treatment", "Choose one of the treatments"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(given, field, words):
    form = read(**given)
    assert words in form.problems[field]
    assert list(form.problems) == [field]


def test_a_problem_is_listed_under_the_name_of_its_field(ask):
    text = ask(**FULL | {"b_treatment": "nobody", "age_years": "x"}).text
    assert '<a href="#b_treatment">Treatment B</a>: Choose' in text
    assert '<a href="#age_years">Age at diagnosis (years)</a>: Write' in text


def test_who_is_in_induction_too_late_for_the_bank_is_refused_at_the_day():
    fields = replace(describe_fields(make_bank()), last_induction_day=45.6)
    given = {"a_treatment": "new", "state": "induction"}
    assert "knows nobody who was still" in read_form(fields, given | {"day": "46"}).problems["day"]
    assert not read_form(fields, given | {"day": "45"}).problems


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"age_years": "80"}, "age_years", "The bank has data from 1 to 70"),
        ({"wbc_10e9_per_l": "1500"}, "wbc_10e9_per_l", "very high"),
        ({"wbc_10e9_per_l": "30", "wbc_unit": "/uL"}, "wbc_10e9_per_l", "very low"),
        ({**IN_REMISSION, "mrd_end_of_induction": "0.6", "mrd_unit": "fraction"},
         "mrd_end_of_induction", "Is it in percent?"),
        ({"sex": "male", "karyotype": "46,XX[20]"}, "sex", "karyotype is female"),
        ({"karyotype": "failed"}, "karyotype", "no result"),
    ],
)  # fmt: skip
def test_what_is_hardly_plausible_is_asked(given, field, words):
    form = read(**given)
    assert not form.problems
    assert words in form.hints[field]


def test_a_karyotype_says_present_and_absent_and_leaves_open_what_it_cannot_see(bank_fields):
    text = "46,XX,t(9;22)(q34;q11)[15]/46,XX[5]"
    form = read_form(bank_fields, {"karyotype": text})
    assert form.patient["BCR::ABL1"] == "present"
    assert form.patient["KMT2A-r"] == "absent"
    assert "ETV6::RUNX1" not in form.patient  # cryptic: a karyotype cannot exclude it
    assert "BCR::ABL1" in form.said[0]
    clash = read_form(bank_fields, {"karyotype": text, "m:BCR::ABL1": "absent"})
    assert clash.patient["BCR::ABL1"] == "absent"
    assert "karyotype reads as present" in clash.hints["m:BCR::ABL1"]


def test_a_subtype_marks_its_lesion_and_no_other(bank_fields):
    form = read_form(bank_fields, {"subtype": "BCR::ABL1"})
    assert form.patient == {"BCR::ABL1": "present"}
    clash = read_form(bank_fields, {"subtype": "BCR::ABL1", "m:BCR::ABL1": "absent"})
    assert "absent" in clash.problems["subtype"]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"m:BCR::ABL1": "present", "m:ETV6::RUNX1": "present"}, "subtype",
         "BCR::ABL1 and ETV6::RUNX1 are marked as present"),
        ({"m:ETV6::RUNX1": "present", "karyotype": "46,XX,t(9;22)(q34;q11)[20]"}, "subtype",
         "ETV6::RUNX1 and BCR::ABL1 are marked as present"),
        ({"m:ETV6::RUNX1": "present", "lineage": "T"}, "lineage", "ETV6::RUNX1: hardly seen"),
        ({"a_treatment": "tki_first_generation"}, "a_treatment", "BCR::ABL1, which is not known"),
        ({"a_treatment": "tki_first_generation", "m:BCR::ABL1": "absent"}, "a_treatment",
         "which is marked as absent"),
    ],
)  # fmt: skip
def test_what_hardly_goes_together_is_asked(bank_fields, given, field, words):
    form = read_form(bank_fields, given)
    assert not form.problems
    assert words in form.hints[field]


@pytest.mark.parametrize(
    "given",
    [
        {"m:KMT2A-r": "present", "lineage": "T"},
        {"m:KMT2A-r": "present", "lineage": "B", "m:ETV6::RUNX1": "absent"},
        {"m:BCR::ABL1": "present", "a_treatment": "tki_first_generation"},
        {"a_treatment": "tki_none"},
        {"state": "induction", "day": "40"},
        {"wbc_10e9_per_l": "4.500"},
    ],
)
def test_what_goes_together_is_not_asked(bank_fields, given):
    form = read_form(bank_fields, given)
    assert not form.problems
    assert not [text for text in form.hints.values() if text]


@pytest.fixture
def bank_fields():
    """Fields of a bank with subtypes."""
    from chorall.models.bank.design import Design
    from chorall.models.bank.features import Feature

    bank = make_bank()
    names = ("BCR::ABL1", "KMT2A-r", "ETV6::RUNX1")
    more = tuple(Feature(name, "marker", "subtype") for name in names)
    design = Design((*bank.design.features, *more), bank.design.strategies, bank.design.covariates)
    fields = describe_fields(replace(bank, design=design))
    inhibitors = {name: name for name in ("tki_none", "tki_first_generation")}
    return replace(fields, treatments=fields.treatments | inhibitors)


def test_nothing_known_is_asked_without_any_marker():
    form = read()
    assert form.patient == {}
    assert not form.problems


def test_what_the_bank_saw_too_seldom_is_said_beside_the_headline(settings):
    """Without relapse after remission, nobody relapses: the page must say that this is not so."""
    whole = settings.bank
    assert say_never(whole) == ""
    left_out = ("remission > relapse", "transplant_in_first_remission > death")
    kept = tuple(one for one in whole.transitions if one.transition.name not in left_out)
    few = replace(whole, transitions=kept)
    client = TestClient(create_app(replace(settings, bank=few)), base_url=BASE)
    token = re.search(r'name="token" value="(\w+)"', client.get("/doctor").text)[1]
    for path in ("/doctor", "/doctor/print"):
        text = client.post(path, data={"token": token, "a_treatment": "new", **FULL}).text
        said = "never happening: remission to relapse, transplant in first remission to death."
        assert said in text
        assert text.index(said) < text.index("Of 100 patients like this, years from today")


def test_outside_of_the_data_no_number_is_given(ask):
    found = ask(age_years="80", lineage="B")
    assert found.status_code == 200
    assert "No answer</strong> on" in found.text
    assert 'class="icons"' not in found.text


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda one: sum(one) > 1e-6))
def test_icons_add_up_to_100(shares):
    counts = count_in_hundred(dict(zip(FATES, shares, strict=True)))
    assert sum(counts.values()) == 100
    whole = sum(shares)
    for share, count in zip(shares, counts.values(), strict=True):
        assert abs(count - 100 * share / whole) < 1 + 1e-9


def test_what_was_asked_stands_in_the_answer_and_on_the_page_to_print(ask):
    doubted = {**FULL, "karyotype": "46,XX[20]"}
    for path in ("/doctor", "/doctor/print"):
        text = re.sub(r"<form.*?</form>", "", ask(path, **doubted).text, flags=re.S)
        assert "Sex: The karyotype is female." in html.unescape(re.sub(r"<[^>]*>", "", text))
    assert "Look " not in ask("/doctor/print", **FULL).text


def test_an_infant_is_told_from_older_children():
    assert "Infants under 1 year fare worse" in read(age_years="0.95").hints["age_years"]
    assert "Infants" not in read(age_years="1").hints.get("age_years", "")


@pytest.mark.parametrize(
    ("mrd", "unit", "words"),
    [
        ("0.0005", "percent", "That is 0.0005 % of all cells, less than most methods can"),
        ("0", "fraction", "If nothing was found, tick `not detected`."),
        ("0.001", "percent", ""),
        ("0.0005", "fraction", ""),
    ],
)
def test_a_residual_disease_below_what_is_measured_is_asked(mrd, unit, words):
    form = read(**IN_REMISSION, mrd_end_of_induction=mrd, mrd_unit=unit)
    said = form.hints["mrd_end_of_induction"]
    assert words in said
    assert bool(said) is bool(words)


def test_fates_are_named_as_in_the_table_and_say_that_induction_counts():
    assert FATES == {
        "alive": "alive, no failure or relapse",
        "alive_after": "alive after failure or relapse",
        "died_after": "died after failure or relapse",
        "died_without": "died in induction or remission",
    }
    shares = share_fates({"death_from_induction": 0.25, "death_from_remission": 0.75})
    assert shares["died_without"] == 1.0


def test_icons_by_hand():
    shares = share_fates({"induction": 0.1, "remission": 0.334, "relapse": 0.133,
                          "death_from_remission": 0.1, "death_from_relapse": 0.333})  # fmt: skip
    # 43.4, 13.3, 33.3, 10.0: floors make 99, the largest remainder is that of 43.4
    assert count_in_hundred(shares) == {
        "alive": 44, "alive_after": 13, "died_after": 33, "died_without": 10,
    }  # fmt: skip
    drawing = draw_icons(shares, "A & <b>", 5)
    assert drawing.data["n_of_100"].sum() == 100
    assert drawing.svg().count("<circle") == 57
    assert "A &amp; &lt;b&gt;" in drawing.svg()
    assert "44 alive, no failure or relapse" in drawing.alt


FIELDS = sorted({*FULL, "karyotype", "subtype", "wbc_10e9_per_l", "wbc_unit", "mrd_undetected",
                 "a_treatment", "a_transplant", "b_treatment", "b_transplant"})  # fmt: skip
WORDS = st.text(max_size=12) | st.sampled_from([
    "present", "absent", "yes", "new", "old", "as_observed", "transplant", "no_transplant", "male",
    "B", "remission", "induction", "percent", "fraction", "/uL", "30", "0", "-1", "1e308", "1,5",
    "nan", "inf", "9" * 400, "\u0663", "46,XX,t(9;22)(q34;q11)[20]", "46,XX,(((", "\x00",
    "\U0001f9a0",
])  # fmt: skip
FILLED = st.dictionaries(st.sampled_from(FIELDS), WORDS, max_size=8).map(
    lambda one: {name: text.encode("utf-8", "ignore").decode() for name, text in one.items()}
)


def test_the_fuzz_below_knows_every_field_of_the_form(client):
    text = client.get("/doctor").text
    assert set(re.findall(r'name="([^"]+)"', text[text.index("<form") :])) - {"token"} == set(
        FIELDS
    )


@examples(
    max_examples=20, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(FILLED, st.sampled_from(["/doctor", "/doctor/print", "/doctor/summary"]))
def test_no_form_breaks_the_server(ask, filled, path):
    """Any text in any field: an answer or a message, and no bug."""
    assert ask(path, **filled, **({"summary": "de"} if "summary" in path else {})).status_code in (
        200, 422,
    )  # fmt: skip


@examples(max_examples=300, derandomize=True, deadline=None)
@given(FILLED)
def test_what_a_form_says_the_bank_can_read(filled):
    """Whatever is not refused at its field is a patient file that the bank takes or refuses."""
    bank = make_bank()
    form = read_form(describe_fields(bank), {"a_treatment": "new", **filled})
    assert bool(form.problems) or form.strategies
    if not form.problems:
        encode_patient(bank.design.features, form.patient)
