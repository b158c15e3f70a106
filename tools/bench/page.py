"""Write what was measured: the tables of docs/benchmarks.md."""

from __future__ import annotations

import datetime
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.data import Arrays
from bench.measure import Measured
from bench.process import measure_bandwidth
from bench.rows import Row

PAGE = Path("docs/benchmarks.md")
BEGIN, END = "<!-- kernels: written by make bench -->", "<!-- end of kernels -->"
MEGABYTE = 1e6
# with less input the pages of the program itself outweigh it, and memory is not judged
LARGE_INPUT = 8 * MEGABYTE
PEER_PACKAGES = ("lifelines", "scikit-survival", "statsmodels", "adelie", "surpyval", "comprisk")
R_VERSIONS = """
for (name in c("survival", "cmprsk", "coxme")) cat(name, if (requireNamespace(name, quietly = TRUE))
  as.character(packageVersion(name)) else "absent", "")
cat("R", as.character(getRversion()))
"""


@dataclass(frozen=True)
class Line:
    """A measured row: ourselves, the peers, and how near the limit we are."""

    row: Row
    us: Measured
    peers: list[Measured]
    limit_seconds: float
    passes: float

    @property
    def memory_ratio(self) -> float:
        """Memory taken beyond the arguments, as a multiple of them, with the arguments."""
        return 1 + self.us.extra / self.us.input_bytes


def make_line(
    row: Row, us: Measured, peers: list[Measured], data: Arrays, bandwidth: float
) -> Line:
    """Add the limit: bytes of all passes over the bandwidth of one core."""
    passes = float(us.answer.get("passes", [1.0])[0])
    return Line(row, us, peers, passes * row.count_bytes(data) / bandwidth, passes)


def judge(measured: Measured, us: Measured) -> str:
    """Return the verdict on one peer."""
    if measured.problem:
        return measured.problem
    if not measured.peer.aim:
        return "no aim"
    if measured.find_ratio(us) >= measured.peer.aim:
        return "met"
    return "met by best" if measured.find_best_ratio(us) >= measured.peer.aim else "**missed**"


def format_ratio(ratio: float) -> str:
    """Return three figures without an exponent."""
    return f"{ratio:,.3g}" if ratio < 1000 else f"{ratio:,.0f}"


def format_seconds(seconds: float) -> str:
    """Return three figures with the unit that suits."""
    if seconds != seconds:
        return ""
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def describe_repeats(measured: Measured) -> str:
    """Tell how a peer's time came about."""
    peer = measured.peer
    notes = [f"extrapolated from {peer.part:,}"] if peer.scale != 1 else []
    notes += [peer.note] if peer.note else []
    notes += ["one call"] if not measured.n_turns else []
    return "; ".join(notes)


