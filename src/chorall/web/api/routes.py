"""The JSON interface about one patient: the numbers of the command line, and what can be asked."""

from __future__ import annotations

import math
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from chorall.analyses.bank.published import ask_published, check_items
from chorall.knowledge.naming import name_treatment
from chorall.models.bank.states import LIVING
from chorall.models.bank.strategy import TRANSPLANT_WORDS
from chorall.web.api.models import (
    PROBLEMS,
    BankAnswer,
    ClassifyAnswer,
    ClassifyQuestion,
    MissingAnswer,
    PredictAnswer,
    PredictQuestion,
)
from chorall.web.bedside import ask_bedside
from chorall.web.carer.summary_view import list_missing
from chorall.web.desk import ask
from chorall.web.doctor.answer_words import name_item
from chorall.web.doctor.routes import find_bank

if TYPE_CHECKING:
    from chorall.models.bank.features import Feature
    from chorall.models.bank.prediction import BankPrediction
    from chorall.web.settings import Settings

router = APIRouter(prefix="/api/v1", responses=PROBLEMS, tags=["one patient"])


@router.get("/bank", response_model=BankAnswer)
def describe_bank(request: Request) -> dict[str, Any]:
    """Say what the bank can be asked: items, states, strategies. It holds no patient."""
    settings: Settings = request.app.state.settings
    bank = find_bank(settings)
    names = [*TRANSPLANT_WORDS, *(one for one in bank.strategies if one not in TRANSPLANT_WORDS)]
    return {
        **_sign(settings),
        "trials": bank.about.get("trials", []),
        "n_patients": bank.about.get("n_patients"),
        "items": [_describe(feature) for feature in bank.design.features],
        "states": list(LIVING),
        "strategies": [{"strategy": name, "label": name_treatment(name)} for name in names],
        "comparisons": [
            {
                "strategies": list(one.strategies),
                "randomised": one.randomised,
                "n_trials": one.n_trials,
            }
            for one in bank.comparisons
        ],
        "hardly_given": [asdict(one) for one in bank.hardly_given],
    }


@router.post("/predict", response_model=PredictAnswer)
async def predict(request: Request, question: PredictQuestion) -> dict[str, Any]:
    """Predict one patient's course under each strategy. Nothing is stored."""
    found = await _ask(request, question)
    return {**found.to_dict(), **_sign(request.app.state.settings)}


@router.post("/missing-tests", response_model=MissingAnswer)
async def list_missing_tests(request: Request, question: PredictQuestion) -> dict[str, Any]:
    """Say what is not known of a patient, and what would narrow the answer most."""
    found = await _ask(request, question)
    settings: Settings = request.app.state.settings
    tests = {one["item"]: one for one in found.next_tests}
    missing, to_come = list_missing(found, question.patient, find_bank(settings))
    rows = [
        {
            "item": item,
            "label": name_item(item),
            "share_of_variance": tests.get(item, {}).get("share_of_variance"),
            "decides": tests.get(item, {}).get("decides", []),
            "is_to_come": item in to_come,
        }
        for item in [*missing, *to_come]
    ]
    return {
        **_sign(settings),
        "of": found.split_of,
        "missing": rows,
        "interval_split": found.interval_split,
        "notes": list(found.notes),
    }


@router.post("/classify", response_model=ClassifyAnswer)
async def classify(request: Request, question: ClassifyQuestion) -> dict[str, Any]:
    """Ask published classifiers about one patient. Nothing is stored."""
    check_items(question.patient)
    work = partial(ask_published, question.patient)
    found = await ask(request, work)
    return {"classifiers": found}


async def _ask(request: Request, question: PredictQuestion) -> BankPrediction:
    return await ask_bedside(
        request,
        question.patient,
        question.strategies,
        years=tuple(question.years),
        level=question.conf_level,
        draws=question.draws,
    )


def _sign(settings: Settings) -> dict[str, Any]:
    return {
        "bank": settings.bank_hash,
        "synthetic": bool(find_bank(settings).about.get("synthetic")),
    }


def _describe(feature: Feature) -> dict[str, Any]:
    is_number = feature.kind in ("number", "mrd")
    limits = {
        "low": feature.low,
        "high": feature.high,
        "supported_low": feature.supported_low,
        "supported_high": feature.supported_high,
    }
    return {
        "item": feature.item,
        "label": name_item(feature.item),
        "kind": feature.kind,
        "words": list(feature.words),
        **{
            name: value if is_number and math.isfinite(value) else None
            for name, value in limits.items()
        },
    }
