"""Time the full report of 20,000 patients of eight trials, step by step, and weigh it.

Seconds of the clock depend on what else the machine does; processor seconds hardly do, and on a
quiet machine the clock shows no more than they: the aim is judged by them.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from bench.simulated import simulate_pool

import chorall as ch
from chorall.tables.store import Pool

FOLDER: Final = Path("bench-data") / "report"
PATIENTS, TRIALS, SEED = 20_000, 8, 7
AIM_SECONDS, AIM_MB = 60, 5
FORMATS: Final = ("html", "pdf", "docx")
MB: Final = 1_000_000


class Stopwatch:
    """Takes the times of the steps that the report tells of."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float, float]] = []

    def tell(self, what: str, _done: int, _total: int) -> None:
        """Begin a step where its name is new."""
        if not self.steps or self.steps[-1][0] != what:
            self.steps.append((what, time.perf_counter(), time.process_time()))

    def list_seconds(self) -> list[tuple[str, float, float]]:
        """Return name, seconds and processor seconds of every step."""
        ends = self.steps[1:]
        return [
            (name, clock_end - clock, cpu_end - cpu)
            for (name, clock, cpu), (_, clock_end, cpu_end) in zip(self.steps, ends, strict=False)
        ]


def measure(pool: Pool, formats: tuple[str, ...]) -> list[tuple[str, float, float]]:
    """Write the report in these formats and return the times of its steps."""
    watch = Stopwatch()
    ch.report(pool, FOLDER / "report.html", formats=formats, progress=watch.tell)
    return watch.list_seconds()


def show(steps: list[tuple[str, float, float]], heading: str) -> None:
    """Print the steps and their sum as a table."""
    print(f"| {heading} | seconds | processor seconds |\n|---|---|---|")
    for name, clock, cpu in steps:
        print(f"| {name} | {clock:.1f} | {cpu:.1f} |")
    print(f"| all | {sum(s[1] for s in steps):.1f} | {sum(s[2] for s in steps):.1f} |\n")


def main() -> None:
    """Print seconds and megabytes; the aim is for the page."""
    pool = simulate_pool(FOLDER, PATIENTS, TRIALS, SEED)
    page = measure(pool, ("html",))
    show(page, "report as HTML")
    show(measure(pool, FORMATS), "report as HTML, PDF and Word")
    sizes = {one: (FOLDER / f"report.{one}").stat().st_size / MB for one in FORMATS}
    print(", ".join(f"{one} {size:.1f} MB" for one, size in sizes.items()))
    seconds = sum(cpu for _, _, cpu in page)
    print(f"load average {os.getloadavg()[0]:.1f}")
    for what, found, aim, unit in (
        ("page", seconds, AIM_SECONDS, "processor seconds"),
        ("page", sizes["html"], AIM_MB, "MB"),
    ):
        print(f"{what}: {found:.1f} {unit}, aim {aim}: {'met' if found < aim else 'MISSED'}")


if __name__ == "__main__":
    main()
