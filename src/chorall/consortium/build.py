"""From a consortium file to a pool on disk, and everything that a plan shows before that."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from chorall._version import __version__
from chorall.consortium.assemble import Assembled, assemble_tables
from chorall.consortium.definition import Consortium, read_consortium
from chorall.consortium.deliveries import TrialDelivery, read_deliveries
from chorall.consortium.progress import Progress, be_silent
from chorall.errors import DefinitionError, raise_gathered
from chorall.harmonise.assurance import AssuranceOutcome, run_assurance_tests
from chorall.harmonise.mapping import Mapping
from chorall.harmonise.pseudonyms import read_key
from chorall.harmonise.trial import HarmonisedTrial, harmonise_trial
from chorall.tables.pool_folder import check_replaceable
from chorall.tables.store import Pool, write_pool


@dataclass(frozen=True, slots=True)
class Harmonised:
    """A consortium, read and harmonised in memory; nothing is written yet.

    Attributes
    ----------
    consortium : Consortium
        As defined.
    deliveries : tuple of TrialDelivery
        As delivered.
    trials : tuple of HarmonisedTrial
        As mapped.
    assurance : dict of str to tuple of AssuranceOutcome
        Trial id to the outcomes of its tests.
    assembled : Assembled
        The tables.
    """

    consortium: Consortium
    deliveries: tuple[TrialDelivery, ...]
    trials: tuple[HarmonisedTrial, ...]
    assurance: dict[str, tuple[AssuranceOutcome, ...]]
    assembled: Assembled


def harmonise_consortium(path: str | Path, *, progress: Progress = be_silent) -> Harmonised:
    """Read and harmonise all trials of a consortium in memory.

    Parameters
    ----------
    path : path
        Of consortium.toml.
    progress : callable
        Told about each step.

    Raises
    ------
    InputError, DataError, DefinitionError
        With all problems of the step that failed.
    """
    consortium = read_consortium(path)
    total = len(consortium.trials) + 3
    key = read_key(consortium.key_path)
    progress("reading the deliveries", 0, total)
    deliveries = read_deliveries(consortium)
    trials = []
    assurance = {}
    for position, delivery in enumerate(deliveries):
        mapping = delivery.trial.mapping
        progress(f"harmonising {mapping.trial_id}", 1 + position, total)
        columns = {name: file.frame.columns for name, file in delivery.files.items()}
        assurance[mapping.trial_id] = run_assurance_tests(mapping, columns)
        trials.append(harmonise_trial(mapping, delivery.sources, key))
    progress("deriving markers and endpoints", total - 2, total)
    assembled = assemble_tables(deliveries, trials, synthetic=consortium.synthetic)
    progress("harmonised", total - 1, total)
    return Harmonised(consortium, deliveries, tuple(trials), assurance, assembled)


def build_pool(consortium: str | Path, out: str | Path, *, progress: Progress = be_silent) -> Pool:
    """Pool the deliveries of a consortium.

    Parameters
    ----------
    consortium : path
        Of consortium.toml.
    out : path
        Folder of the pool; an older pool there is replaced in one step at the end.
    progress : callable
        Told about each step: what is being done, steps done, steps in all.

    Returns
    -------
    Pool
        The same deliveries and mappings give the same bytes, wherever they lie.

    Raises
    ------
    InputError, DataError, DefinitionError
        With all problems of the step that failed; an assurance test that fails is one of them.
        No pool is written then and an older one stays as it was.
    """
    check_replaceable(Path(out))
    harmonised = harmonise_consortium(consortium, progress=progress)
    _check_assurance(harmonised)
    tables = harmonised.assembled.tables
    steps = len(harmonised.trials) + 3
    progress("writing the pool", steps - 1, steps)
    pool = write_pool(tables, describe_pool(harmonised), out)
    progress("done", steps, steps)
    return pool


def _check_assurance(harmonised: Harmonised) -> None:
    problems = [
        f"{trial_id}, test {outcome.name!r}: {problem}"
        for trial_id, outcomes in harmonised.assurance.items()
        for outcome in outcomes
        for problem in outcome.problems
    ]
    raise_gathered(
        DefinitionError,
        f"{harmonised.consortium.path}: assurance tests of the mappings fail",
        problems,
        "Correct the rules, or the expectation under [[tests]].",
    )


def describe_pool(harmonised: Harmonised) -> dict[str, Any]:
    """Return the manifest of a pool: where everything came from, without paths, dates or values."""
    return {
        "name": harmonised.consortium.name,
        "synthetic": harmonised.consortium.synthetic,
        "versions": {"chorall": __version__, "polars": pl.__version__},
        "deliveries": [
            entry
            for delivery, made in zip(harmonised.deliveries, harmonised.trials, strict=True)
            for entry in _describe_files(delivery, made)
        ],
        "unclaimed": harmonised.assembled.n_unclaimed,
        "mappings": {d.trial.mapping.trial_id: d.trial.sha256 for d in harmonised.deliveries},
        "rules": {
            d.trial.mapping.trial_id: _describe_rules(d.trial.mapping)
            for d in harmonised.deliveries
        },
        "impossible": {
            d.trial.mapping.trial_id: {
                field: part.reason for part in d.trial.mapping.impossible for field in part.fields
            }
            for d in harmonised.deliveries
        },
    }


def _describe_files(delivery: TrialDelivery, made: HarmonisedTrial) -> list[dict[str, Any]]:
    described = []
    for account in made.accounts:
        file = delivery.files[account.source]
        described.append(
            {
                "trial_id": delivery.trial.mapping.trial_id,
                **asdict(account),
                "n_bytes": file.n_bytes,
                "format": file.format,
                "encoding": file.encoding,
                "has_bom": file.has_bom,
                "delimiter": file.delimiter,
                "line_ends": file.line_ends,
                "remarks": [remark.message for remark in file.remarks],
            }
        )
    return described


def _describe_rules(mapping: Mapping) -> dict[str, Any]:
    """Return the rules as written, by id: what `explain` needs to tell the way of a value."""
    return {
        rule.id: rule.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
        for rule in mapping.rules
    }
