"""A little consortium of two trials as text files: built for tests, to be corrupted at will."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st

CANARY = "CANARY"
"""Stands in names and ids of patients and in nonsense cells; it may come out nowhere."""

COVERED = ("TP53", "NRAS", "KMT2A")
GENES = (*COVERED, "MLL", "NOSUCH1", "KRAS")

MAPPING = """
format = 1
[trial]
trial_id = "{trial}"
group = "G"
population = "adult"
time_zero = "diagnosis"
accrual_from_year = 2000
accrual_to_year = 2009
data_cutoff_year = 2012

[sources.clinical]
file = "clinical_{trial}.csv"
patient = "id"
date_format = "{date_format}"
decimal = "{decimal}"
missing_codes = {{ "NA" = "not_reported", "nd" = "not_done" }}

[sources.mutations]
file = "mutations.csv"
patient = "sample"
shared = true

[time_zero]
source = "clinical"
column = "diagnosed"

[[assays]]
id = "panel"
method = "panel"
version = "1"
no_run = "not_tested"
[[assays.covers]]
targets = ["TP53", "NRAS", "KMT2A"]
alteration_class = "mutation"
scope = "complete"
negative_capable = true
[[assays.covers]]
targets = ["IKZF1"]
alteration_class = "deletion"
scope = "complete"
negative_capable = true

[[rules]]
id = "P1"
to = "patient"
source = "clinical"
[rules.set]
sex = {{ from = "sex", map = {{ "m" = "male", "w" = "female" }}, blank = "not_reported" }}
age_years = {{ from = "born", date_format = "{date_format}", blank = "not_reported" }}
wbc_10e9_per_l = {{ from = "wbc", unit = "{wbc_unit}", blank = "not_done" }}

[[rules]]
id = "U1"
to = "follow_up"
source = "clinical"
[rules.set]
entry_day = {{ value = 0 }}
last_contact_day = {{ from = "last_contact", blank = "quarantine" }}
vital_status = {{ from = "status", map = {{ "0" = "alive", "1" = "dead" }}, blank = "quarantine" }}

[[rules]]
id = "E1"
to = "event"
source = "clinical"
when = [{{ column = "status", in = ["1"] }}]
[rules.set]
type = {{ value = "death" }}
day = {{ from = "last_contact", blank = "quarantine" }}

[[rules]]
id = "E2"
to = "event"
source = "clinical"
[rules.set]
type = {{ value = "relapse" }}
day = {{ from = "relapse", blank = "no_row" }}

[[rules]]
id = "R1"
to = "assay_run"
source = "clinical"
assay = "panel"
when = [{{ column = "panel", blank = false }}]
[rules.set]
performed = {{ value = "yes" }}
quality = {{ from = "panel", map = {{ "ok" = "passed", "bad" = "failed" }}, blank = "not_reported" }}

[[rules]]
id = "F1"
to = "finding"
source = "mutations"
assay = "panel"
[rules.set]
gene = {{ from = "gene", blank = "quarantine" }}
alteration_class = {{ from = "class", blank = "quarantine" }}
call = {{ from = "call", map = {{ "sure" = "present", "?" = "equivocal" }}, blank = "quarantine" }}
vaf = {{ from = "vaf", unit = "percent", blank = "not_reported" }}

