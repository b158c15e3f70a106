"""Take a bank to a trial that it has not seen: the level of each transition, from some patients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from chorall.errors import DataError, InputError
from chorall.models.bank.bank import Bank, list_edges
from chorall.models.bank.bank_fit import BankData, complete, list_risk_rows
from chorall.models.bank.baseline import draw_ratio, expect_events
from chorall.models.bank.columns import list_columns
from chorall.models.bank.judgement import is_judged
from chorall.models.bank.level import place_trial
from chorall.models.bank.risk_rows import RiskRows
from chorall.models.bank.transition_fit import TransitionModel, find_covariance

Floats = NDArray[np.float64]


def place_new_trial(bank: Bank, data: BankData, name: str) -> Bank:
    """Return the bank with the level of one more trial; effects stay as they are.

    Of each transition, the events of the patients are set against those that the bank expects of
    a trial that it has not seen; their ratio is shrunk by how far trials lie apart (`place_trial`).
    A patient of whom the file says `"trial": name` is then foretold at that level. Judge it on
    other patients than these: on these it is right by construction.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    data : BankData
        Patients of the new trial, with the features of the bank.
    name : str
        Of the trial; a level that the bank has under that name is replaced.

    Raises
    ------
    InputError
        If the features are not those of the bank.
    DataError
        If there is nobody.
    """
    given = [feature.name for feature in data.features]
    if given != [feature.name for feature in bank.design.features]:
        raise InputError(
            "the patients are told by other features than those of the bank. Read them by the "
            "features of the bank."
        )
    if not len(data.stays.patient):
        raise DataError(f"trial {name}: no patient was followed, so that it has no level.")
    completed = complete(bank.law, data.values)
    judged = is_judged([model.transition for model in bank.transitions])
    models = []
    for model in bank.transitions:
        rows = list_risk_rows(model.transition, data, completed, judged=judged)
        level = (0.0, model.between_trials)
        if len(rows.time):
            edges = list_edges(model.transition.origin)
            expected = expect_of_model(bank, model, rows, edges).sum()
            within = rows.event & (rows.time <= edges[-1])
            level = place_trial(float(within.sum()), float(expected), model.between_trials)
        models.append(replace(model, trial_level=model.trial_level | {name: level}))
    return replace(bank, transitions=tuple(models))


def expect_of_model(bank: Bank, model: TransitionModel, rows: RiskRows, edges: Floats) -> Floats:
    """Return the events that a transition expects of each row, in a trial not seen."""
    columns = list_columns(bank.design, rows, model.places)
    risk, variance = columns.find_drawn_risk(model.centre, model.effect, find_covariance(model))
    ages = bank.design.expand_level(rows.values) - model.level_centre
    doubt = variance + ((ages @ model.level_root) ** 2).sum(axis=1)
    doubt += model.level_error**2 + model.between_trials**2
    drawn = draw_ratio(risk + ages @ model.level_effect, doubt)
    return expect_events(rows, drawn, model.cumulative_hazard, edges)
