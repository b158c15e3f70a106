"""What a pool, and a bank by itself, can say of the items of TRIPOD+AI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from chorall.analyses.attrition import count_attrition
from chorall.knowledge.tripod_items import tripod_checklist
from chorall.models.bank.bank import Bank
from chorall.tables.store import Pool

TRIPOD: Final[dict[str, pl.DataType]] = {
    "item": pl.String(),
    "topic": pl.String(),
    "known": pl.String(),
    "to_fill": pl.String(),
}
MOST_NAMES: Final = 12
ALWAYS: Final = {
    "intended": "Patients with acute lymphoblastic leukaemia, foretold at diagnosis or later in "
    "their course. Research use only.",
    "code": "The analysis is one command of Chorall; its version and that of the packages stand "
    "in manifest.json of the pool.",
    "choice": "Features are chosen without outcomes: markers that 8 patients or more carry.",
    "handling": "Numbers stay continuous (white cells as log2), nothing is cut; markers are "
    "present, absent or not known, and not tested is never negative.",
    "model": "A multi-state model; each transition a random-effects Cox model, group variances "
    "estimated. What is tuned is tuned within the training patients (docs/methods/bank.md).",
    "computing": "From day 0, by a model fitted without the patients judged; MRD and what else "
    "comes later is taken as not known.",
    "imbalance": "Times to events are modelled with censoring; no class is weighted or drawn again "
    "in fitting.",
    "output": "Probabilities over time with limits; no class and no threshold. Net benefit is "
    "given over a range of thresholds (`decisions`).",
    "updating": "The level is corrected in each trial left out, by other patients of that trial; "
    "shown beside the uncorrected (`*_recalibrated`).",
    "specification": "`chorall bank fit POOL -o BANK` writes coefficients, baselines and model "
    "card; `chorall predict` uses them.",
    "poor_input": "What is missing is drawn from its distribution given what is known and widens "
    "the interval; what cannot be is refused with a message; outside the support of the bank "
    "there is no answer.",
    "user": "A patient file; items that are not known are left out "
    "(docs/methods/bank.md).",
}  # fmt: skip
"""What holds of every run; each sentence is told and explained on the pages of methods."""

NO_BANK: Final = "No bank was validated for this: `chorall bank validate POOL` tells it."
NOT_VALIDATED: Final = (
    "Answers were not compared with outcomes here: `chorall bank validate POOL` does it."
)


def lay_out_items(known: Mapping[str, str], otherwise: str = "") -> pl.DataFrame:
    """Return item, topic, known and to_fill; `known` is empty where nothing can be said.

    Parameters
    ----------
    known : mapping of str to str
        Key of knowledge/tripod.toml to what is known.
    otherwise : str
        Stands before what a person must fill where a validation would know the item, but what
        speaks here does not.
    """
    lines = []
    for item in tripod_checklist().items:
        told = known.get(item.knows, "")
        open_here = otherwise if item.knows and not told else ""
        to_fill = " ".join(part for part in (open_here, item.to_fill) if part)
        lines.append((item.number, item.topic, told, to_fill))
    return pl.DataFrame(lines, schema=TRIPOD, orient="row")


def fill_tripod_of_pool(pool: Pool) -> pl.DataFrame:
    """Return the checklist with what the data alone can say, for a report without a bank."""
    return lay_out_items({"code": ALWAYS["code"]} | know_pool(pool), NO_BANK)


def fill_tripod_of_bank(bank: Bank) -> pl.DataFrame:
    """Return the checklist with what a bank says of itself, for the answer about a patient."""
    return lay_out_items(ALWAYS | know_bank(bank), NOT_VALIDATED)


def know_pool(pool: Pool) -> dict[str, str]:
    """Return what the data say: where they come from, when, who was treated how, who is left."""
    trials = pool.table("trial")
    made_up = " (simulated)" if pool.synthetic else ""
    years = ("accrual_from_year", "accrual_to_year", "data_cutoff_year")
    spans = [
        f"{trial} {first} to {last}, data of {cutoff}"
        for trial, first, last, cutoff in trials.select(
            "trial_id", *(pl.col(year).cast(pl.String).fill_null("?") for year in years)
        ).iter_rows()
    ]
    steps = dict(count_attrition(pool).group_by("step").agg(pl.col("n").sum()).iter_rows())
    return {
        "source": f"Individual patients of {trials.height} trials{made_up}: "
        + list_names(pool.trials),
        "dates": "Accrual and cut-off (? is not known): " + "; ".join(spans),
        "groups": "Trial groups: " + list_names(trials["group"].unique(maintain_order=True)),
        "treatment": f"{pool.table('transplant')['patient_id'].n_unique():,} transplanted; "
        f"{pool.table('allocation')['patient_id'].n_unique():,} allocated to an arm",
        "preparation": f"{steps.get('quarantined', 0):,} rows quarantined and "
        f"{steps.get('set_aside', 0):,} set aside; every rule is in the mappings (manifest.json)",
        "flow": f"{steps['in_pool']:,} patients in the pool, {steps['with_endpoint']:,} with "
        f"overall survival, {steps['tested']:,} of them tested for a marker",
        "characteristics": _say_patients(pool),
    }


def know_bank(bank: Bank) -> dict[str, str]:
    """Return what a fitted bank says of itself; its performance is not among it."""
    trials = [str(trial) for trial in bank.about.get("trials", [])]
    made_up = " (simulated)" if bank.about.get("synthetic") else ""
    stays = [
        f"{model.transition.name}: {model.n_at_risk:,} stays, {model.n_events:,} events"
        for model in bank.transitions
    ]
    items = [feature.item for feature in bank.design.features]
    return {
        "scope": "Answer about patients of a knowledge bank in acute lymphoblastic leukaemia, "
        f"fitted to {len(trials)} trials{made_up}.",
        "source": f"Individual patients of {len(trials)} trials{made_up}: {list_names(trials)}",
        "predictors": f"{len(items)}: {list_names(items)}",
        "sample_size": "; ".join(stays),
        "clusters": "Trials are strata of the effects; spread between trials counts as doubt.",
        "warnings": " ".join(bank.warnings),
    }


def _say_patients(pool: Pool) -> str:
    patients = pool.table("patient")
    age = patients["age_years"].cast(pl.Float64).drop_nulls()
    if age.is_empty():
        return "age not known"
    middle, low, high = (float(age.quantile(part) or 0.0) for part in (0.5, 0.25, 0.75))
    return f"median age {middle:.1f} years (quartiles {low:.1f} and {high:.1f})"


def list_names(names: Sequence[str] | pl.Series) -> str:
    """Return the first names, and how many more there are."""
    listed = [str(name) for name in names]
    more = f" and {len(listed) - MOST_NAMES} more" if len(listed) > MOST_NAMES else ""
    return ", ".join(listed[:MOST_NAMES]) + more