def tabulate_peers(lines: list[Line]) -> list[str]:
    """Return the table of ratios."""
    table = [
        "| work | peer | peer | chorall | ratio | of best | aim | verdict | agreement | how |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        for measured in line.peers:
            peer, us = measured.peer, line.us
            cells = [
                line.row.work,
                peer.label,
                format_seconds(measured.whole_seconds),
                format_seconds(us.seconds),
                format_ratio(measured.find_ratio(us)),
                format_ratio(measured.find_best_ratio(us)),
                f"{peer.aim:,.0f}" if peer.aim else "",
                judge(measured, us),
                "" if measured.problem else measured.agreement,
                describe_repeats(measured) if measured.seconds == measured.seconds else "",
            ]
            table.append("| " + " | ".join(cells).replace("nan", "") + " |")
        if line.row.cannot:
            table.append(f"| {line.row.work} | *{line.row.cannot}* | | | | | | | | |")
    return table


def tabulate_ours(lines: list[Line]) -> list[str]:
    """Return the table of our own time, memory and limit."""
    table = [
        "| work | warm | cold | memory with input, times input | aim | passes | limit | times it |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        memory = line.memory_ratio
        aim = line.row.memory_aim if line.us.input_bytes > LARGE_INPUT else 0
        verdict = "" if not aim else f"{aim:g}: " + ("met" if memory <= aim else "**missed**")
        cells = [
            line.row.work,
            format_seconds(line.us.seconds),
            format_seconds(line.us.cold),
            f"{memory:.1f} ({line.us.input_bytes / MEGABYTE:.3g} MB)",
            verdict,
            f"{line.passes:g}",
            format_seconds(line.limit_seconds),
            f"{line.us.seconds / line.limit_seconds:.1f}",
        ]
        table.append("| " + " | ".join(cells) + " |")
    return table


def tabulate_cold(lines: list[Line]) -> list[str]:
    """Return first calls and memory of everybody."""
    table = [
        "| work | tool | cold | warm | peak memory | beyond the loaded data |",
        "|---|---|---|---|---|---|",
    ]
    for line in lines:
        for measured in [line.us, *line.peers]:
            if measured.seconds == measured.seconds:
                part = f" ({measured.peer.part:,} only)" if measured.peer.part else ""
                cells = [
                    line.row.work,
                    measured.peer.label + part,
                    format_seconds(measured.cold),
                    format_seconds(measured.seconds),
                    f"{measured.peak / MEGABYTE:.0f} MB",
                    f"{measured.extra / MEGABYTE:.0f} MB",
                ]
                table.append("| " + " | ".join(cells) + " |")
    return table


def list_versions() -> str:
    """Return the versions of the peers, as they are pinned or installed."""
    lock = Path("requirements/bench.txt").read_text("utf-8")
    found = [
        f"{name} {match[1]}"
        for name in PEER_PACKAGES
        if (match := re.search(rf"^{re.escape(name)}==(\S+)", lock, re.MULTILINE))
    ]
    if shutil.which("Rscript"):
        done = subprocess.run(["Rscript", "-e", R_VERSIONS], capture_output=True, text=True)
        found.append(done.stdout.strip())
    return ", ".join(found)


def describe_machine(bandwidth: float) -> str:
    """Return date, processor, load and bandwidth."""
    cpu = platform.processor() or platform.machine()
    try:
        text = Path("/proc/cpuinfo").read_text("ascii", "replace")
        cpu = re.search(r"model name\s*: (.*)", text)[1]
        load = f", load average {os.getloadavg()[0]:.1f}"
    except (OSError, TypeError):
        load = ""
    day = datetime.datetime.now(tz=datetime.UTC).date()
    return (
        f"{day}, {cpu}, {os.cpu_count()} cores{load}, {bandwidth / 1e9:.1f} GB/s read by one core."
    )


def render(lines: list[Line], bandwidth: float) -> str:
    """Return the generated part of the page."""
    parts = [
        BEGIN,
        "",
        f"Measured {describe_machine(bandwidth)} Peers: {list_versions()}.",
        "",
        "Each tool is a process of its own with the same seeded data in the form it takes; calls "
        "are whole public calls, the tools take turns, and the median of the warm turns counts. "
        "A time counts only when the answer agrees: the largest difference from ours, as part of "
        "the largest number of its kind, is in the table. A ratio says how many times longer the "
        "peer takes; `of best` compares the shortest calls, not the medians, which other work "
        "on a shared machine disturbs less (a verdict that rests on it says so).",
        "",
        *tabulate_peers(lines),
        "",
        "### How far from the limit",
        "",
        "The limit is the time in which one core could read, once per pass, the bytes that a pass "
        "must touch (covariates twice in a Cox pass, a time and an event in a curve, a marker in a "
        "scan). Data that stay in the cache, and two cores, can be quicker than that limit. Memory "
        "is the peak beyond the loaded data, plus the arguments, over the arguments; it is judged "
        "for arguments of more than 8 MB, for below that the program itself outweighs them.",
        "",
        *tabulate_ours(lines),
        "",
        "### First call and memory",
        "",
        "Cold is loading the library and the first call in a fresh process.",
        "",
        *tabulate_cold(lines),
        "",
        END,
    ]
    return "\n".join(parts)


def write_page(lines: list[Line], bandwidth: float) -> None:
    """Replace the generated part of the page, and leave the rest."""
    text = PAGE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + render(lines, bandwidth) + rest.split(END)[1], "utf-8")


__all__ = ["Line", "make_line", "measure_bandwidth", "tabulate_ours", "tabulate_peers"]
