"""Write docs/gallery.md: one picture of each kind of figure, made from simulated trials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image

import chorall as ch
from chorall.analyses.result import AnalysisResult
from chorall.reports.figure import Figure
from chorall.reports.figure_sets import draw_figures
from chorall.reports.icon_figure import draw_icon_arrays
from chorall.tables.store import Pool

DOCS: Final = Path(__file__).parents[1] / "docs"
PICTURES: Final = DOCS / "images" / "gallery"
SIZES: Final = ((1000, 24), (860, 24), (720, 24), (600, 24), (500, 24))
"""Width in dots and number of colours: the first that is small enough is taken."""
MOST_BYTES: Final = 60_000
MOST_BYTES_IN_ALL: Final = 1_500_000
SIMULATE: Final = {"patients": 1600, "trials": 4, "seed": 7}
MARKERS: Final = ("IKZF1_del", "TP53", "BCR::ABL1", "ETV6::RUNX1")
HEAD: Final = """# Gallery of figures

Written by `make gallery`; do not edit. Everything here is simulated (`chorall simulate consortium \
--patients 1600 --trials 4 --seed 7`, pooled into POOL): no figure has a clinical meaning. Every \
command but `report` (one page) writes its figures with `--out DIR` as SVG and PNG, with the \
numbers drawn as CSV; in Python a figure has `.data`, `.svg()`, `.save(path)` and `.alt`, the \
sentence that stands under each picture. They are drawn here for two columns of a journal (183 \
mm); `--figure-width one_column`, or `.save(path, "one_column")`, lays them out anew for one (89 \
mm).
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One result and the drawings of it that are shown.

    Attributes
    ----------
    make : callable
        The result, or its figure, from the pool.
    command : str
        What makes the same, in a shell or in Python.
    shown : dict of str to str
        Beginning of the name of a figure to its heading on the page.
    """

    make: Callable[[Pool], AnalysisResult | Figure]
    command: str
    shown: dict[str, str]


TARGET_TRIAL: Final = """name = "Transplantation in first remission by day 180, or not"
endpoint = "RFS"
time_zero = "endpoint"
horizon_years = 5
treatment = {kind = "transplant"}
confounders = {adjust = ["age", "wbc"]}
settings = {resamples = 100}
strategies = [
  {name = "transplantation by day 180 of remission", start_by_day = 180},
  {name = "no transplantation in first remission", never = true},
]
"""
PATIENT: Final = {
    "age_years": 34, "sex": "male", "wbc_10e9_per_l": 80, "lineage": "B", "IKZF1_del": "present",
    "BCR::ABL1": "absent",
}  # fmt: skip
STRATEGIES: Final = ("asparaginase_standard", "asparaginase_intensive")
PAIR: Final = ("ukallxii_clinical", "graall_2014")
RULE_ITEMS: Final = ("age_years", "wbc_10e9_per_l", "IKZF1_del", "mrd_end_of_induction")


def emulate(pool: Pool) -> AnalysisResult:
    """Return the target trial above."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "trial.toml"
        file.write_text(TARGET_TRIAL, encoding="utf-8")
        return ch.target_trial(pool, file)


def foretell(pool: Pool) -> Figure:
    """Return what becomes of 100 patients like one."""
    answer = ch.predict(ch.fit_bank(pool), PATIENT, STRATEGIES)
    return draw_icon_arrays(answer, synthetic=True)


