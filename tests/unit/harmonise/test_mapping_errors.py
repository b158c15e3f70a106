"""A wrong mapping is refused with every problem, its line and what was expected instead."""

from __future__ import annotations

import pytest
from unit.harmonise.trial_builder import BASE, parse_mapping

from chorall.errors import DefinitionError, InputError
from chorall.harmonise.mapping_file import read_mapping

ASSAY = """
[[assays]]
id = "panel"
method = "panel"
version = "1"
no_run = "not_tested"
[[assays.covers]]
targets = ["TP53", "IKZF1"]
alteration_class = "mutation"
scope = "complete"
negative_capable = true
"""
EVENT = """
[[rules]]
id = "E1"
to = "event"
source = "clinical"
[rules.set]
type = { value = "death" }
day = { from = "days", unit = "days", blank = "no_row" }
"""
TREATMENT = """
[[rules]]
id = "C1"
to = "treatment"
source = "clinical"
[rules.set]
kind = { value = "drug" }
item = { from = "drug", blank = "no_row" }
"""
WIDE = """
[[rules]]
id = "M1"
to = "marker_result"
source = "clinical"
markers = { tp53 = "TP53", ikzf1 = "IKZF1_del" }
[rules.set]
status = { map = { "1" = "present" }, blank = "not_tested" }
"""
RUN = """
[[rules]]
id = "R1"
to = "assay_run"
source = "clinical"
assay = "panel"
[rules.set]
performed = { value = "yes" }
"""
FINDING = """
[[rules]]
id = "F1"
to = "finding"
source = "clinical"
assay = "panel"
[rules.set]
gene = { from = "gene", blank = "no_row" }
alteration_class = { value = "mutation" }
call = { value = "present" }
"""
MEASUREMENT = """
[[rules]]
id = "L1"
to = "measurement"
source = "clinical"
[rules.set]
item = { value = "haemoglobin_g_per_l" }
day = { value = 0 }
value = { from = "hb", unit = "g/dL", blank = "no_row" }
"""
TEST = """
[[tests]]
name = "one"
[[tests.given.clinical]]
id = "1"
[[tests.expect.event]]
type = "death"
"""
WHOLE = BASE + ASSAY + EVENT + TREATMENT + WIDE + RUN + FINDING + MEASUREMENT + TEST


