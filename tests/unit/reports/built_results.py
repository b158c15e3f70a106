"""Results built by hand (seeded) so that pages and figures can be tested without a pool."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import polars as pl

from chorall.analyses.attrition import ATTRITION
from chorall.analyses.follow_up import FOLLOW_UP_SCHEMA
from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.marker_sheet_result import MarkerSheet
from chorall.analyses.overview_result import OverviewResult
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.analyses.prognosis_rows import ROWS
from chorall.analyses.result import PoolLabel
from chorall.knowledge.age_bands import age_bands
from chorall.tables.schema import QUALITY

TRIALS = ("ALPHA-2003", "BETA-2008", "GAMMA-ADULT", "DELTA-REGISTRY")
MARKERS = {  # marker: frequency in the young, frequency in adults, log hazard ratio, share tested
    "ETV6::RUNX1": (0.22, 0.02, -0.7, 0.95),
    "BCR::ABL1": (0.03, 0.24, 0.6, 0.97),
    "IKZF1_deletion": (0.15, 0.35, 0.65, 0.55),
    "high_hyperdiploidy": (0.27, 0.07, -0.5, 0.9),
    "CDKN2A_deletion": (0.21, 0.3, 0.1, 0.5),
    "TP53_alteration": (0.03, 0.12, 0.9, 0.35),
    "KMT2A_rearrangement": (0.05, 0.1, 0.45, 0.93),
    "NOTCH1_mutation": (0.1, 0.12, -0.1, 0.2),
    "iAMP21": (0.02, 0.0, 0.3, 0.6),
    "TCF3::HLF": (0.001, 0.0, 1.5, 0.4),
}
ENDPOINTS = {"OS": "overall survival", "CIR": "cumulative incidence of relapse"}
LABEL = PoolLabel("5f2d" * 16, True, TRIALS, 4320)
N_AT_ZERO_PER_BAND = 540


def wilson(n_present: int, n_tested: int) -> tuple[float | None, float | None, float | None]:
    if not n_tested:
        return None, None, None
    share, z = n_present / n_tested, 1.96
    middle = (share + z * z / (2 * n_tested)) / (1 + z * z / n_tested)
    half = z * math.sqrt(share * (1 - share) / n_tested + z * z / (4 * n_tested**2))
    half /= 1 + z * z / n_tested
    return share, max(middle - half, 0.0), min(middle + half, 1.0)


@cache
def built_incidence() -> IncidenceResult:
    rng = np.random.default_rng(7)
    rows = []
    for marker, (young, adult, _, tested_share) in MARKERS.items():
        counts = []
        for band in age_bands():
            n_patients = int(rng.integers(200, N_AT_ZERO_PER_BAND))
            n_tested = int(rng.binomial(n_patients, tested_share))
            if marker == "NOTCH1_mutation" and band.label == ">=65":
                n_tested = 0
            n_present = int(rng.binomial(n_tested, adult if band.lower >= 26 else young))
            counts.append((band.label, n_patients, n_tested, n_present))
        total = tuple(sum(line[place] for line in counts) for place in (1, 2, 3))
        rows.append(incidence_row(marker, "overall", "all", *total))
        rows += [incidence_row(marker, "age_band", *line) for line in counts]
        rows.append(incidence_row(marker, "age_band", "unknown", 4, 0, 0))
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return IncidenceResult(
        analysis="incidence",
        pool=LABEL,
        rows=frame,
        warnings=("NOTCH1_mutation: one trial delivered no runs of the panel.",),
        phase="diagnosis",
        conf_level=0.95,
        method="wilson",
        age_trend=built_age_curves()[0],
        age_curve=built_age_curves()[1],
        adults=built_adults(),
    )


def built_sheet(marker: str) -> MarkerSheet:
    """Put one marker of both results on a sheet, with a row for each trial and lineage."""
    mine = pl.col("marker") == marker
    whole, prognosis = built_incidence(), built_prognosis()
    rows = whole.rows.filter(mine)
    overall = rows.filter(pl.col("by") == "overall")
    trials = [overall.with_columns(trial=pl.lit(trial)) for trial in TRIALS]
    lineages = [overall.with_columns(by=pl.lit("lineage"), group=pl.lit(word)) for word in "BT"]
    frames = pl.concat([rows, *trials, *lineages], how="vertical_relaxed")
    parts = ("rows", "summary", "curves", "at_risk", "by_trial")
    outcomes = {name: getattr(prognosis, name).filter(mine) for name in parts}
    mine_only = dataclasses.replace(prognosis, **outcomes)
    return MarkerSheet(
        analysis="marker",
        pool=LABEL,
        rows=mine_only.rows,
        marker=marker,
        incidence=dataclasses.replace(whole, rows=frames),
        prognosis=mine_only,
    )


def incidence_row(
    marker: str, by: str, group: str, n_patients: int, n_tested: int, n_present: int
) -> dict[str, object]:
    frequency, lower, upper = wilson(n_present, n_tested)
    rest = n_patients - n_tested
    return {
        "marker": marker,
        "by": by,
        "group": group,
        "trial": None,
        "n_trials": min(n_tested, 1),
        "n_patients": n_patients,
        "n_tested": n_tested,
        "n_present": n_present,
        "n_absent": n_tested - n_present,
        "n_inconclusive": rest // 10,
        "n_failed": rest // 20,
        "n_not_tested": rest - rest // 10 - rest // 20 - rest // 4 - rest // 30,
        "n_positive_only": rest // 30,
        "n_not_reported": rest // 4,
        "crude_proportion": frequency,
        "proportion": frequency,
        "lower": lower,
        "upper": upper,
        "i2": None,
        "tau2": None,
        "prediction_lower": None,
        "prediction_upper": None,
        "note": "one trial tested, nothing to pool" if n_tested else "nobody tested",
    }


def built_trend(marker: str, *, known: bool) -> dict[str, object]:
    numbers = {
        "odds_ratio": 1.2, "lower": 1.1, "upper": 1.3, "p_value": 0.002, "q_value": 0.004,
        "p_any": 0.003, "p_curved": 0.4,
    }  # fmt: skip
    counts = {"n_tested": 2000, "n_present": 300, "n_trials": 3, "left_out": ""}
    words = ("maximum likelihood", "") if known else ("", "fewer than 5 with, or without, it")
    said = dict(zip(("method", "note"), words, strict=True))
    return {"marker": marker} | counts | (numbers if known else dict.fromkeys(numbers)) | said


def built_age_curves() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Build a straight line over age for every marker but the last."""
    trends = [built_trend(marker, known=marker != "TCF3::HLF") for marker in MARKERS]
    parts = []
    for marker, (young, adult, _, _) in list(MARKERS.items())[:-1]:
        ages = np.linspace(1, 75, 13)
        shares = young + (adult - young) * ages / 75
        columns = {"proportion": shares, "lower": 0.8 * shares, "upper": 1.2 * shares}
        parts.append(pl.DataFrame({"marker": [marker] * 13, "age_years": ages} | columns))
    return pl.DataFrame(trends, infer_schema_length=None), pl.concat(parts)


