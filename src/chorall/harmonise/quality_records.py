"""Quality checks of conformance and completeness; `trial_id` and `bad` per thing looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from chorall.tables.words import DIAGNOSIS, TESTED_STATUSES

Tables = Mapping[str, pl.DataFrame]


def find_quarantined_rows(tables: Tables) -> pl.DataFrame:
    """Every source row that was to be pooled; bad: it gave nothing."""
    account = tables["account"].with_columns(
        (pl.col("n_rows") - pl.col("n_quarantined")).alias("n_good")
    )
    long = account.select("trial_id", "n_good", "n_quarantined").unpivot(
        index="trial_id", variable_name="what", value_name="n"
    )
    return (
        long.select(
            pl.col("trial_id").repeat_by("n").alias("trial_id"),
            (pl.col("what") == "n_quarantined").repeat_by("n").alias("bad"),
        )
        .explode("trial_id", "bad")
        .drop_nulls()
    )


def find_withheld_values(tables: Tables) -> pl.DataFrame:
    """Every single value on the quarantine list; all are bad, a trial without any passes."""
    values = tables["quarantine"].filter(~pl.col("whole_row"))
    bad = values.select("trial_id", pl.lit(True).alias("bad"))
    return pl.concat([bad, _one_good_per_trial(tables)])


def find_duplicate_patients(tables: Tables) -> pl.DataFrame:
    """Every patient, and every row refused because its patient stands twice in the register."""
    refused = tables["quarantine"].filter(pl.col("reason") == "duplicate_patient")
    good = tables["patient"].select("trial_id", pl.lit(False).alias("bad"))
    return pl.concat([good, refused.select("trial_id", pl.lit(True).alias("bad"))])


def _one_good_per_trial(tables: Tables) -> pl.DataFrame:
    return tables["trial"].select("trial_id", pl.lit(False).alias("bad"))


def find_uncovered_findings(tables: Tables) -> pl.DataFrame:
    """Every finding; bad: its assay does not list the lesion."""
    runs = tables["assay_run"].select("run_id", "assay_id")
    covered = tables["assay_coverage"].select("assay_id", "marker", pl.lit(True).alias("covered"))
    found = tables["finding"].join(runs, on="run_id", how="left", maintain_order="left")
    joined = found.join(
        covered.unique(), on=["assay_id", "marker"], how="left", maintain_order="left"
    )
    return joined.select("trial_id", pl.col("covered").is_null().alias("bad"))


def find_doubtful_findings(tables: Tables) -> pl.DataFrame:
    """Every finding, and every lesion that could not be read; the latter are bad."""
    good = tables["finding"].select("trial_id", pl.lit(False).alias("bad"))
    return pl.concat([good, tables["doubt"].select("trial_id", pl.lit(True).alias("bad"))])


def find_disagreements(tables: Tables) -> pl.DataFrame:
    """Every patient and marker with both a measured and an asserted status; bad: they differ."""
    return tables["disagreement"].select("trial_id", "bad")


def find_missing_follow_up(tables: Tables) -> pl.DataFrame:
    """Every patient; bad: no follow-up."""
    followed = tables["follow_up"]["patient_id"]
    return tables["patient"].select(
        "trial_id", (~pl.col("patient_id").is_in(followed.implode())).alias("bad")
    )


def find_missing(column: str) -> Callable[[Tables], pl.DataFrame]:
    """Return the check that looks at every patient; bad: `column` has no value."""

    def find(tables: Tables) -> pl.DataFrame:
        applicable = tables["patient"].filter(
            (pl.col(f"{column}_missing") != "not_applicable").fill_null(True)
        )
        return applicable.select("trial_id", pl.col(column).is_null().alias("bad"))

    return find


def find_untested_patients(tables: Tables) -> pl.DataFrame:
    """Every patient; bad: not one marker was tested at diagnosis."""
    results = tables["marker_result"]
    is_tested = pl.any_horizontal(pl.col("status") == word for word in TESTED_STATUSES)
    tested = results.filter(is_tested & (pl.col("phase") == DIAGNOSIS))["patient_id"].unique()
    return tables["patient"].select(
        "trial_id", (~pl.col("patient_id").is_in(tested.implode())).alias("bad")
    )
