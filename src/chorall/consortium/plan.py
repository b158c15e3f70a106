"""What pooling would do, without doing it: potential, rules, unknown codes, tests, quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from chorall.consortium.build import Harmonised, harmonise_consortium
from chorall.consortium.damaged_genes import remark_damaged_genes
from chorall.consortium.progress import Progress, be_silent
from chorall.harmonise.potential import judge_potential
from chorall.harmonise.rules import RuleOutcome, count_codes
from chorall.harmonise.trial import HarmonisedTrial
from chorall.tables.words import DIAGNOSIS, TESTED_STATUSES

CODES_SHOWN: Final = 10
UNKNOWN_WORDS: Final = ("unmapped_code", "unknown_gene", "not_a_gene")


@dataclass(frozen=True, slots=True)
class Plan:
    """What `chorall plan` shows.

    Attributes
    ----------
    name : str
        Of the consortium.
    synthetic : bool
        True where the patients are simulated.
    potential : DataFrame
        `variable` and one column per trial: measured, derivable, not collected or unmapped.
    files : DataFrame
        trial_id, file, format, encoding, delimiter, line_ends, n_rows, n_set_aside, n_pooled,
        n_quarantined.
    rules : DataFrame
        trial_id, rule_id, table, source, n_considered, n_made, n_refused, n_withheld.
    unmapped : DataFrame
        trial_id, rule_id, column, code, n: words of the delivery that no `map` knows.
    remarks : DataFrame
        file, message: what was found when the files were read.
    assurance : DataFrame
        trial_id, test, passed, problem.
    quality : DataFrame
        The table quality.
    markers : DataFrame
        marker and one column per trial: share of patients tested at diagnosis, from 0 to 1.
    """

    name: str
    synthetic: bool
    potential: pl.DataFrame
    files: pl.DataFrame
    rules: pl.DataFrame
    unmapped: pl.DataFrame
    remarks: pl.DataFrame
    assurance: pl.DataFrame
    quality: pl.DataFrame
    markers: pl.DataFrame

    @property
    def ready(self) -> bool:
        """True where every assurance test passed, so that `chorall pool` would write a pool."""
        return bool(self.assurance["passed"].all())


def plan_pool(consortium: str | Path, *, progress: Progress = be_silent) -> Plan:
    """Show what pooling a consortium would do; nothing is written.

    Parameters
    ----------
    consortium : path
        Of consortium.toml.
    progress : callable
        Told about each step.

    Raises
    ------
    InputError, DataError, DefinitionError
        As `build_pool`, but a failing assurance test is shown and not raised.
    """
    made = harmonise_consortium(consortium, progress=progress)
    coverage = made.assembled.tables["assay_coverage"].join(
        made.assembled.tables["assay"].select("assay_id", "trial_id"), on="assay_id"
    )
    assayed = {
        str(trial_id): sorted(set(markers))
        for trial_id, markers in coverage.group_by("trial_id").agg("marker").iter_rows()
    }
    return Plan(
        made.consortium.name,
        made.consortium.synthetic,
        judge_potential([trial.mapping for trial in made.trials], assayed),
        _list_files(made),
        _list_rules(made.trials),
        _list_unmapped(made),
        _list_remarks(made),
        _list_assurance(made),
        made.assembled.tables["quality"],
        _share_tested(made.assembled.tables["marker_result"]),
    )


def _list_files(made: Harmonised) -> pl.DataFrame:
    rows = []
    for delivery, trial in zip(made.deliveries, made.trials, strict=True):
        for account in trial.accounts:
            file = delivery.files[account.source]
            rows.append(
                {
                    "trial_id": trial.mapping.trial_id,
                    "file": account.file,
                    "format": file.format,
                    "encoding": file.encoding + (" with BOM" if file.has_bom else ""),
                    "delimiter": {"\t": "tab"}.get(file.delimiter, file.delimiter),
                    "line_ends": file.line_ends,
                    "n_rows": account.n_rows,
                    "n_set_aside": account.n_set_aside,
                    "n_pooled": account.n_pooled,
                    "n_quarantined": account.n_quarantined,
                }
            )
    return pl.DataFrame(rows)


def _list_rules(trials: Sequence[HarmonisedTrial]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "trial_id": trial.mapping.trial_id,
                "rule_id": outcome.rule.id,
                "table": outcome.rule.to,
                "source": outcome.rule.source,
                "n_considered": outcome.n_considered,
                "n_made": outcome.rows.height,
                "n_refused": _count_refused(outcome),
                "n_withheld": int((~outcome.quarantine["whole_row"]).sum()),
            }
            for trial in trials
            for outcome in trial.outcomes
        ]
    )


def _count_refused(outcome: RuleOutcome) -> int:
    return outcome.quarantine.filter("whole_row")["source_row"].n_unique()


def _list_unmapped(made: Harmonised) -> pl.DataFrame:
    rows = [
        {"trial_id": trial.mapping.trial_id, "rule_id": outcome.rule.id, "column": column}
        | {"code": code, "n": n}
        for delivery, trial in zip(made.deliveries, made.trials, strict=True)
        for outcome in trial.outcomes
        for column, code, n in _find_codes(delivery.files[outcome.rule.source].frame, outcome)
    ]
    schema = {
        "trial_id": pl.String,
        "rule_id": pl.String,
        "column": pl.String,
        "code": pl.String,
        "n": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema)


def _find_codes(frame: pl.DataFrame, outcome: RuleOutcome) -> list[tuple[str, str, int]]:
    unmapped = outcome.quarantine.filter(pl.col("reason").is_in(UNKNOWN_WORDS))
    found = []
    for (column,), lines in unmapped.group_by("column", maintain_order=True):
        if str(column) in frame.columns:
            codes = count_codes(frame, str(column), lines["source_row"])[:CODES_SHOWN]
            found += [(str(column), code, n) for code, n in codes]
    return found


def _list_remarks(made: Harmonised) -> pl.DataFrame:
    files = {file.sha256: file for d in made.deliveries for file in d.files.values()}
    rows = [
        {"file": file.name, "column": remark.column, "message": remark.message}
        for file in files.values()
        for remark in file.remarks
    ]
    rows += remark_damaged_genes(made.deliveries, made.trials)
    return pl.DataFrame(rows, schema=dict.fromkeys(("file", "column", "message"), pl.String))


def _list_assurance(made: Harmonised) -> pl.DataFrame:
    rows = [
        {
            "trial_id": trial_id,
            "test": outcome.name,
            "passed": outcome.passed,
            "problem": "; ".join(outcome.problems),
        }
        for trial_id, outcomes in made.assurance.items()
        for outcome in outcomes
    ]
    schema = {"trial_id": pl.String, "test": pl.String, "passed": pl.Boolean, "problem": pl.String}
    return pl.DataFrame(rows, schema=schema)


def _share_tested(results: pl.DataFrame) -> pl.DataFrame:
    if results.is_empty():
        return pl.DataFrame({"marker": []}, schema={"marker": pl.String})
    at_diagnosis = results.filter(pl.col("phase") == DIAGNOSIS)
    tested = at_diagnosis.with_columns(
        tested=(pl.col("status").is_in(list(TESTED_STATUSES)) & pl.col("rules_out")).cast(
            pl.Float64
        )
    )
    return tested.pivot("trial_id", index="marker", values="tested", aggregate_function="mean")
