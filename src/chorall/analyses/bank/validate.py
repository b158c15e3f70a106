"""How well a bank foretells patients it has not seen: trial by trial, by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from chorall.analyses.bank.alarm import name_suspects, sound_alarm
from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.foretell import BANK, Contest, Foretold, foretell
from chorall.analyses.bank.judge import (
    SIMPLEST,
    Judge,
    judge_group,
    judge_recalibrated,
)
from chorall.analyses.bank.judged_curves import draw_calibration, draw_decisions
from chorall.analyses.bank.measures import HORIZON_YEARS, Outcome
from chorall.analyses.bank.outcome import ENDPOINTS, read_outcome
from chorall.analyses.bank.patient_groups import EVERYBODY, list_groups
from chorall.analyses.bank.recalibrate import recalibrate
from chorall.analyses.bank.rivals.catalogue import choose_rivals
from chorall.analyses.bank.rivals.published import ask_classifiers, read_groups_file
from chorall.analyses.bank.schemes import FOLDS, HEADLINE, list_schemes
from chorall.analyses.bank.tripod import Setting, fill_tripod
from chorall.analyses.bank.validate_result import BankValidation
from chorall.analyses.result import label_pool
from chorall.errors import InputError
from chorall.tables.store import Pool

Progress = Callable[[str, int, int], None]
Rows = list[dict[str, Any]]

N_RESAMPLES = 400
CURVE_RESAMPLES = 100
"""Each needs a curve per threshold; limits of a drawn curve need no more."""


def validate_bank(
    pool: Pool,
    *,
    endpoints: Sequence[str] = ("OS", "EFS"),
    horizon_years: float = HORIZON_YEARS,
    against: Sequence[str] | None = None,
    groups_file: Path | None = None,
    n_folds: int = 5,
    n_repeats: int = 1,
    n_resamples: int = N_RESAMPLES,
    seed: int = 1,
    progress: Progress | None = None,
) -> BankValidation:
    """Validate a bank by leaving out one trial after the other, and by cross-validation.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    endpoints : sequence of str
        OS, EFS.
    horizon_years : float
        When risks are compared with what happened.
    against : sequence of str or None
        Rivals fitted to the same training patients (age_and_wbc, anchor, stepwise_aic,
        stepwise_bic, elastic_net, random_survival_forest, boosted_trees); None for all that are
        installed. Published classifiers are always compared, where they apply.
    groups_file : Path or None
        CSV with patient_id and further scores to compare with, the higher the worse, such as
        groups that a trial assigned itself.
    n_folds, n_repeats : int
        Of the cross-validation; 0 repeats leave it out.
    n_resamples : int
        Of the paired bootstrap.
    seed : int
        Of folds, tuning and resamples.
    progress : callable, optional
        Called with what is fitted, fits done and all.

    Returns
    -------
    BankValidation
        The headline are the rows of scheme `leave_one_trial_out`. Predictions are those of day 0,
        with what happened later, MRD too, not known. Whatever is tuned is tuned within the
        training patients.

    Raises
    ------
    InputError
        If an endpoint or rival is not known, a number cannot be, or the file cannot be read.
    DataError
        If the pool has one trial only: then no trial can be left out.
    """
    _check(endpoints, horizon_years, n_folds, n_repeats, n_resamples)
    rivals, said = choose_rivals(against)
    data, warnings = read_bank_data(pool)
    outcomes = tuple(read_outcome(pool, name) for name in endpoints)
    groups = ask_classifiers(pool)
    if groups_file is not None:
        groups = (*groups, *read_groups_file(groups_file, pool))
    contest = Contest(data, outcomes, rivals, groups, horizon_years, seed)
    judge = Judge(data.trial, contest.horizon, n_resamples, seed)
    schemes = list(list_schemes(data, outcomes[0].event, n_folds, n_repeats, seed))
    tick = _make_tick(progress, schemes, 1 + len(rivals) * len(outcomes))
    rows: Rows = []
    curves: dict[str, Rows] = {"calibration": [], "decisions": []}
    failed: list[str] = []
    for scheme, folds in schemes:
        foretold, failures = foretell(contest, folds, tick)
        failed += failures
        for outcome, models in zip(outcomes, foretold, strict=True):
            rows += _judge(scheme, outcome, models, pool, judge, curves)
    frame = _average_repeats(pl.DataFrame(rows, infer_schema_length=None))
    alarm = sound_alarm(frame)
    if alarm:
        alarm += name_suspects(data, outcomes[0])
    told = (*warnings, *said, *dict.fromkeys(failed), *_tell_late(outcomes, rivals), *alarm)
    beside = (*(rival.name for rival in rivals), *(one.name for one in groups))
    setting = Setting(beside, horizon_years, n_folds, n_repeats, n_resamples, seed)
    return BankValidation(
        analysis="bank-validate",
        pool=label_pool(pool),
        rows=frame,
        warnings=told,
        tripod=fill_tripod(pool, data, outcomes, setting, frame, told),
        horizon_years=horizon_years,
        **{name: pl.DataFrame(one, infer_schema_length=None) for name, one in curves.items()},
    )


def _check(
    endpoints: Sequence[str], horizon_years: float, n_folds: int, n_repeats: int, n_resamples: int
) -> None:
    unknown = [name for name in endpoints if name not in ENDPOINTS]
    if unknown or not endpoints:
        raise InputError(
            f"`endpoints` holds {', '.join(unknown) or 'nothing'}; expected of: OS, EFS."
        )
    if not 0 < horizon_years <= 10 or n_folds < 2 or n_repeats < 0 or n_resamples < 100:
        raise InputError(
            "`horizon_years` must lie above 0 and up to 10, `n_folds` be 2 or more, `n_repeats` 0 "
            "or more and `n_resamples` 100 or more."
        )


def _make_tick(
    progress: Progress | None, schemes: Sequence[tuple[str, Any]], n_models: int
) -> Callable[[str], None]:
    total = n_models * sum(len(folds) for _, folds in schemes)
    done = 0

    def tick(name: str) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(name, done, total)

    return tick


def _judge(
    scheme: str,
    outcome: Outcome,
    models: Sequence[Foretold],
    pool: Pool,
    judge: Judge,
    curves: dict[str, Rows],
) -> Rows:
    """Return the rows of one scheme and endpoint; the headline's curves go into `curves`."""
    is_headline = scheme == HEADLINE
    rows: Rows = []
    corrected = _recalibrate_all(outcome, models, judge) if is_headline else None
    for group, chosen in list_groups(pool, judge.trial, subgroups=is_headline):
        own = chosen & outcome.is_followed
        label = {"scheme": scheme, "endpoint": outcome.endpoint, "group": group}
        found = judge_group(
            judge, outcome, group, own, models, differences=is_headline or group == EVERYBODY
        )
        if found and corrected is not None:
            found += judge_recalibrated(judge, outcome, group, own, corrected)
            _draw(judge, outcome, group, own, models, corrected[BANK], curves)
        rows += [label | one for one in found]
    return rows


