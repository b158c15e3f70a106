"""A bank as a folder: JSON and arrays, named and checked by their hash; no patient in it.

The hash proves that nothing was changed since the bank was written, not who wrote it; a seal signed
with a key does (see `seal`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.errors import DataError, InputError
from chorall.models.bank.bank import FORMAT_VERSION, Bank, Comparison, HardlyGiven
from chorall.models.bank.bundle_schema import SCHEMA, find_schema_problems
from chorall.models.bank.conditional import FeatureLaw
from chorall.models.bank.design import Covariate, Design
from chorall.models.bank.features import Feature
from chorall.models.bank.model_card import write_card
from chorall.models.bank.reference import compare_reference, make_reference
from chorall.models.bank.seal import find_seal_problem, write_seal
from chorall.models.bank.states import Transition
from chorall.models.bank.transition_fit import TransitionModel

Arrays = dict[str, NDArray[Any]]

PREFIX: Final = "bank-"
HASH_SHOWN: Final = 16
ARRAY_FIELDS: Final = (
    "places", "centre", "effect", "root", "level_centre", "level_effect", "level_root",
    "cumulative_hazard",
)  # fmt: skip


def write_bank(bank: Bank, folder: str | Path, *, key: bytes | None = None) -> Path:
    """Write a bank as a new folder, whole or not at all.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    folder : path
        Must not exist, or hold a bank.
    key : bytes or None
        Signs the bank: who reads it with the same key knows that a holder of the key made it.

    Returns
    -------
    Path
        The folder: `bank-HASH.json` (facts), `bank-HASH.npz` (arrays), `reference-HASH.json`
        (made-up patients and their answers), `schema.json`, `model-card.md`, `seal-HASH.json` (the
        hash of each of them).

    Raises
    ------
    InputError
        If the folder holds something else.
    """
    folder = Path(folder)
    if folder.exists() and not (folder.is_dir() and list(folder.glob(f"{PREFIX}*.json"))):
        raise InputError(f"{folder}: exists and holds no bank. Name a new folder.")
    facts, arrays = _take_apart(bank)
    name = hash_bank(facts, arrays)
    temporary = Path(tempfile.mkdtemp(dir=folder.resolve().parent, prefix=".bank-"))
    try:
        _write_json(temporary / f"{PREFIX}{name}.json", facts)
        np.savez_compressed(temporary / f"{PREFIX}{name}.npz", **arrays)  # type: ignore[arg-type]
        _write_json(temporary / f"reference-{name}.json", make_reference(bank))
        _write_json(temporary / "schema.json", SCHEMA)
        (temporary / "model-card.md").write_text(write_card(bank, name), encoding="utf-8")
        write_seal(temporary, name, key)
        temporary.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        temporary.replace(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return folder


def read_bank(folder: str | Path, *, key: bytes | None = None) -> Bank:
    """Read a bank and check it: its hash, its schema, its seal and its reference patients.

    Parameters
    ----------
    folder : path
        As `write_bank` wrote it.
    key : bytes or None
        Asks that the bank was signed with this key.

    Raises
    ------
    InputError
        If there is no bank.
    DataError
        If it was changed since it was written, or this version cannot read it.
    """
    folder = Path(folder)
    files = sorted(folder.glob(f"{PREFIX}*.json")) if folder.is_dir() else []
    if len(files) != 1:
        raise InputError(f"{folder}: holds {len(files)} banks, but one was expected.")
    name = files[0].stem.removeprefix(PREFIX)
    facts = _read_json(files[0])
    arrays = _read_arrays(folder / f"{PREFIX}{name}.npz")
    problems = find_schema_problems(facts)
    if problems:
        raise DataError(
            f"{files[0]}: not a bank that this version reads: {'; '.join(problems)}.\n"
            "  A bank of another version must be fitted again: chorall bank fit POOL -o BANK."
        )
    if hash_bank(facts, arrays) != name:
        raise DataError(
            f"{folder}: the bank was changed after it was written; its content does not have the "
            "hash in its name. Fetch it again from who made it."
        )
    problem = find_seal_problem(folder, name, key)
    if problem:
        raise DataError(f"{folder}: the bank cannot be trusted: {problem}.")
    try:
        bank = _put_together(facts, arrays)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise DataError(
            f"{folder}: what it holds does not fit together ({error.__class__.__name__})."
        ) from None
    problem = compare_reference(bank, _read_json(folder / f"reference-{name}.json"))
    if problem:
        raise DataError(f"{folder}: {problem}. Do not use this bank here; fit it again.")
    return bank


def hash_bank(facts: dict[str, Any], arrays: Arrays) -> str:
    """Return the hash of the content: facts, and every array with name, type and shape."""
    total = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name in sorted(arrays):
        values = np.ascontiguousarray(arrays[name])
        total.update(f"{name} {values.dtype.str} {values.shape}".encode())
        total.update(values.tobytes())
    return total.hexdigest()[:HASH_SHOWN]


def _take_apart(bank: Bank) -> tuple[dict[str, Any], Arrays]:
    arrays: Arrays = {"law.mean": bank.law.mean, "law.covariance": bank.law.covariance}
    transitions = []
    for number, model in enumerate(bank.transitions):
        for field in ARRAY_FIELDS:
            arrays[f"transition-{number}.{field}"] = getattr(model, field)
        transitions.append(
            {
                "origin": model.transition.origin,
                "target": model.transition.target,
                "between_trials": model.between_trials,
                "level_error": model.level_error,
                "n_at_risk": model.n_at_risk,
                "n_events": model.n_events,
                "group_variance": model.group_variance,
                "trial_level": {name: list(one) for name, one in model.trial_level.items()},
                "warnings": list(model.warnings),
            }
        )
    facts = {
        "format_version": FORMAT_VERSION,
        "about": bank.about,
        "features": [_write_feature(feature) for feature in bank.design.features],
        "strategies": list(bank.design.strategies),
        "covariates": [dataclasses.asdict(one) for one in bank.design.covariates],
        "comparisons": [dataclasses.asdict(one) for one in bank.comparisons],
        "support": bank.support,
        "support_by_trial": bank.support_by_trial,
        "transplant_day": None if np.isnan(bank.transplant_day) else bank.transplant_day,
        "hardly_given": [dataclasses.asdict(one) for one in bank.hardly_given],
        "transitions": transitions,
        "warnings": list(bank.warnings),
    }
    return json.loads(json.dumps(facts)), arrays


def _write_feature(feature: Feature) -> dict[str, Any]:
    """NaN is no JSON: a limit that has no meaning becomes null."""
    written = dataclasses.asdict(feature)
    return {name: None if value != value else value for name, value in written.items()}


def _put_together(facts: dict[str, Any], arrays: Arrays) -> Bank:
    features = tuple(_read_feature(one) for one in facts["features"])
    covariates = tuple(
        Covariate(one["name"], one["group"], tuple(one["factors"])) for one in facts["covariates"]
    )
    is_flag = np.array([feature.is_flag for feature in features], bool)
    models = tuple(
        _read_transition(number, one, arrays) for number, one in enumerate(facts["transitions"])
    )
    comparisons = tuple(
        Comparison(one["reference"], tuple(one["strategies"]), one["randomised"], one["n_trials"])
        for one in facts["comparisons"]
    )
    day = facts["transplant_day"]
    return Bank(
        Design(features, tuple(facts["strategies"]), covariates),
        FeatureLaw(arrays["law.mean"], arrays["law.covariance"], is_flag),
        models, comparisons, facts["support"], facts["support_by_trial"],
        float("nan") if day is None else day,
        tuple(
            HardlyGiven(one["strategy"], one["item"], one["status"])
            for one in facts["hardly_given"]
        ),
        facts["about"], tuple(facts["warnings"]),
    )  # fmt: skip


def _read_feature(written: dict[str, Any]) -> Feature:
    values = {name: float("nan") if value is None else value for name, value in written.items()}
    return Feature(**values | {"words": tuple(written["words"])})


def _read_transition(number: int, facts: dict[str, Any], arrays: Arrays) -> TransitionModel:
    own: dict[str, Any] = {field: arrays[f"transition-{number}.{field}"] for field in ARRAY_FIELDS}
    transition = Transition(facts["origin"], facts["target"])
    rest = {
        name: facts[name] for name in ("between_trials", "level_error", "n_at_risk", "n_events")
    }
    return TransitionModel(
        transition=transition, **own, **rest,
        group_variance=facts["group_variance"],
        trial_level={name: (one[0], one[1]) for name, one in facts["trial_level"].items()},
        warnings=tuple(facts["warnings"]),
    )  # fmt: skip


def _write_json(file: Path, content: Any) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    file.write_text(text + "\n", encoding="utf-8")


def _read_json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{file}: missing or damaged ({error.__class__.__name__}).") from None
    if not isinstance(content, dict):
        raise DataError(f"{file}: damaged: no JSON object.")
    return content


def _read_arrays(file: Path) -> Arrays:
    try:
        with np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except Exception as error:  # a damaged archive fails in many ways
        raise DataError(f"{file}: missing or damaged ({error.__class__.__name__}).") from None
