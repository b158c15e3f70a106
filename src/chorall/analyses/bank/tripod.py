"""The TRIPOD+AI checklist, filled with what a validation of a bank knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.attrition import count_attrition
from chorall.analyses.bank.foretell import BANK
from chorall.analyses.bank.measures import Outcome
from chorall.analyses.bank.patient_groups import EVERYBODY, TRIAL
from chorall.analyses.bank.schemes import HEADLINE
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.knowledge.tripod_items import tripod_checklist
from chorall.models.bank.bank_fit import BankData
from chorall.tables.store import Pool

TRIPOD: Final[dict[str, pl.DataType]] = {
    "item": pl.String(),
    "topic": pl.String(),
    "known": pl.String(),
    "to_fill": pl.String(),
}
MOST_NAMES: Final = 12
SHOWN: Final = ("concordance", "auc", "brier", "observed_over_expected")
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


@dataclass(frozen=True, slots=True)
class Setting:
    """What the run was asked for.

    Attributes
    ----------
    rivals : tuple of str
        Models fitted beside the bank, and published classifiers.
    horizon_years : float
    n_folds, n_repeats, n_resamples, seed : int
    """

    rivals: tuple[str, ...]
    horizon_years: float
    n_folds: int
    n_repeats: int
    n_resamples: int
    seed: int


def fill_tripod(
    pool: Pool,
    data: BankData,
    outcomes: Sequence[Outcome],
    setting: Setting,
    rows: pl.DataFrame,
    warnings: Sequence[str],
) -> pl.DataFrame:
    """Return item, topic, known and to_fill; `known` is empty where the run cannot say.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    data : BankData
        What banks were fitted to.
    outcomes : sequence of Outcome
        What was foretold.
    setting : Setting
        What the run was asked for.
    rows : DataFrame
        Those of the result.
    warnings : sequence of str
        Of the whole run.
    """
    known = ALWAYS | _know_study(pool, outcomes, setting) | _know_data(pool, data, outcomes)
    known |= _know_results(rows, outcomes, setting) | {"warnings": " ".join(warnings)}
    lines = [
        (item.number, item.topic, known.get(item.knows, ""), item.to_fill)
        for item in tripod_checklist().items
    ]
    return pl.DataFrame(lines, schema=TRIPOD, orient="row")


def _know_study(pool: Pool, outcomes: Sequence[Outcome], setting: Setting) -> dict[str, str]:
    trials = pool.table("trial")
    names = ", ".join(outcome.endpoint for outcome in outcomes)
    made_up = " (simulated)" if pool.synthetic else ""
    years = ("accrual_from_year", "accrual_to_year", "data_cutoff_year")
    spans = [
        f"{trial} {first} to {last}, data of {cutoff}"
        for trial, first, last, cutoff in trials.select(
            "trial_id", *(pl.col(year).cast(pl.String).fill_null("?") for year in years)
        ).iter_rows()
    ]
    definitions = endpoint_definitions()
    defined = [
        f"{one.endpoint}: {definitions[one.endpoint].label.rstrip('.')}"
        for one in outcomes
        if one.endpoint in definitions
    ]
    return {
        "scope": f"Development and evaluation of a knowledge bank for {names} in acute "
        f"lymphoblastic leukaemia, {trials.height} trials{made_up}.",
        "source": f"Individual patients of {trials.height} trials{made_up}: "
        + _list_names(pool.trials),
        "dates": "Accrual and cut-off (? is not known): " + "; ".join(spans),
        "groups": "Trial groups: " + _list_names(trials["group"].unique(maintain_order=True)),
        "treatment": f"{pool.table('transplant')['patient_id'].n_unique():,} transplanted; "
        f"{pool.table('allocation')['patient_id'].n_unique():,} allocated to an arm",
        "outcome": "; ".join(defined) + f"; judged at {setting.horizon_years:g} years",
        "rivals": "Compared, where they apply, with: " + (_list_names(setting.rivals) or "nothing"),
        "split": f"Each of {trials.height} trials left out in turn"
        + _say_folds(setting)
        + f"; seed {setting.seed}",
    }


def _say_folds(setting: Setting) -> str:
    if not setting.n_repeats:
        return ""
    return f"; beside it {setting.n_folds} folds of all patients, {setting.n_repeats} times"


def _know_data(pool: Pool, data: BankData, outcomes: Sequence[Outcome]) -> dict[str, str]:
    steps = dict(count_attrition(pool).group_by("step").agg(pl.col("n").sum()).iter_rows())
    missing = np.isnan(data.values).mean(axis=0)
    order = np.argsort(-missing, kind="stable")[:MOST_NAMES]
    named = [f"{data.features[place].item} {missing[place]:.0%}" for place in order]
    counted = [
        f"{one.endpoint}: {int(one.is_followed.sum()):,} patients, "
        f"{int(one.event[one.is_followed].sum()):,} events"
        for one in outcomes
    ]
    return {
        "preparation": f"{steps.get('quarantined', 0):,} rows quarantined and "
        f"{steps.get('set_aside', 0):,} set aside; every rule is in the mappings (manifest.json)",
        "predictors": f"{len(data.features)}: "
        + _list_names([feature.item for feature in data.features]),
        "sample_size": "; ".join(counted),
        "missing": "Most often missing: " + ", ".join(named) + ". Completed from their joint "
        "distribution given what is known; nothing is ever set to normal.",
        "flow": f"{steps['in_pool']:,} patients in the pool, {steps['with_endpoint']:,} with "
        f"overall survival, {steps['tested']:,} of them tested for a marker",
        "characteristics": _say_patients(pool),
    }


def _say_patients(pool: Pool) -> str:
    patients = pool.table("patient")
    age = patients["age_years"].cast(pl.Float64).drop_nulls()
    if age.is_empty():
        return "age not known"
    middle, low, high = (float(age.quantile(part) or 0.0) for part in (0.5, 0.25, 0.75))
    return f"median age {middle:.1f} years (quartiles {low:.1f} and {high:.1f})"


def _know_results(
    rows: pl.DataFrame, outcomes: Sequence[Outcome], setting: Setting
) -> dict[str, str]:
    bank = rows.filter(pl.col("scheme") == HEADLINE, pl.col("model") == BANK)
    everybody = bank.filter(pl.col("group") == EVERYBODY)
    trials = bank.filter(pl.col("group").str.starts_with(TRIAL))
    judged = bank.filter(pl.col("group") != EVERYBODY)["group"].unique().sort().to_list()
    others = [group for group in judged if not group.startswith(TRIAL)]
    counts = [
        f"{row['endpoint']}: {row['n']:,} patients, {row['n_events']:,} events"
        for row in everybody.filter(measure="concordance").iter_rows(named=True)
    ]
    return {
        "clusters": "Strata of trials in the effects; spread between trials counts as doubt; each "
        "trial is judged by a bank of the others.",
        "measures": _list_names(everybody["measure"].unique(maintain_order=True))
        + f"; differences to rivals by {setting.n_resamples} paired bootstrap draws",
        "groups_judged": "Judged apart: " + (_list_names(others) or "no group was large enough"),
        "events": "; ".join(counts),
        "performance": _say_measures(everybody) + "; groups and rivals in `rows`",
        "updated": _say_measures(everybody, "_recalibrated"),
        "by_trial": _say_spread(trials, outcomes),
        "differences": _say_spread(trials, outcomes, "observed_over_expected"),
    }


def _say_measures(rows: pl.DataFrame, ending: str = "") -> str:
    wanted = rows.filter(pl.col("measure").is_in([name + ending for name in SHOWN]))
    return "; ".join(
        f"{row['endpoint']} {row['measure'].replace('_', ' ')} {_say_limits(row)}"
        for row in wanted.iter_rows(named=True)
    )


def _say_limits(row: dict[str, Any]) -> str:
    if row["lower"] is None or not np.isfinite([row["lower"], row["upper"]]).all():
        return f"{row['estimate']:.3f} (limits not known)"
    return f"{row['estimate']:.3f} ({row['lower']:.3f} to {row['upper']:.3f})"


def _say_spread(
    trials: pl.DataFrame, outcomes: Sequence[Outcome], measure: str = "concordance"
) -> str:
    said = []
    for outcome in outcomes:
        own = trials.filter(endpoint=outcome.endpoint, measure=measure)["estimate"]
        known = own.fill_nan(None).drop_nulls().to_list()
        if known:
            said.append(
                f"{outcome.endpoint} {measure.replace('_', ' ')} {min(known):.3f} to "
                f"{max(known):.3f} over {len(known)} trials left out"
            )
    return "; ".join(said)


def _list_names(names: Sequence[str] | pl.Series) -> str:
    listed = [str(name) for name in names]
    more = f" and {len(listed) - MOST_NAMES} more" if len(listed) > MOST_NAMES else ""
    return ", ".join(listed[:MOST_NAMES]) + more