def _recalibrate_all(outcome: Outcome, models: Sequence[Foretold], judge: Judge) -> dict[str, Any]:
    """Correct the level of every fitted model in each trial, the bank first."""
    return {
        model.name: recalibrate(outcome, model.risk, judge.trial, judge.horizon, judge.seed)
        for model in models
        if model.is_fitted
    }


def _draw(
    judge: Judge,
    outcome: Outcome,
    group: str,
    own: Any,
    models: Sequence[Foretold],
    corrected: Any,
    curves: dict[str, Rows],
) -> None:
    """Add the calibration curves of a group, and net benefit for everybody."""
    label = {"endpoint": outcome.endpoint, "group": group}
    levels = {"as_foretold": models[0].risk, "recalibrated": corrected}
    for level, risk in levels.items():
        found = draw_calibration(outcome, own, risk, judge.horizon, level)
        curves["calibration"] += [label | one for one in found]
    if group == EVERYBODY:
        drawn = [
            one for one in models[1:] if one.name == SIMPLEST and np.isfinite(one.risk[own]).all()
        ]
        found = draw_decisions(
            outcome, own, [models[0], *drawn], judge.trial, judge.horizon,
            n_resamples=CURVE_RESAMPLES, seed=judge.seed,
        )  # fmt: skip
        curves["decisions"] += [{"endpoint": outcome.endpoint} | one for one in found]


def _average_repeats(rows: pl.DataFrame) -> pl.DataFrame:
    """Put the mean over the repeats of a cross-validation in their place, limits too."""
    repeated = pl.col("scheme").str.starts_with(f"{FOLDS}_")
    if not rows.height or not rows.select(repeated.any()).item():
        return rows
    keys = ["endpoint", "group", "model", "measure", "n", "n_events"]
    mean = (
        rows.filter(repeated)
        .group_by(keys, maintain_order=True)
        .agg(pl.col("estimate", "lower", "upper").mean(), scheme=pl.lit(FOLDS).first())
    )
    return pl.concat([rows.filter(~repeated), mean.select(rows.columns)])


def _tell_late(outcomes: Sequence[Outcome], rivals: Sequence[Any]) -> list[str]:
    """Say whom trees cannot learn from."""
    late = max(int((one.entry_time[one.is_followed] > 0).sum()) for one in outcomes)
    names = [rival.name for rival in rivals if rival.module]
    if not late or not names:
        return []
    return [
        f"{' and '.join(names)} cannot count delayed entry: they learnt without the {late} "
        "patients observed from later than time zero, and foretold them too."
    ]
