"""Run folders: everything an analysis said, with what is needed to say it again."""

from chorall.reports.runs.compare import FileDifference, compare_run
from chorall.reports.runs.folder import RUN, Run, is_run, read_run, write_run
from chorall.reports.runs.inputs import RunInput, describe_input

__all__ = [
    "RUN",
    "FileDifference",
    "Run",
    "RunInput",
    "compare_run",
    "describe_input",
    "is_run",
    "read_run",
    "write_run",
]
