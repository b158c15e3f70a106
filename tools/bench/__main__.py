"""``python -m bench``: measure the rows, print the tables, write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import shutil
import time
from pathlib import Path

from bench.measure import measure_row
from bench.page import Line, make_line, tabulate_ours, tabulate_peers, write_page
from bench.process import measure_bandwidth
from bench.rows import ROWS

FOLDER = Path("bench-data") / "kernels"


def read_arguments() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("rows", nargs="*", help="names of rows, or their beginnings; none for all")
    parser.add_argument("--all", action="store_true", help="with the very slow peers")
    parser.add_argument("--no-page", action="store_true", help="leave docs/benchmarks.md as it is")
    parser.add_argument("--list", action="store_true", help="list the rows")
    return parser.parse_args()


def main() -> None:
    """Measure row after row."""
    arguments = read_arguments()
    wanted = tuple(arguments.rows) or ("",)
    rows = [row for row in ROWS if row.name.startswith(wanted)]
    if arguments.list or not rows:
        print(*(f"{row.name:24} {row.work}" for row in ROWS), sep="\n")
        return
    began = time.perf_counter()
    bandwidth = measure_bandwidth()
    lines: list[Line] = []
    for number, row in enumerate(rows, 1):
        spent = time.perf_counter() - began
        print(f"[{number}/{len(rows)}, {spent:.0f} s] {row.name}: {row.work}", flush=True)
        folder = FOLDER / row.name
        us, peers, data = measure_row(row, folder, is_all=arguments.all, say=show)
        lines.append(make_line(row, us, peers, data, bandwidth))
        shutil.rmtree(folder)
    print("", *tabulate_peers(lines), "", *tabulate_ours(lines), sep="\n")
    if len(rows) == len(ROWS) and not arguments.no_page:
        write_page(lines, bandwidth)
    print(f"\n{time.perf_counter() - began:.0f} s in all")


def show(text: str) -> None:
    """Print a progress line at once."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
