"""Many small computations on one worker or several, in order, with progress."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeAlias, TypeVar

from chorall.errors import InputError

# resamples in one task: enough to hide its cost, few enough to share the work evenly
TASKS_PER_WORKER = 8
Item = TypeVar("Item")
Progress: TypeAlias = Callable[[int, int], object]


def run_shares(
    compute: Callable[[Sequence[Item]], list[Any]],
    items: Sequence[Item],
    n_jobs: int,
    progress: Progress | None,
) -> list[Any]:
    """Return what `compute` makes of each item, in the order of the items.

    It is called with shares of the items, and `progress` after each share with the items done and
    all items. The backend of joblib is the one chosen outside (``joblib.parallel_config``).
    """
    results: list[Any] = [None] * len(items)
    n_done = 0
    shares, done = start_shares(compute, items, n_jobs)
    for share, found in zip(shares, done, strict=True):
        results[share] = found
        n_done += len(found)
        if progress is not None:
            progress(n_done, len(items))
    return results


def start_shares(
    compute: Callable[[Sequence[Item]], list[Any]], items: Sequence[Item], n_jobs: int
) -> tuple[list[slice], Any]:
    """Return the shares and an iterable of their results."""
    if n_jobs == 1:
        shares = [slice(number, number + 1) for number in range(len(items))]
        return shares, map(compute, (items[share] for share in shares))
    try:
        # imported late: it takes longer than all of the kernels
        joblib = import_module("joblib")
    except ImportError as error:
        raise InputError(
            f"`n_jobs` is {n_jobs}, which needs joblib. Install joblib or use n_jobs = 1."
        ) from error
    n_tasks = min(len(items), TASKS_PER_WORKER * joblib.effective_n_jobs(n_jobs))
    shares = [slice(task, None, n_tasks) for task in range(n_tasks)]
    parallel = joblib.Parallel(n_jobs=n_jobs, return_as=choose_return(joblib))
    return shares, parallel(joblib.delayed(compute)(items[share]) for share in shares)


def choose_return(joblib: Any) -> str:
    """Return how results come: one by one where the backend can, so that progress is seen."""
    backend = joblib.parallel.get_active_backend()[0]
    return "generator" if backend.supports_return_generator else "list"


def count_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