ENTRIES: Final = (
    Entry(ch.overview, "report POOL --out report.html", {
        "attrition": "From rows to patients", "coverage": "Share tested",
    }),
    Entry(lambda pool: ch.incidence(pool, markers=MARKERS),
          "incidence POOL -m IKZF1_del -m TP53 -m BCR::ABL1 -m ETV6::RUNX1 --out DIR",
          {"frequency": "Frequency by age band", "age-": "Frequency over age"}),
    Entry(lambda pool: ch.marker(pool, "IKZF1_del", endpoints=("OS", "CIR")),
          "marker POOL IKZF1_del -e OS -e CIR --out DIR", {"marker": "One marker on one page"}),
    Entry(ch.co_occurrence, "incidence POOL --co-occurrence --out DIR", {
        "co-occ": "Pairs of markers",
    }),
    Entry(ch.oncoprint, "incidence POOL --oncoprint --out DIR", {"oncoprint": "Every patient"}),
    Entry(lambda pool: ch.scan_prognosis(pool, endpoints=("OS",)), "scan POOL -e OS --out DIR",
          {"volcano": "All effects", "ranked": "Ranked effects"}),
    Entry(lambda pool: ch.prognosis(pool, markers=MARKERS, endpoints=("OS", "CIR")),
          "prognosis POOL -m IKZF1_del -m TP53 -m BCR::ABL1 -m ETV6::RUNX1 -e OS -e CIR --out DIR",
          {"forest": "Forest over markers", "trials": "Forest over trials",
           "survival-OS": "Survival", "survival-CIR": "Cumulative incidence"}),
    Entry(lambda pool: ch.impute_prognosis(pool, ["IKZF1_del"], endpoints=("OS",)),
          "impute POOL -m IKZF1_del -e OS --out DIR", {"imputed": "With missing values imputed"}),
    Entry(lambda pool: ch.treatment(pool, markers=["TP53"], endpoints=("OS",)),
          "treatment POOL --marker TP53 --endpoint OS --out DIR",
          {"treatment": "Marker and treatment"}),
    Entry(lambda pool: ch.transplant(pool, endpoints=("OS",)), "transplant POOL -e OS --out DIR",
          {"answers": "Answers side by side", "transplant": "Transplantation",
           "balance": "Balance"}),
    Entry(lambda pool: ch.donor(pool, endpoints=("OS",)), "donor POOL -e OS --out DIR",
          {"donor": "Donor against no donor"}),
    Entry(lambda pool: ch.cut_off(pool, variable="age", cut=16, bandwidth=8),
          "cut-off POOL --variable age --at 16 --bandwidth 8 --out DIR",
          {"cut-off": "At a cut-off of eligibility"}),
    Entry(emulate, "target-trial POOL trial.toml --out DIR",
          {"target-trial-risk": "A target trial", "target-trial-balance": "Balance in it"}),
    Entry(lambda pool: ch.risk(pool, classifiers=["nci"]), "risk POOL -c nci --out DIR",
          {"risk-groups": "Risk groups", "risk-causes": "Causes over time",
           "risk-treatment": "Treatment given by risk"}),
    Entry(lambda pool: ch.risk(pool, classifiers=PAIR),
          f"risk POOL -c {PAIR[0]} -c {PAIR[1]} --out DIR",
          {"risk-flow": "Two classifiers compared"}),
    Entry(lambda pool: ch.build_risk_rule(pool, targets=[0.1, 0.3], items=RULE_ITEMS),
          "risk-rule POOL --target-risk 0.1 --target-risk 0.3 -i age_years -i wbc_10e9_per_l "
          "-i IKZF1_del -i mrd_end_of_induction --out DIR",
          {"risk-rule-all-tests": "A new rule against its targets"}),
    Entry(lambda pool: ch.deescalation(pool, classifiers=["nci"]),
          "deescalation POOL -c nci --out DIR",
          {"deescalation-glance": "Less treatment at a glance",
           "deescalation-nci": "One group and its course"}),
    Entry(lambda pool: ch.validate_bank(pool, endpoints=("OS",), against=("age_and_wbc",),
                                        n_repeats=0, n_resamples=100),
          "bank validate POOL -e OS --against age_and_wbc --repeats 0 --resamples 100 --out DIR",
          {"bank-differences": "The bank and its rivals", "bank-calibration": "Calibration",
           "bank-decisions": "Net benefit"}),
    Entry(lambda pool: ch.bank_learning(pool, n_repeats=2, n_resamples=100),
          "bank learning POOL --repeats 2 --resamples 100 --out DIR",
          {"bank-learning": "How large a bank must be"}),
    Entry(foretell,
          "predict BANK patient.json -s asparaginase_standard -s asparaginase_intensive --run DIR",
          {"icons": "One patient, two strategies"}),
    Entry(lambda _: ch.plan_study("marker", frequency=0.1, hazard_ratio=1.5),
          "plan-study marker --frequency 0.1 --hazard-ratio 1.5 --out DIR",
          {"plan": "Plan of a study"}),
)  # fmt: skip


def draw_gallery() -> None:
    """Write the page and its pictures; pictures that are too large are an error."""
    with TemporaryDirectory() as folder:
        made = ch.simulate(Path(folder) / "sim", **SIMULATE)
        pool = ch.build_pool(made.consortium_toml, Path(folder) / "pool")
        parts = [part for entry in ENTRIES for part in show_entry(entry, pool)]
    DOCS.joinpath("gallery.md").write_text("\n".join([HEAD, *parts]), encoding="utf-8")
    sizes = {file.name: file.stat().st_size for file in PICTURES.glob("*.png")}
    if sum(sizes.values()) > MOST_BYTES_IN_ALL:
        raise SystemExit(f"{sum(sizes.values()):,} bytes of pictures are too many")
    print(f"{len(sizes)} pictures, {sum(sizes.values()):,} bytes, largest {max(sizes.values()):,}")


def show_entry(entry: Entry, pool: Pool) -> list[str]:
    """Return the part of the page for one result; a drawing that is not there is an error."""
    made = entry.make(pool)
    figures = [made] if isinstance(made, Figure) else draw_figures(made)
    parts = []
    for beginning, heading in entry.shown.items():
        found = [figure for figure in figures if figure.name.startswith(beginning)]
        if not found:
            names = ", ".join(figure.name for figure in figures)
            raise SystemExit(f"`{entry.command}` draws no `{beginning}`; it draws {names}")
        parts.append(show_figure(found[0], heading, beginning.strip("-"), entry.command))
    return parts


def show_figure(figure: Figure, heading: str, name: str, command: str) -> str:
    """Write the picture and return its part of the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        image = Image.open(figure.save(Path(folder) / "figure.png")).convert("RGB")
    made = (shrink(image, width, colours) for width, colours in SIZES)
    content = next((one for one in made if len(one) < MOST_BYTES), b"")
    if not content:
        raise SystemExit(f"{name}: no size of the picture stays below {MOST_BYTES:,} bytes")
    (PICTURES / f"{name}.png").write_bytes(content)
    said = figure.alt.replace("[", "(").replace("]", ")")
    return (
        f"## {heading}\n\n`chorall {command}`\n\n"
        f"![{figure.title}](images/gallery/{name}.png)\n\n{said}\n"
    )


def shrink(image: Image.Image, width: int, colours: int) -> bytes:
    """Return a PNG of that width with a palette."""
    height = round(image.height * width / image.width)
    small = image.resize((width, height), Image.Resampling.LANCZOS)
    stream = BytesIO()
    far_apart = Image.Quantize.MAXCOVERAGE
    flat = small.quantize(colours, method=far_apart, kmeans=4, dither=Image.Dither.NONE)
    flat.save(stream, "PNG", optimize=True)
    return stream.getvalue()


if __name__ == "__main__":
    draw_gallery()
