"""Quality checks of plausibility; each returns `trial_id` and `bad` per thing looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from chorall.knowledge.units import DAYS_PER_YEAR

Tables = Mapping[str, pl.DataFrame]

UNIT_SLIP_FACTOR: Final = 50.0
"""Medians of trials differ by case mix, at most about tenfold; units differ by 1,000 or 100."""


def _first_days(tables: Tables, kind: str) -> pl.DataFrame:
    return (
        tables["event"]
        .filter(pl.col("type") == kind)
        .group_by("patient_id", "trial_id", maintain_order=True)
        .agg(pl.col("day").min().alias(kind))
    )


def _relapses(tables: Tables) -> pl.DataFrame:
    remissions = _first_days(tables, "remission").drop("trial_id")
    return _first_days(tables, "relapse").join(
        remissions, on="patient_id", how="left", maintain_order="left"
    )


def find_relapse_without_remission(tables: Tables) -> pl.DataFrame:
    """Every patient with a relapse, where the trial collected remissions; bad: no remission."""
    declared = tables["impossible"].filter(pl.col("field").is_in(["event", "event.remission"]))
    relapses = _relapses(tables).join(declared, on="trial_id", how="anti", maintain_order="left")
    return relapses.select("trial_id", pl.col("remission").is_null().alias("bad"))


def find_relapse_before_remission(tables: Tables) -> pl.DataFrame:
    """Every patient with relapse and remission; bad: the relapse came first."""
    both = _relapses(tables).drop_nulls("remission")
    return both.select("trial_id", (pl.col("relapse") < pl.col("remission")).alias("bad"))


def _with_last_contact(tables: Tables, frame: pl.DataFrame) -> pl.DataFrame:
    contacts = tables["follow_up"].select("patient_id", "last_contact_day", "vital_status")
    return frame.join(contacts, on="patient_id", how="inner", maintain_order="left")


def find_contact_after_death(tables: Tables) -> pl.DataFrame:
    """Every dead patient; bad: last contact lies after death."""
    dead = _with_last_contact(tables, _first_days(tables, "death"))
    return dead.select("trial_id", (pl.col("last_contact_day") > pl.col("death")).alias("bad"))


def find_event_after_last_contact(tables: Tables) -> pl.DataFrame:
    """Every event; bad: it lies after last contact."""
    events = _with_last_contact(tables, tables["event"])
    return events.select("trial_id", (pl.col("day") > pl.col("last_contact_day")).alias("bad"))


def find_dead_without_death(tables: Tables) -> pl.DataFrame:
    """Every patient called dead; bad: no death is dated."""
    died = _first_days(tables, "death")["patient_id"]
    dead = tables["follow_up"].filter(pl.col("vital_status") == "dead")
    return dead.select("trial_id", (~pl.col("patient_id").is_in(died.implode())).alias("bad"))


def find_death_but_alive(tables: Tables) -> pl.DataFrame:
    """Every patient with a dated death; bad: vital status says alive."""
    dead = _with_last_contact(tables, _first_days(tables, "death"))
    return dead.select("trial_id", (pl.col("vital_status") == "alive").alias("bad"))


def find_several_deaths(tables: Tables) -> pl.DataFrame:
    """Every patient with a death; bad: there are several."""
    deaths = tables["event"].filter(pl.col("type") == "death")
    counted = deaths.group_by("patient_id", "trial_id", maintain_order=True).len()
    return counted.select("trial_id", (pl.col("len") > 1).alias("bad"))


def find_event_before_time_zero(tables: Tables) -> pl.DataFrame:
    """Every event; bad: before day 0."""
    return tables["event"].select("trial_id", (pl.col("day") < 0).alias("bad"))


def find_transplant_after_death(tables: Tables) -> pl.DataFrame:
    """Every dated transplantation of a patient who died; bad: after death."""
    deaths = _first_days(tables, "death").drop("trial_id")
    grafts = (
        tables["transplant"]
        .drop_nulls("day")
        .join(deaths, on="patient_id", how="inner", maintain_order="left")
    )
    return grafts.select("trial_id", (pl.col("day") > pl.col("death")).alias("bad"))


def _first_year(tables: Tables) -> pl.DataFrame:
    """Return patients whose year band begins with a year, with the trial's calendar years."""
    years = tables["trial"].select(
        "trial_id", "accrual_from_year", "accrual_to_year", "data_cutoff_year"
    )
    patients = tables["patient"].select(
        "patient_id",
        "trial_id",
        pl.col("year_band").str.extract(r"^(\d{4})", 1).cast(pl.Int32).alias("first_year"),
        pl.col("year_band").str.extract(r"(\d{4})$", 1).cast(pl.Int32).alias("last_year"),
    )
    return patients.drop_nulls("first_year").join(
        years, on="trial_id", how="left", maintain_order="left"
    )


