"""Fit all transitions of a bank from stays in states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.errors import DataError, raise_gathered
from chorall.models.bank.bank import (
    Bank,
    Comparison,
    Counts,
    HardlyGiven,
    TrialCounts,
    list_edges,
)
from chorall.models.bank.conditional import FeatureLaw, fit_feature_law
from chorall.models.bank.design import Design, build_design
from chorall.models.bank.features import Feature
from chorall.models.bank.judgement import is_judged, list_times
from chorall.models.bank.noise import draw_evenly
from chorall.models.bank.risk_rows import RiskRows
from chorall.models.bank.states import FIRST_STATE, TRANSITIONS, Transition
from chorall.models.bank.transition_fit import TransitionModel, fit_transition

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SEED: Final = 1972
COMPLETIONS: Final = 8
RAREST: Final = 5
"""Transitions made less often are left out; who made one is censored there."""


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """Stays of patients in states by the clock of the state; a stay may be cut into pieces.

    Attributes
    ----------
    patient : ndarray of int64, shape (m,)
        Row of the patient.
    origin, target : ndarray of str, shape (m,)
        The state, and the next one ("" where the piece ends without leaving).
    entry_time, time : ndarray of shape (m,)
        Days since the state was entered; time > entry_time.
    flags : ndarray of shape (m, s)
        1 where allocated to the strategy by then.
    stratum : ndarray of str, shape (m,)
        Trial and whether allocated yet.
    """

    patient: Integers
    origin: NDArray[np.str_]
    target: NDArray[np.str_]
    entry_time: Floats
    time: Floats
    flags: Floats
    stratum: NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class BankData:
    """What a bank is fitted to.

    Attributes
    ----------
    features : tuple of Feature, length f
    values : ndarray of shape (n, f)
        Numbers of the features, NaN where not known.
    trial : ndarray of str, shape (n,)
    strategies : tuple of str, length s
        Those with a flag.
    stays : Stays
    comparisons : tuple of Comparison
    support, support_by_trial : dict
        As in `Bank`.
    transplant_day : float
        As in `Bank`.
    hardly_given : tuple of HardlyGiven
        As in `Bank`.
    """

    features: tuple[Feature, ...]
    values: Floats
    trial: NDArray[np.str_]
    strategies: tuple[str, ...]
    stays: Stays
    comparisons: tuple[Comparison, ...]
    support: Counts
    support_by_trial: TrialCounts
    transplant_day: float
    hardly_given: tuple[HardlyGiven, ...] = ()


def fit_bank(data: BankData, about: dict[str, Any], warnings: Sequence[str] = ()) -> Bank:
    """Fit a bank.

    Parameters
    ----------
    data : BankData
        Patients and their stays.
    about : dict
        What the model card says of the origin.
    warnings : sequence of str
        What is known already.

    Raises
    ------
    DataError
        If nobody leaves the first state, or too few died or relapsed to foretell it.
    """
    is_flag = np.array([feature.is_flag for feature in data.features], bool)
    law = fit_feature_law(data.values, is_flag)
    design = choose_design(data)
    completed = complete(law, data.values)
    fitted = list_fitted(data.stays)
    models = [
        fit_transition(
            one, design, list_risk_rows(one, data, completed, judged=is_judged(fitted)),
            list_edges(one.origin),
        )
        for one in fitted
    ]  # fmt: skip
    check_transitions(models)
    said = [*warnings, *_name_left_out(data.stays, models)]
    said += [f"{model.transition.name}: {text}" for model in models for text in model.warnings]
    return Bank(
        design, law, tuple(models), data.comparisons, data.support, data.support_by_trial,
        data.transplant_day, data.hardly_given, about, tuple(said),
    )  # fmt: skip


def keep_patients(data: BankData, chosen: NDArray[np.bool_]) -> BankData:
    """Return the part of some patients; features and support stay those of all."""
    row = np.cumsum(chosen) - 1
    own = chosen[data.stays.patient]
    stays = data.stays
    kept = Stays(
        row[stays.patient[own]], stays.origin[own], stays.target[own], stays.entry_time[own],
        stays.time[own], stays.flags[own], stays.stratum[own],
    )  # fmt: skip
    return replace(data, values=data.values[chosen], trial=data.trial[chosen], stays=kept)


def check_transitions(models: Sequence[TransitionModel]) -> None:
    """Raise where what a bank is asked for cannot be foretold: it would say that it never happens.

    Somebody must leave the first state, relapse, and die.
    """
    found = [model.transition for model in models]
    problems = []
    if not any(one.origin == FIRST_STATE for one in found):
        problems.append("nobody is seen to leave induction")
    for target, words in (("relapse", "relapsed"), ("death", "died")):
        if not any(one.target == target for one in found):
            problems.append(f"fewer than {RAREST} patients {words} from any one state")
    raise_gathered(
        DataError, "the pool cannot fill a bank", problems,
        "Remissions, relapses and deaths must be dated in at least one trial, of enough patients.",
    )  # fmt: skip


def choose_design(data: BankData) -> Design:
    """Build the covariates from patients; a strategy counts once it was ever allocated."""
    flags = np.zeros((len(data.values), len(data.strategies)))
    np.maximum.at(flags, data.stays.patient, data.stays.flags)
    return build_design(data.features, data.strategies, np.hstack([data.values, flags]))


def list_fitted(stays: Stays) -> list[Transition]:
    """Return the transitions made often enough to be fitted."""
    return [
        one
        for one in TRANSITIONS
        if ((stays.origin == one.origin) & (stays.target == one.target)).sum() >= RAREST
    ]


def list_risk_rows(
    transition: Transition, data: BankData, completed: Floats, *, judged: bool
) -> RiskRows:
    """Return everybody who was in the state, with the features that `complete` completed.

    `judged` says whether failure and remission are both told (`is_judged`); they race otherwise.
    """
    stays = data.stays
    own = stays.origin == transition.origin
    time = list_times(transition, stays, own) if judged else stays.time[own]
    flags = np.broadcast_to(stays.flags[own], (len(completed), own.sum(), stays.flags.shape[1]))
    values = np.concatenate([completed[:, stays.patient[own]], flags], axis=2)
    return RiskRows(
        values[0], values[1:], stays.entry_time[own], time,
        stays.target[own] == transition.target, data.trial[stays.patient[own]], stays.stratum[own],
    )  # fmt: skip


def complete(law: FeatureLaw, values: Floats) -> Floats:
    """Return features without missing values, shape (1 + `COMPLETIONS`, n, f).

    First those with the conditional mean of what is not known, then those with it drawn.
    """
    normals = draw_evenly(np.random.default_rng(SEED), COMPLETIONS, values.shape[1])
    return np.concatenate([law.expect(values)[None], law.draw_many(values, normals)])


def _name_left_out(stays: Stays, models: Sequence[TransitionModel]) -> list[str]:
    fitted = {(model.transition.origin, model.transition.target) for model in models}
    said = []
    steps = np.char.add(np.char.add(stays.origin, " > "), stays.target)
    for step, n in zip(*np.unique(steps[stays.target != ""], return_counts=True), strict=True):
        if tuple(str(step).split(" > ")) not in fitted:
            count = str(n) if n >= RAREST else f"fewer than {RAREST}"
            said.append(f"{step} is not part of the bank ({count} patients, censored there).")
    return said