[[rules]]
id = "M1"
to = "marker_result"
source = "clinical"
markers = {{ tcf3 = "TCF3::PBX1", tp53 = "TP53" }}
[rules.set]
status = {{ map = {{ "0" = "absent", "1" = "present" }}, blank = "not_tested" }}
"""  # noqa: E501
STYLES = {
    "A": {"date_format": "%d.%m.%Y", "decimal": ",", "wbc_unit": "G/L"},
    "B": {"date_format": "%Y-%m-%d", "decimal": ".", "wbc_unit": "/uL"},
}
CLINICAL = (
    "id", "name", "sex", "born", "diagnosed", "wbc", "last_contact", "status", "relapse", "panel",
    "tcf3", "tp53",
)  # fmt: skip
MUTATIONS = ("sample", "gene", "class", "call", "vaf")


@dataclass
class DeliveredFile:
    """One file: its cells (the first row is the header) and how it is written."""

    name: str
    rows: list[list[str]]
    delimiter: str = ","
    encoding: str = "utf-8"
    keep_bytes: float = 1.0
    is_there: bool = True
    line_end: str = "\n"

    def write(self, folder: Path) -> None:
        if not self.is_there:
            return
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end).writerows(
            self.rows
        )
        data = text.getvalue().encode(self.encoding, errors="replace")
        (folder / self.name).write_bytes(data[: round(len(data) * self.keep_bytes)])


@dataclass
class Consortium:
    """Two trials with a clinical file each and one file of mutations that both read."""

    files: dict[str, DeliveredFile] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        mappings = []
        for trial, style in STYLES.items():
            (folder / f"{trial}.toml").write_text(MAPPING.format(trial=trial, **style), "utf-8")
            mappings.append(f'"{trial}.toml"')
        (folder / "pseudonym.key").write_text("0123456789abcdef0123456789abcdef")
        consortium = folder / "consortium.toml"
        consortium.write_text(
            'format = 1\nname = "C"\npseudonym_key = "pseudonym.key"\n'
            f"mappings = [{', '.join(mappings)}]\n"
        )
        for file in self.files.values():
            file.write(folder)
        return consortium


def write_date(trial: str, year: int, month: int, day: int) -> str:
    iso = f"{year:04}-{month:02}-{day:02}"
    return f"{day:02}.{month:02}.{year:04}" if trial == "A" else iso


@st.composite
def clinical_rows(draw: st.DrawFn, trial: str) -> list[list[str]]:
    rows = [list(CLINICAL)]
    for number in range(draw(st.integers(3, 8))):
        died = draw(st.booleans())
        relapsed = draw(st.booleans())
        year = draw(st.integers(2000, 2006))
        wbc = draw(st.integers(1, 400))
        rows.append(
            [
                f"{CANARY}-{trial}{number}",
                f"{CANARY} Müller",
                draw(st.sampled_from(["m", "w", ""])),
                write_date(trial, draw(st.integers(1940, 1999)), 2, 28),
                write_date(trial, year, draw(st.integers(1, 12)), 15),
                f"{wbc},5" if trial == "A" else f"{wbc}500",
                write_date(trial, year + 3, 2, 1),
                "1" if died else "0",
                write_date(trial, year + 2, 12, 31) if relapsed else "",
                draw(st.sampled_from(["ok", "ok", "bad", ""])),
                draw(st.sampled_from(["0", "1", ""])),
                draw(st.sampled_from(["", "", "0"])),
            ]
        )
    return rows


@st.composite
def consortia(draw: st.DrawFn) -> Consortium:
    """Draw a sound consortium."""
    clinical = {trial: draw(clinical_rows(trial)) for trial in STYLES}
    samples = [row[0] for rows in clinical.values() for row in rows[1:]] + [f"{CANARY}-stranger"]
    found = [list(MUTATIONS)] + [
        [
            draw(st.sampled_from(samples)),
            draw(st.sampled_from(GENES)),
            draw(st.sampled_from(["mutation", "mutation", "deletion"])),
            draw(st.sampled_from(["sure", "sure", "?"])),
            draw(st.sampled_from(["", "12.5", "50"])),
        ]
        for _ in range(draw(st.integers(0, 8)))
    ]
    files = {
        "A": DeliveredFile("clinical_A.csv", clinical["A"], delimiter=";"),
        "B": DeliveredFile("clinical_B.csv", clinical["B"]),
        "M": DeliveredFile("mutations.csv", found, delimiter="\t"),
    }
    return Consortium(files)


def fixed_consortium() -> Consortium:
    """Return one sound consortium, the same every time."""
    clinical = {
        trial: [
            list(CLINICAL),
            *(
                [
                    f"{CANARY}-{trial}{number}",
                    CANARY,
                    "m",
                    write_date(trial, 1970, 1, 1),
                    write_date(trial, 2001, 6, 1 + number),
                    "20",
                    write_date(trial, 2004, 6, 1),
                    str(number % 2),
                    "",
                    "ok",
                    "0",
                    "",
                ]
                for number in range(3)
            ),
        ]
        for trial in STYLES
    }
    found = [list(MUTATIONS), [f"{CANARY}-A0", "TP53", "mutation", "sure", "40"]]
    return Consortium(
        {
            "A": DeliveredFile("clinical_A.csv", clinical["A"], delimiter=";"),
            "B": DeliveredFile("clinical_B.csv", clinical["B"]),
            "M": DeliveredFile("mutations.csv", found, delimiter="\t"),
        }
    )