def built_adults() -> pl.DataFrame:
    rows = [
        {
            "marker": marker, "against": against, "n_tested_adults": 900, "n_present_adults": 90,
            "n_tested_others": 800, "n_present_others": 40, "n_trials": 2 * known,
            "odds_ratio": 2.1 if known else None, "lower": 1.5 if known else None,
            "upper": 2.9 if known else None, "p_value": 0.0001 if known else None,
            "q_value": 0.0004 if known else None, "note": "" if known else "no trial tested both",
        }
        for marker in MARKERS
        for against, known in (("child", False), ("younger", True))
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


@cache
def built_prognosis() -> PrognosisResult:
    rng = np.random.default_rng(11)
    rows, curves, at_risk, by_trial = [], [], [], []
    for marker, (young, adult, log_ratio, tested) in MARKERS.items():
        for endpoint, label in ENDPOINTS.items():
            sizes = (
                int(4000 * tested * (young + adult) / 2),
                int(3000 * tested),
                int(4000 * (1 - tested)),
            )
            groups = dict(zip(("present", "absent", "not tested"), sizes, strict=True))
            figures = {}
            for group, n in groups.items():
                log_shift = log_ratio if group == "present" else 0.0
                steps, counts, at_horizon = simulate_group(rng, n, log_shift, endpoint)
                key = {"marker": marker, "endpoint": endpoint}
                curves += [key | {"group": group} | step for step in steps]
                at_risk += [key | {"group": group} | count for count in counts]
                figures[group] = at_horizon
            rows.append(prognosis_row(marker, endpoint, label, groups, figures, log_ratio))
            by_trial += [
                {
                    "marker": marker,
                    "endpoint": endpoint,
                    "trial_id": trial,
                    "n_present": groups["present"] // 4,
                    "n_absent": groups["absent"] // 4,
                    "events_present": groups["present"] // 16,
                    "events_absent": groups["absent"] // 20,
                    "hazard_ratio": math.exp(log_ratio),
                    "log_hazard_ratio": log_ratio,
                    "standard_error": 0.4 / 1.96,
                    "lower": math.exp(log_ratio - 0.4),
                    "upper": math.exp(log_ratio + 0.4),
                }
                for trial in TRIALS
            ]
    return PrognosisResult(
        analysis="prognosis",
        pool=LABEL,
        rows=pl.DataFrame(schema=ROWS),
        summary=pl.DataFrame(rows, infer_schema_length=None),
        warnings=("TCF3::HLF: fewer than 10 patients with the marker; no hazard ratio is given.",),
        curves=pl.DataFrame(curves, infer_schema_length=None),
        at_risk=pl.DataFrame(at_risk, infer_schema_length=None),
        by_trial=pl.DataFrame(by_trial, infer_schema_length=None),
        endpoints=tuple(ENDPOINTS),
        adjusted_for=("age_years", "sex", "log2 wbc_10e9_per_l"),
        horizon_years=5.0,
        conf_level=0.95,
    )


def simulate_group(rng, n, log_shift, endpoint):
    """Exponential times with a cured part; Kaplan-Meier or Aalen-Johansen steps in plain loops."""
    hazards = [0.06 * math.exp(log_shift)] + ([0.03] if endpoint == "CIR" else [])
    times = np.stack([rng.exponential(1 / hazard, n) for hazard in hazards])
    censoring = rng.uniform(1, 12, n)
    first = times.min(axis=0)
    time = np.ceil(np.minimum(first, censoring) * 12) / 12
    cause = np.where(first <= censoring, times.argmin(axis=0) + 1, 0)
    steps, horizon = [], (None, None, None)
    survival, incidence = 1.0, [0.0] * len(hazards)
    competing = endpoint == "CIR"
    start = 0.0 if competing else 1.0
    for number in range(len(hazards)):
        steps.append(step(number + 1, 0.0, start, start, start))
    for moment in np.unique(time):
        risk = int((time >= moment).sum())
        counts = [int(((time == moment) & (cause == c + 1)).sum()) for c in range(len(hazards))]
        incidence = [i + survival * d / risk for i, d in zip(incidence, counts, strict=True)]
        survival *= 1 - sum(counts) / risk
        for number, value in enumerate(incidence if competing else [survival]):
            half = 1.96 * math.sqrt(max(value * (1 - value), 1e-9) / max(risk, 1))
            limits = max(value - half, 0.0), min(value + half, 1.0)
            steps.append(step(number + 1, float(moment), value, *limits))
            if number == 0 and moment <= 5:
                horizon = (value, *limits)
    counts = [
        {
            "time_years": year,
            "n_at_risk": int((time >= year).sum()),
            "n_events": int(((time <= year) & (cause == 1)).sum()),
            "n_censored": int(((time < year) & (cause == 0)).sum()),
        }
        for year in range(13)
    ]
    return steps, counts, horizon


def step(cause, time_years, estimate, lower, upper):
    names = ("cause", "time_years", "estimate", "lower", "upper")
    return dict(zip(names, (cause, time_years, estimate, lower, upper), strict=True))


def prognosis_row(marker, endpoint, label, groups, figures, log_ratio):
    too_few = groups["present"] < 10
    error = 0.0 if too_few else 2 / math.sqrt(groups["present"] * 0.3)
    p_value = None if too_few else math.erfc(abs(log_ratio) / error / math.sqrt(2))
    ratio = [None] * 3 if too_few else [math.exp(log_ratio + z * error) for z in (0, -1.96, 1.96)]
    present, absent = figures["present"], figures["absent"]
    if too_few:
        present = (None, None, None)
    names = ("estimate", "lower", "upper")
    return {
        "marker": marker,
        "endpoint": endpoint,
        "endpoint_label": label,
        "n_patients": sum(groups.values()),
        "n_present": groups["present"],
        "n_absent": groups["absent"],
        "n_unknown": groups["not tested"],
        "events_present": groups["present"] // 3,
        "events_absent": groups["absent"] // 4,
        **{f"{name}_present": value for name, value in zip(names, present, strict=True)},
        **{f"{name}_absent": value for name, value in zip(names, absent, strict=True)},
        "logrank_chi_square": 4.2,
        "logrank_p_value": p_value,
        "hazard_ratio": ratio[0],
        "lower": ratio[1],
        "upper": ratio[2],
        "p_value": p_value,
        "adjusted_hazard_ratio": ratio[0],
        "adjusted_lower": ratio[1],
        "adjusted_upper": ratio[2],
        "adjusted_p_value": p_value,
        "n_adjusted": (groups["present"] + groups["absent"]) * 9 // 10,
        "events_adjusted": (groups["present"] // 3 + groups["absent"] // 4) * 9 // 10,
        "q_value": p_value,
        **{
            f"pooled_{name}": value
            for name, value in zip(("hazard_ratio", "lower", "upper"), ratio, strict=True)
        },
        "prediction_lower": None if too_few else ratio[1] / 1.5,
        "prediction_upper": None if too_few else ratio[2] * 1.5,
        "i2": None if too_few else 0.25,
        "n_pooled": 0 if too_few else len(TRIALS),
        "grade": "not assessable" if too_few else "replicated",
        "warnings": "",
        "n_trials": len(TRIALS),
        "note": "fewer than 10 patients with the marker" if too_few else "",
    }


@cache
def built_overview() -> OverviewResult:
    rng = np.random.default_rng(3)
    rows = [
        {
            "trial_id": trial,
            "group": f"Group {place + 1}",
            "population": ("paediatric", "all_ages", "adult", "older_adult")[place],
            "accrual": ("2003-2011", "2008-2016", "from 2010", None)[place],
            "n_patients": 1080,
            "n_children": (900, 400, 0, 0)[place],
            "n_young_adults": (180, 300, 120, 0)[place],
            "n_adults": (0, 375, 957, 1075)[place],
            "n_age_unknown": (0, 5, 3, 5)[place],
            "median_age": (6.2, 17.0, 44.5, 68.3)[place],
            "n_events": (120, 301, 512, None)[place],
            "median_follow_up_years": (8.4, 6.02, 4.0, None)[place],
            "n_quarantined": (0, 12, 3, 81)[place],
        }
        for place, trial in enumerate(TRIALS)
    ]
    coverage = []
    for marker in MARKERS:
        for trial in TRIALS:
            share = max(float(rng.uniform(-0.25, 1.0)), 0.0)
            n_tested = int(1080 * share)
            coverage.append((marker, trial, 1080, n_tested, n_tested // 5, n_tested / 1080))
    names = ("marker", "trial_id", "n_patients", "n_tested", "n_present", "share_tested")
    return OverviewResult(
        analysis="overview",
        pool=LABEL,
        rows=pl.DataFrame(rows, infer_schema_length=None),
        warnings=("No overall survival, so no deaths and no follow-up: DELTA-REGISTRY.",),
        coverage=pl.DataFrame(coverage, schema=names, orient="row"),
        quality=built_quality(),
        follow_up=pl.DataFrame(schema=FOLLOW_UP_SCHEMA),
        attrition=built_attrition(TRIALS),
    )


def built_attrition(trials: Sequence[str], reason: str = "unknown_patient") -> pl.DataFrame:
    """Lines of every step; the last trial delivered no outcome and tested nobody."""
    lines: list[tuple[str, str, str, str, int]] = []
    for place, trial in enumerate(trials):
        followed = 0 if place == len(trials) - 1 else 1000 - 10 * place
        tested = 0 if place == len(trials) - 1 else followed - 300
        rows = (
            ("delivered", "", 2500), ("set_aside", "", 100 * place),
            ("pooled", "", 2490 - 100 * place),
            ("quarantined", reason, 7), ("quarantined", "bad_date", 3),
        )  # fmt: skip
        patients = (
            ("in_pool", 1080), ("without_endpoint", 1080 - followed), ("with_endpoint", followed),
            ("not_tested", followed - tested), ("tested", tested),
        )  # fmt: skip
        lines += [("row", step, why, trial, n) for step, why, n in rows]
        lines += [("patient", step, "", trial, n) for step, n in patients]
    return pl.DataFrame(lines, schema=ATTRITION, orient="row")


def built_quality() -> pl.DataFrame:
    message = "Whole rows did not enter the pool: see the table quarantine for file, row & reason."
    lines = [
        (
            "rows_quarantined",
            "DELTA-REGISTRY",
            "conformance",
            "serious",
            "failed",
            900,
            12,
            message,
        ),
        (
            "sex_missing",
            "BETA-2008",
            "completeness",
            "notice",
            "failed",
            1080,
            140,
            "More than 1/10.",
        ),
        (
            "follow_up_missing",
            "DELTA-REGISTRY",
            "completeness",
            "fatal",
            "failed",
            1080,
            1080,
            "Nobody.",
        ),
        ("duplicate_patients", "ALPHA-2003", "conformance", "serious", "passed", 1080, 0, ""),
        ("age_missing", "ALPHA-2003", "completeness", "serious", "not_applicable", 0, 0, ""),
    ]
    return pl.DataFrame(lines, schema=QUALITY.schema, orient="row")


MANIFEST = {
    "versions": {"chorall": "0.1.0", "polars": "2.1.0"},
    "deliveries": [
        {
            "trial_id": trial,
            "source": "patients",
            "file": f"{trial.lower()}/patients.csv",
            "sha256": "ab12" * 16,
            "n_rows": 1080,
            "n_pooled": 1080,
            "n_quarantined": 0,
            "n_set_aside": 0,
        }
        for trial in TRIALS
    ],
}
