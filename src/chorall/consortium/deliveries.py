"""Read the files of all trials: each file once, only the columns that some rule needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chorall.consortium.definition import Consortium, TrialDefinition
from chorall.consortium.several_errors import raise_together
from chorall.errors import DataError, UserError
from chorall.harmonise.mapping import ConditionPart, SourcePart
from chorall.harmonise.mapping import Mapping as TrialMapping
from chorall.harmonise.prepare import SourceRows
from chorall.ingest import Delivery, read_delivery
from chorall.ingest.headers import HeaderPlace

FileKey = tuple[Path, str | None, str | None, str | None, HeaderPlace]


@dataclass(frozen=True, slots=True)
class TrialDelivery:
    """What one trial delivered.

    Attributes
    ----------
    trial : TrialDefinition
        Whose delivery.
    files : dict of str to Delivery
        One for each name under `[sources]`; a file that several trials read is the same object.
    """

    trial: TrialDefinition
    files: dict[str, Delivery]

    @property
    def sources(self) -> dict[str, SourceRows]:
        """The files in the form that harmonising takes."""
        labels = label_files(self.files)
        return {
            name: SourceRows(labels[name], file.sha256, file.frame)
            for name, file in self.files.items()
        }


def label_files(files: Mapping[str, Delivery]) -> dict[str, str]:
    """Return how each source's file is called: its name, with folders where names are the same."""
    labels = {}
    for source, file in files.items():
        others = [o for o in files.values() if o.name == file.name and o.path != file.path]
        depth = 1
        while any(o.path.parts[-depth:] == file.path.parts[-depth:] for o in others):
            depth += 1
        labels[source] = "/".join([*file.path.parts[-depth:-1], file.name])
    return labels


def read_deliveries(consortium: Consortium) -> tuple[TrialDelivery, ...]:
    """Read every file that the mappings name.

    Raises
    ------
    InputError, DataError
        With the problems of all files together: not there, not readable, columns missing.
    """
    wanted: dict[FileKey, set[str]] = {}
    for trial in consortium.trials:
        for name, source in trial.mapping.sources.items():
            columns = wanted.setdefault(_file_key(trial, source), set())
            columns |= list_needed_columns(trial.mapping, name)
    read = {}
    errors: list[UserError] = []
    for key, columns in wanted.items():
        path, sheet, encoding, delimiter, header = key
        try:
            read[key] = read_delivery(
                path,
                sheet=sheet,
                encoding=encoding,
                delimiter=delimiter,
                columns=sorted(columns),
                header=header,
            )
        except UserError as error:
            errors.append(error)
    raise_together(errors, DataError)
    return tuple(
        TrialDelivery(
            trial,
            {name: read[_file_key(trial, part)] for name, part in trial.mapping.sources.items()},
        )
        for trial in consortium.trials
    )


def _file_key(trial: TrialDefinition, source: SourcePart) -> FileKey:
    path = (trial.path.parent / source.file).resolve()
    header = HeaderPlace(source.header_row, source.header_rows)
    return path, source.sheet, source.encoding, source.delimiter, header


def list_needed_columns(mapping: TrialMapping, name: str) -> set[str]:
    """Return the columns of one source that the mapping reads."""
    source = mapping.sources[name]
    columns = {source.patient, *_condition_columns(source.keep)}
    if mapping.time_zero is not None and mapping.time_zero.source == name:
        columns.add(mapping.time_zero.column)
    for rule in mapping.rules:
        if rule.source == name:
            columns |= set(_condition_columns(rule.when)) | set(rule.markers or ())
            for spec in rule.set.values():
                columns |= {*spec.columns, *([spec.after] if spec.after else [])}
    return columns


def _condition_columns(conditions: Iterable[ConditionPart]) -> list[str]:
    return [condition.column for condition in conditions]
