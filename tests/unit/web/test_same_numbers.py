"""Two hundred random patients: page, interface, command and library say the same numbers."""

from __future__ import annotations

import importlib
import json

import numpy as np
import polars as pl
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner
from unit.models.bank.made_bank import PATIENT
from unit.web.conftest import BASE
from unit.web.test_doctor import cells_of, fill

import chorall as ch
from chorall.cli.app import app
from chorall.models.bank.bank import Bank
from chorall.web.app import create_app
from chorall.web.doctor.answer_words import write_estimate

STRATEGIES = ("new", "old")
YEARS = (1.0, 3.0, 5.0)
IN_REMISSION = {"state": "remission", "day": 33.0, "since_day": 33.0}
FLAGS, ITEMS = ("TP53", "IKZF1_del"), ("sex", "TP53", "IKZF1_del", "mrd_end_of_induction")
N_PATIENTS = 200


def draw_known(random):
    """Return a patient of whom all is known, mostly of an age that the bank has seen."""
    age = random.uniform(25, 40) if random.random() < 0.85 else random.uniform(0, 110)
    return {
        "age_years": round(float(age), 1),
        "lineage": "B",
        "sex": str(random.choice(["male", "female"])),
        "TP53": str(random.choice(["present", "absent"])),
        "IKZF1_del": str(random.choice(["present", "absent"])),
        "mrd_end_of_induction": float(f"{10 ** random.uniform(-5, -1):.20f}"),
        "course": IN_REMISSION,
    }


@pytest.fixture(scope="module")
def patients():
    """Return patients of whom up to two items, mostly none or one, are not known."""
    random, found = np.random.default_rng(20), []
    for _ in range(N_PATIENTS):
        patient = draw_known(random)
        n_open = int(random.choice(3, p=[0.7, 0.27, 0.03]))
        for item in random.choice(["age_years", *ITEMS], n_open, replace=False):
            del patient[str(item)]
        found.append(patient)
    return found


@pytest.fixture(scope="module")
def remembered():
    """Work out one answer once; another patient, strategy, time or option is another question."""
    core = importlib.import_module("chorall.analyses.bank.predict")
    known = {}

    def remember(plain):
        def ask(*given, **options):
            asked = [one for one in given if not isinstance(one, Bank)]
            key = json.dumps([plain.__name__, asked, options], sort_keys=True)
            if key not in known:
                known[key] = plain(*given, **options)
            return known[key]

        return ask

    with pytest.MonkeyPatch.context() as patch:
        for name in ("predict", "ask_published"):
            patch.setattr(core, name, remember(getattr(core, name)))
        yield known


@pytest.fixture(scope="module")
def library(remembered, settings, patients):
    return [ch.predict(settings.bank, one, STRATEGIES) for one in patients]


def test_the_sample_holds_answers_refusals_and_what_is_not_known(library):
    refused = sum(not one.strategies for one in library)
    assert 5 < refused < N_PATIENTS / 4
    assert sum("not known" in " ".join(one.notes) for one in library) > N_PATIENTS / 5


def test_interface_and_page_say_what_the_library_says(remembered, library, patients, settings):
    worked_out = len(remembered)
    interface, page = (TestClient(create_app(settings), base_url=BASE) for _ in range(2))
    first = page.get("/doctor").text
    token = first.split('name="token" value="')[1].split('"')[0]
    form = {"token": token, "a_treatment": "new", "b_treatment": "old"}
    for patient, own in zip(patients, library, strict=True):
        question = {"patient": patient, "strategies": list(STRATEGIES)}
        found = interface.post("/api/v1/predict", json=question).json()
        plain = json.loads(json.dumps(own.to_dict()))
        assert {name: found[name] for name in plain} == plain
        text = page.post("/doctor", data={**form, **fill(patient)}).text
        expected = [
            write_estimate(own.outcomes[name][quantity][years])
            for quantity in (own.outcomes["new"] if own.strategies else ())
            for years in YEARS
            for name in STRATEGIES
        ]
        shown = [one for one in cells_of(text) if " (" in one and " to " not in one]
        assert shown == expected
    assert len(remembered) == worked_out, "all asked the same questions"


def test_the_command_says_what_the_library_says(library, patients, served_folders, tmp_path):
    """All patients in one table, whose intervals are those of the draws."""
    rows = [{key: value for key, value in one.items() if key != "course"}
            | {f"course_{key}": value for key, value in IN_REMISSION.items()}
            for one in patients]  # fmt: skip
    file, out = tmp_path / "patients.csv", tmp_path / "answers.csv"
    pl.DataFrame(rows, infer_schema_length=None).write_csv(file)
    command = ["predict", str(served_folders[1]), str(file), "-s", "new", "-s", "old"]
    done = CliRunner().invoke(app, [*command, "--draws", "500", "--jobs", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    answers = pl.read_csv(out, infer_schema_length=None).partition_by("row", maintain_order=True)
    assert len(answers) == N_PATIENTS
    for own, lines in zip(library, answers, strict=True):
        for line in lines.to_dicts():
            check_line(own, line)


def check_line(own, line):
    name = line["strategy"]
    assert line["comparable_patients"] == own.comparable[name]
    if name in own.refused:
        assert line["refused"] == own.refused[name]
        return
    for quantity, by_year in own.outcomes[name].items():
        for years, one in by_year.items():
            start = f"{quantity}_{years:g}y"
            told = [line[start + end] for end in ("", "_lower", "_upper")]
            assert told == pytest.approx([one.estimate, one.drawn_lower, one.drawn_upper],
                                         abs=1e-12)  # fmt: skip


def test_what_is_left_out_never_narrows_and_is_never_absent(settings):
    """Each item of twelve patients left out in turn."""
    random = np.random.default_rng(7)
    drawn = [draw_known(random) | {"age_years": float(random.integers(25, 40))} for _ in range(11)]
    for patient in [PATIENT, *drawn]:
        full = ask_survival(settings.bank, patient)
        for item in ITEMS:
            without = {name: value for name, value in patient.items() if name != item}
            open_ = ask_survival(settings.bank, without)
            assert open_.width >= full.width - 1e-12, item
            if item in FLAGS:
                assert open_.lower <= full.lower + 1e-12
                assert open_.upper >= full.upper - 1e-12
                absent = ask_survival(settings.bank, {**without, item: "absent"})
                assert abs(open_.estimate - absent.estimate) > 1e-6, item


def ask_survival(bank, patient):
    found = ch.predict(bank, patient, ["as_observed"], years=(5.0,))
    return found.outcomes["as_observed"]["overall_survival"][5.0]
