"""Kernels on real data against values computed in R; skipped where the data folder is absent."""

import re

import numpy as np
import polars as pl
import pytest
from real.reference_samples import DATA, SAMPLES

from chorall.stats import concordance, cumulative_incidence, fit_cox, kaplan_meier, logrank

# the reference is printed with 7 significant digits, standard errors with 6, p-values with 5
PRINTED = {"estimate": 1e-6, "se": 1e-5, "p": 1e-4}
DAYS_PER_YEAR = 365.25
KINDS = ("KM", "CIF", "logrank", "Cox(efron)")
# the other kinds are tested in test_reference_fine_gray.py
ELSEWHERE = ("FineGray", "Gray")
# hazard ratios are printed with 4 decimals in the notes
DECIMALS = 5e-5


def read_reference():
    """List (kind, name, rows) of every analysis; none when the folder is absent."""
    analyses = {}
    for path in sorted(DATA.glob("*/reference_R.csv")):
        for row in pl.read_csv(path, infer_schema_length=None).iter_rows(named=True):
            kind, name = row["analysis"].split(":", maxsplit=1)
            assert kind in KINDS + ELSEWHERE, f"{path}: a kind that no test reads: {kind}"
            if kind in KINDS:
                analyses.setdefault((kind, name), []).append(row)
    return [
        pytest.param(kind, name, rows, id=f"{kind}: {name}")
        for (kind, name), rows in analyses.items()
    ]


REFERENCE = read_reference()
NOT_HERE = pytest.mark.skip(reason="no reference data in ../shared/data beside the repository")


def read_time(text):
    """Years printed as days with one decimal become exact again; other times stay."""
    years = round(float(text) / DAYS_PER_YEAR)
    exact = years * DAYS_PER_YEAR
    return exact if years and abs(exact - float(text)) < 0.06 else float(text)


def choose(sample, group):
    return np.ones(len(sample.time), bool) if group is None else (sample.group == group).to_numpy()


def answer_kaplan_meier(sample, term):
    group, asked = term.split("|")
    level = None if group == "all" else group.split("=", maxsplit=1)[1]
    rows = choose(sample, cast_label(sample, level))
    curve = kaplan_meier(sample.time.filter(rows), sample.event[rows])
    if asked == "median":
        events = curve.n_events.sum()
        return {"estimate": curve.median.estimate, "n": rows.sum(), "events": events}
    time = read_time(re.fullmatch(r"S\((.*)\)", asked)[1])
    found = curve.at(time)
    if time > curve.time[-1]:
        # the reference carries the last value on (extend = TRUE); a kernel says it is not known
        assert np.isnan(found.survival[0])
        found = curve.at(curve.time[-1])
    return {"estimate": found.survival[0], "se": found.standard_error[0]}


def answer_cumulative_incidence(sample, term):
    curve, time = term.split("|t=")
    group, cause = curve.rsplit(" ", maxsplit=1)
    rows = choose(sample, None if sample.group is None else cast_label(sample, group))
    found = cumulative_incidence(sample.time.filter(rows), sample.cause.filter(rows))
    found = found.at(read_time(time))
    kind = int(cause) - 1
    return {
        "estimate": found.cumulative_incidence[kind, 0],
        "se": found.standard_error[kind, 0],
        "n": len(sample.time),
    }


def cast_label(sample, label):
    if label is None or sample.group.dtype == pl.String:
        return label
    return int(label)


def answer_logrank(sample, term):
    assert term == "chisq"
    test = logrank(sample.time, sample.event, sample.group)
    return {"estimate": test.chi_square, "p": test.p_value, "n": test.n.sum()}


def answer_cox(sample):
    fit = fit_cox(
        np.column_stack(list(sample.terms.values())).astype(float),
        sample.time,
        sample.event,
        entry_time=sample.entry_time,
        strata=sample.strata,
    )
    assert fit.converged
    found = {"concordance": answer_concordance(sample, fit)}
    numbers = zip(fit.log_hazard_ratio, fit.standard_error, fit.p_value, strict=True)
    return found | {
        term: {
            "estimate": b, "se": se, "p": p, "n": fit.n, "events": fit.n_events,
            "note": f"HR={np.exp(b):.4f}",
        }
        for term, (b, se, p) in zip(sample.terms, numbers, strict=True)
    }  # fmt: skip


def answer_concordance(sample, fit):
    """Concordance of the predictor, within strata, as coxph gives it."""
    x = np.column_stack(list(sample.terms.values())).astype(float)
    # patients alike must be tied: sums may differ in the last bit
    score = np.round(x @ fit.log_hazard_ratio, 10)
    found = concordance(
        score, sample.time, sample.event, entry_time=sample.entry_time, strata=sample.strata
    )
    return {"estimate": found.concordance, "n": fit.n, "events": fit.n_events}


def read_ratio(note):
    return float(note.removeprefix("HR="))


def answer_terms(kind, sample, terms):
    if kind == "Cox(efron)":
        return answer_cox(sample)
    answer = {
        "KM": answer_kaplan_meier,
        "CIF": answer_cumulative_incidence,
        "logrank": answer_logrank,
    }[kind]
    return {term: answer(sample, term) for term in terms}


@pytest.mark.parametrize(
    ("kind", "name", "rows"), REFERENCE or [pytest.param("", "", [], marks=NOT_HERE)]
)
def test_kernels_give_the_numbers_of_r(kind, name, rows):
    found = answer_terms(kind, SAMPLES[name](), [row["term"] for row in rows])
    assert set(found) == {row["term"] for row in rows}
    for row in rows:
        for column, value in found[row["term"]].items():
            expected = row[column]
            if expected is None and column == "estimate":
                assert np.isnan(value), row["term"]
            elif column == "note":
                # both are rounded: the last decimal may differ
                assert read_ratio(value) == pytest.approx(read_ratio(expected), abs=2 * DECIMALS), (
                    row["term"]
                )
            elif expected is not None:
                # p-values below 1e-300 or so are printed as 0
                assert value == pytest.approx(
                    float(expected), rel=PRINTED.get(column, 0), abs=1e-12
                ), f"{row['term']} {column}"


def test_no_row_of_any_reference_is_left_out():
    paths = sorted(DATA.glob("*/reference_R.csv"))
    if not paths:
        pytest.skip("no reference data in ../shared/data beside the repository")
    rows = pl.concat([pl.read_csv(path, infer_schema_length=None).select("analysis", "term")
                      for path in paths])  # fmt: skip
    kinds = rows["analysis"].str.split(":").list.first()
    assert set(kinds) == {*KINDS, *ELSEWHERE}
    here = sum(len(parameter.values[2]) for parameter in REFERENCE)
    assert here == kinds.is_in(KINDS).sum()
    assert {parameter.values[1] for parameter in REFERENCE} <= SAMPLES.keys()
    # four folders: what is checked may grow, never shrink
    assert len(rows) >= 317