def read_problems(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        parse_mapping(text)
    return str(caught.value).splitlines()[1:-1]


def test_the_whole_mapping_is_sound() -> None:
    assert parse_mapping(WHOLE).trial_id == "T"


CASES = [
    # types: a key that is not known, or missing, or of another type
    ('group = "G"', 'gruop = "G"', "gruop", "this key is not known here: did you mean `group`?"),
    ('group = "G"', "", "[trial]", "`trial.group`: this key is required and missing."),
    ('group = "G"', "group = 5", "group = 5", "expected text in quotes. Got 5."),
    (
        "negative_capable = true",
        'negative_capable = "yes"',
        "negative_capable",
        "`assays.1.covers.1.negative_capable`: expected true or false. Got 'yes'.",
    ),
    ('no_run = "not_tested"', 'no_run = "absent"', "no_run", "'not_tested' or 'not_reported'"),
    (
        'type = { value = "death" }\nday = { from',
        'type = { value = "death" }\nday = { form',
        "day = { form",
        "`rules.3.set.day.form`: this key is not known here: did you mean `from`?",
    ),
    (
        'item = { value = "haem',
        'item = { value = 2001-02-01, x = "haem',
        "item = { value = 2001",
        "Got the date or time 2001-02-01: write it in quotes.",
    ),
    ('kind = { value = "drug" }', "kind = 5", "kind = 5", "`rules.4.set.kind`: "),
    ('population = "adult"', 'population = "adults"', "population", "expected one of: infant"),
    ('id = "E1"', 'id = "E 1"', 'id = "E 1"', "`rules.3.id`: string should match pattern"),
    # names
    ('to = "event"', 'to = "evnet"', 'to = "evnet"', "no table `evnet`: did you mean `event`?"),
    ('to = "event"', 'to = "quality"', 'to = "quality"', "no table `quality`"),
    (
        'id = "C1"\nto = "treatment"\nsource = "clinical"',
        'id = "C1"\nto = "treatment"\nsource = "clinicle"',
        'source = "clinicle"',
        "no source `clinicle`: did you mean `clinical`?",
    ),
    ('id = "C1"', 'id = "E1"', 'id = "E1"\nto = "tr', "rule `E1` is there twice."),
    ("kind = { value", "kindd = { value", "kindd", "no column `kindd` to set: did you mean `kind`"),
    ('kind = { value = "drug" }', "", 'id = "C1"', "rule `C1` must set `treatment.kind`."),
    ('targets = ["TP53",', 'targets = ["TP35",', "TP35", "no gene `TP35`: did you mean TP53"),
    ('targets = ["TP53",', 'targets = ["tp53", "TP53",', '"tp53"', "covered twice"),
    (
        'id = "R1"\nto = "assay_run"\nsource = "clinical"\nassay = "panel"',
        'id = "R1"\nto = "assay_run"\nsource = "clinical"\nassay = "pannel"',
        "pannel",
        "no assay `pannel`: did you mean `panel`?",
    ),
    (
        'id = "F1"\nto = "finding"\nsource = "clinical"\nassay = "panel"',
        'id = "F1"\nto = "finding"\nsource = "clinical"',
        'id = "F1"',
        "must name its `assay`",
    ),
    (
        'id = "C1"',
        'id = "C1"\nassay = "panel"',
        'assay = "panel"\nto = "treat',
        "`treatment` takes no `assay`",
    ),
    ('id = "C1"', 'id = "C1"\nphase = "Relapse 1"', 'phase = "R', "string should match pattern"),
    # values
    ('kind = { value = "drug" }', "kind = { }", "kind = {", "expected exactly one of `from`"),
    (
        'kind = { value = "drug" }',
        'kind = { value = "drug", from = "x", blank = "no_row" }',
        "kind = {",
        "expected exactly one of `from`",
    ),
    ('from = "drug", blank = "no_row"', 'from = "drug"', "item = { from", "say what `blank` means"),
    (
        'from = "drug", blank = "no_row"',
        'from = "drug", blank = "not_reported"',
        'item = { from = "drug", blank = "not_reported"',
        "expected one of: quarantine, no_row",
    ),
    (
        'blank = "not_tested" }',
        'blank = "not_done" }',
        "not_done",
        "expected one of: present, absent",
    ),
    ('"1" = "present"', '"1" = "presnt"', "presnt", "'1' is mapped to 'presnt': expected one of"),
    ('type = { value = "death" }', 'type = { value = "dead" }', '"dead"', "one of: induction_fail"),
    ('{ value = "yes" }', "{ value = true }", "value = true", "value True: expected one of: yes"),
    ("entry_day = { value = 0 }", "entry_day = { value = 0.5 }", "0.5", "expected a integer"),
    ("entry_day = { value = 0 }", "entry_day = { value = -9999 }", "-9999", "from -3650 to 36525"),
    (
        'kind = { value = "drug" }',
        'kind = { value = "drug", blank = "no_row" }',
        "kind = {",
        "`blank` means nothing beside `value`",
    ),
    (
        'kind = { value = "drug" }',
        'kind = { missing = "not_done" }',
        "kind = {",
        "must have a value",
    ),
    (
        'gene = { from = "gene", blank = "no_row" }',
        'gene = { value = "MLL" }',
        '"MLL"',
        "value 'MLL': expected KMT2A.",
    ),
    # measures
    ('from = "hb", unit = "g/dL"', 'from = "hb"', 'from = "hb"', "`value` needs a `unit`."),
    (
        'unit = "g/dL"',
        'unit = "g/dl"',
        '"g/dl"',
        "`g/dl` is not a unit of `value`: expected one of: g/L, g/dL",
    ),
    (
        'from = "drug", blank',
        'from = "drug", unit = "g/L", blank',
        'from = "drug"',
        "`item` is not a number",
    ),
    (
        'from = "hb", unit',
        'from = "hb", maximum = 251, unit',
        "maximum = 251",
        "maximum = 251: a range can only be narrowed, value from 10 to 250.",
    ),
    (
        'day = { from = "days", unit = "days"',
        'day = { from = "days", date_format = "%d.%m.%Y"',
        "date_format",
        "a date needs `[time_zero]`",
    ),
    (
        'day = { from = "days", unit = "days"',
        'day = { from = "days", date_format = "DD.MM.YYYY"',
        "DD.MM",
        "no date can be read by it",
    ),
    (
        'from = "hb", unit = "g/dL"',
        'from = "hb", after = "days", unit = "g/dL"',
        "after",
        "`after` adds numbers of days only",
    ),
    (
        'item = { value = "haem',
        'item = { from = "x", blank = "no_row" } #',
        'item = { from = "x"',
        "must name one `item` by `value`",
    ),
    (
        '"haemoglobin_g_per_l"',
        '"hemoglobin"',
        '"hemoglobin"',
        "expected one of: haemoglobin_g_per_l",
    ),
    # markers
    ('ikzf1 = "IKZF1_del"', 'ikzf1 = "TP53"', "markers = {", "`TP53` has several columns"),
    (
        "status = { map",
        'status = { from = "x", map',
        "\nstatus = { from",
        "expected exactly one of",
    ),
    # sources, trial, tests
    ('file = "clinical.csv"', 'file = "clinical.csv"\ndelimiter = ";;"', ";;", "one character"),
    (
        'file = "clinical.csv"',
        'file = "clinical.csv"\ndate_format = "d/m/y"',
        "d/m/y",
        "no date can be read by it",
    ),
    (
        "[sources.clinical]",
        '[sources.other]\nfile = "x.csv"\npatient = "id"\n[sources.clinical]',
        "[sources.other]",
        "no rule reads the source `other`",
    ),
    ('group = "G"', 'group = "G"\naccrual_from_year = 205', "205", "expected a year from 1950"),
    (
        'group = "G"',
        'group = "G"\naccrual_from_year = 2010\naccrual_to_year = 2005',
        "accrual_to_year",
        "accrual ends before it begins",
    ),
    ("[[tests.given.clinical]]", "[[tests.given.clin]]", "given.clin]", "no source `clin`"),
    (
        "[[tests.expect.event]]",
        "[[tests.expect.endpoint]]",
        "expect.endpoint",
        "cannot expect rows",
    ),
    (
        "[sources.clinical]",
        '[[arms]]\narm_id = "A"\nlabel = "a"\n[[arms]]\narm_id = "A"\nlabel = "b"\n'
        "[sources.clinical]",
        'arm_id = "A"\nlabel = "b"',
        "arm `A` is there twice",
    ),
    (
        "[[tests]]",
        '[[impossible]]\nfields = ["patient.sxe"]\nreason = "x"\n[[tests]]',
        "patient.sxe",
        "did you mean `patient.sex`",
    ),
    (
        "[[tests]]",
        '[[impossible]]\nfields = [\n  "mrd",\n  "patient.sex",\n]\nreason = "x"\n[[tests]]',
        '"patient.sex"',
        "called impossible and mapped as well",
    ),
]


@pytest.mark.parametrize(("old", "new", "marked", "message"), CASES)
def test_a_problem_is_told_with_its_line_and_what_was_expected(
    old: str, new: str, marked: str, message: str
) -> None:
    assert WHOLE.count(old) >= 1, "the case must change something"
    text = WHOLE.replace(old, new, 1)
    at = text.index(marked) + len(marked) - len(marked.lstrip())
    line = text[:at].count("\n") + 1
    problems = read_problems(text)
    assert any(message in problem for problem in problems), problems
    told = next(problem for problem in problems if message in problem)
    if marked.startswith('id = "') and "must" in message:
        line -= 1  # told at the header of the rule
    assert told.strip().startswith(f"mapping.toml:{line}: "), (line, told)


def test_all_problems_come_in_one_message() -> None:
    text = (
        WHOLE.replace('to = "event"', 'to = "evnet"')
        .replace('unit = "g/dL"', 'unit = "g/dl"')
        .replace('"1" = "present"', '"1" = "presnt"')
    )
    with pytest.raises(DefinitionError) as caught:
        parse_mapping(text)
    message = str(caught.value)
    assert "3 problems in the mapping:" in message.splitlines()[0]
    assert len([line for line in message.splitlines() if "mapping.toml:" in line]) == 4
    assert message.endswith("See docs/mapping.md for what a rule may say.")


def test_one_problem_is_one_problem() -> None:
    with pytest.raises(DefinitionError, match=r"1 problem in the mapping:"):
        parse_mapping(WHOLE.replace('to = "event"', 'to = "evnet"'))


@pytest.mark.parametrize("rule", ["patient", "follow_up"])
def test_a_trial_needs_patients_and_follow_up(rule: str) -> None:
    text = WHOLE.replace(f'to = "{rule}"', 'to = "mrd"')
    assert any(f"no rule makes the table `{rule}`" in line for line in read_problems(text))


def test_a_column_of_a_patient_is_set_once() -> None:
    second = """
[[rules]]
id = "P2"
to = "patient"
source = "clinical"
set.sex = { missing = "not_done" }
"""
    problems = read_problems(WHOLE + second)
    assert "`patient.sex` is set by rule `P1` already." in problems[0]


def test_whole_numbers_are_numbers_and_truth_values_are_words_of_a_map() -> None:
    text = WHOLE.replace('from = "hb", unit', 'from = "hb", minimum = 20, maximum = 200, unit')
    text = text.replace(
        "sex = {", 'eligible = { from = "e", map = { "1" = true }, blank = "not_done" }\nsex = {'
    )
    mapping = parse_mapping(text)
    assert mapping.rules[0].set["eligible"].map == {"1": "true"}
    assert mapping.rules[-1].set["value"].minimum == 20.0


def test_a_mapping_that_is_not_there_or_not_toml_or_not_text(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("mappings")
    with pytest.raises(InputError, match="there is no file"):
        read_mapping(folder / "nowhere.toml")
    with pytest.raises(DefinitionError, match=r"not valid TOML: .*line 1"):
        parse_mapping("format = \n")
    latin = folder / "latin.toml"
    latin.write_bytes('group = "Köln"'.encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_mapping(latin)