def find_event_after_cutoff(tables: Tables) -> pl.DataFrame:
    """Every event of a patient with a cut-off day or a year band; bad: after the cut-off.

    Where only the year of the cut-off is stated: after that year at the earliest.
    """
    cutoffs = tables["follow_up"].select("patient_id", "cutoff_day")
    years = _first_year(tables).drop("trial_id")
    events = (
        tables["event"]
        .join(cutoffs, on="patient_id", how="left", maintain_order="left")
        .join(years, on="patient_id", how="left", maintain_order="left")
    )
    earliest = pl.col("first_year") + pl.col("day") / DAYS_PER_YEAR
    late = pl.coalesce(
        pl.col("day") > pl.col("cutoff_day"), earliest >= pl.col("data_cutoff_year") + 1
    )
    return events.select("trial_id", late.alias("bad")).drop_nulls("bad")


def find_outside_accrual(tables: Tables) -> pl.DataFrame:
    """Every patient with a year band; bad: the whole band lies outside accrual."""
    dated = _first_year(tables).drop_nulls(["accrual_from_year", "accrual_to_year"])
    early = pl.col("last_year") < pl.col("accrual_from_year")
    late = pl.col("first_year") > pl.col("accrual_to_year")
    return dated.select("trial_id", (early | late).alias("bad"))


def find_unit_slip(tables: Tables) -> pl.DataFrame:
    """Every quantity that another trial has too; bad: a median far from the others'."""
    patients = tables["patient"]
    values = [
        patients.select("trial_id", pl.lit(name).alias("item"), pl.col(name).alias("value"))
        for name in ("age_years", "wbc_10e9_per_l")
    ]
    values.append(tables["measurement"].select("trial_id", "item", "value"))
    medians = (
        pl.concat(values)
        .filter(pl.col("value") > 0)
        .group_by("trial_id", "item", maintain_order=True)
        .agg(pl.col("value").median().log().alias("median"))
    )
    others = medians.join(medians, on="item", suffix="_other").filter(
        pl.col("trial_id") != pl.col("trial_id_other")
    )
    centre = others.group_by("trial_id", "item", maintain_order=True).agg(
        pl.col("median").first(), pl.col("median_other").median().alias("centre")
    )
    apart = (pl.col("median") - pl.col("centre")).abs().exp()
    return centre.select("trial_id", (apart >= UNIT_SLIP_FACTOR).alias("bad"))


def find_same_person(tables: Tables) -> pl.DataFrame:
    """Every patient; bad: the same person key, or the same fingerprint, in another trial."""
    contacts = tables["follow_up"].select("patient_id", "last_contact_day")
    patients = tables["patient"].join(contacts, on="patient_id", how="left", maintain_order="left")
    fingerprint = ["sex", "age_years", "wbc_10e9_per_l", "last_contact_day"]
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in fingerprint)
    return patients.select(
        "trial_id",
        (
            _in_two_trials(["person_id"], pl.col("person_id").is_not_null())
            | _in_two_trials(fingerprint, known)
        ).alias("bad"),
    )


def _in_two_trials(columns: list[str], known: pl.Expr) -> pl.Expr:
    return known & (pl.col("trial_id").n_unique().over(columns) > 1)
