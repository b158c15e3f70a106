"""Fine-Gray models and Gray's tests on real data against R; skipped where the data are absent."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from real.reference_samples import SAMPLES

from chorall.stats import fit_fine_gray, gray_test

DATA = Path(__file__).parents[2].parent / "shared" / "data"
# 7 significant digits
PRINTED = 1e-6
# crr, which gave the reference, stops where the score is below this part of the log-likelihood
# (gtol). On the AML data it stops 4e-5 short in one coefficient; with gtol = 1e-15 it agrees to
# 9 digits, as tests/oracle/fine_gray.R does on other data.
CRR_STOPS = 1e-6


def read_table(path):
    return pl.read_csv(DATA / path, null_values=["", "NA"], infer_schema_length=None)


def read_reference(kind):
    """List the name of every analysis of one kind with its rows; none without the folder."""
    analyses = {}
    for path in sorted(DATA.glob("*/reference_R.csv")):
        for row in pl.read_csv(path, infer_schema_length=None).iter_rows(named=True):
            found, name = row["analysis"].split(":", maxsplit=1)
            if found == kind:
                analyses.setdefault(name, []).append(row)
    missing = pytest.mark.skip(reason="no reference data in ../shared/data beside the repository")
    return [pytest.param(*item, id=item[0]) for item in analyses.items()] or [
        pytest.param("", [], marks=missing)
    ]


def read_aml():
    table = read_table("aml-multistage/clinical.csv").with_columns(age10=pl.col("AOD") / 10)
    terms = {name: pl.col(name) for name in ("NPM1", "FLT3_ITD", "complex", "age10")}
    return "rfs", "cuminc", terms, table


def read_bmtcrr():
    phase = 'relevel(factor(Phase), "Relapse")'
    terms = {
        "Age": pl.col("Age"),
        "SexM": pl.col("Sex") == "M",
        "DAML": pl.col("D") == "AML",
        **{f"{phase}{name}": pl.col("Phase") == name for name in ("CR1", "CR2", "CR3")},
        "SourcePB": pl.col("Source") == "PB",
    }
    return "ftime", "Status", terms, read_table("hsct-small/casebase_bmtcrr.csv")


def read_timereg():
    terms = {name: pl.col(name) for name in ("platelet", "age", "tcell")}
    return "time", "cause", terms, read_table("hsct-small/timereg_bmt408.csv")


def read_mgus2():
    table = read_table("r-survival/mgus2.csv").with_columns(
        time=pl.when(pstat=1).then("ptime").otherwise("futime"),
        cause=pl.when(pstat=1).then(1).otherwise(2 * pl.col("death")),
    )
    terms = {"age": pl.col("age"), "sexM": pl.col("sex") == "M", "mspike": pl.col("mspike")}
    return "time", "cause", terms, table


MODELS = {
    "relapse: NPM1,FLT3_ITD,complex0,age10": read_aml,
    "bmtcrr relapse Age+Sex+D+Phase(ref Relapse)+Source": read_bmtcrr,
    "timereg bmt cause1 platelet+age+tcell": read_timereg,
    "mgus2 PCM age+sexM+mspike": read_mgus2,
}


@pytest.mark.parametrize(("name", "rows"), read_reference("FineGray"))
def test_fit_fine_gray_gives_the_numbers_of_crr(name, rows):
    time, cause, terms, table = MODELS[name]()
    columns = [expression.cast(pl.Float64).alias(term) for term, expression in terms.items()]
    table = table.select(
        pl.col(time).alias("follow_up"), pl.col(cause).alias("kind"), *columns
    ).drop_nulls()
    fit = fit_fine_gray(table.select(terms.keys()), table["follow_up"], table["kind"])
    assert [row["term"] for row in rows] == list(terms)
    assert (fit.n, fit.n_events) == (rows[0]["n"], rows[0]["events"])
    expected = pl.DataFrame(rows).cast({"estimate": pl.Float64, "se": pl.Float64})
    short = CRR_STOPS * abs(fit.log_likelihood) * np.abs(fit.covariance).sum(axis=1)
    difference = np.abs(fit.log_hazard_ratio - expected["estimate"].to_numpy())
    assert (difference <= short + PRINTED * np.abs(fit.log_hazard_ratio)).all()
    np.testing.assert_allclose(fit.standard_error, expected["se"], rtol=2e-5)
    # p is printed with two digits, the hazard ratio with four decimals
    np.testing.assert_allclose(fit.p_value, [float(row["p"]) for row in rows], rtol=0.051)
    ratios = [float(row["note"].removeprefix("sHR=")) for row in rows]
    np.testing.assert_allclose(fit.hazard_ratio, ratios, atol=1e-4)


@pytest.mark.parametrize(("name", "rows"), read_reference("Gray"))
def test_gray_test_gives_the_numbers_of_cuminc(name, rows):
    sample = SAMPLES[name]()
    known = sample.group.is_not_null()
    found = gray_test(
        sample.time.filter(known), sample.cause.filter(known), sample.group.filter(known)
    )
    expected = [float(row["estimate"]) for row in rows]
    np.testing.assert_allclose(found.chi_square, expected, rtol=PRINTED)
    np.testing.assert_allclose(found.p_value, [float(row["p"]) for row in rows], rtol=1e-4)
