"""Measure pooling of a simulated consortium against merely reading the same files.

Both run in fresh processes, alternately; the best of three counts. The peer is Polars for text and
Excel, and pyreadstat for SPSS, which Polars cannot read: each without any work on the cells.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

PATIENTS, TRIALS, MARKERS, SEED, ROUNDS = 20_000, 4, 60, 7, 3
FOLDER = Path("bench-data")
MEGABYTE = 1024.0


def measure_pool() -> dict[str, float]:
    """Pool once in this process."""
    from chorall.consortium.build import build_pool

    began = time.perf_counter()
    build_pool(FOLDER / "deliveries" / "consortium.toml", FOLDER / "pool")
    return _describe(began)


def measure_read() -> dict[str, float]:
    """Read every delivered file once in this process."""
    import polars as pl
    import pyreadstat

    began = time.perf_counter()
    for file in _list_deliveries():
        if file.suffix == ".csv":
            delimiter = ";" if b";" in file.open("rb").readline() else ","
            pl.read_csv(file, infer_schema=False, separator=delimiter, encoding="utf8-lossy")
        elif file.suffix == ".xlsx":
            pl.read_excel(file, sheet_id=0)
        elif file.suffix == ".sav":
            pyreadstat.read_sav(file, output_format="polars", user_missing=True)
    return _describe(began)


def _list_deliveries() -> list[Path]:
    endings = (".csv", ".xlsx", ".sav")
    return sorted(f for f in (FOLDER / "deliveries").rglob("*") if f.suffix in endings)


def _describe(began: float) -> dict[str, float]:
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    return {"seconds": seconds, "peak_megabytes": peak}


def _run_fresh(what: str) -> dict[str, float]:
    command = [sys.executable, __file__, what]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def main() -> None:
    """Simulate, measure alternately, print the table."""
    from chorall.simulation import simulate

    shutil.rmtree(FOLDER, ignore_errors=True)
    simulate(FOLDER / "deliveries", patients=PATIENTS, trials=TRIALS, seed=SEED, markers=MARKERS)
    size = sum(file.stat().st_size for file in _list_deliveries()) / 1e6
    rounds = [(_run_fresh("pool"), _run_fresh("read")) for _ in range(ROUNDS)]
    best = {
        name: min((pair[i] for pair in rounds), key=lambda m: m["seconds"])
        for i, name in enumerate(("pool", "read"))
    }
    ratio = best["pool"]["seconds"] / best["read"]["seconds"]
    print(
        f"{PATIENTS:,} patients x {MARKERS} markers, {TRIALS} trials, {size:.1f} MB of deliveries"
    )
    for name, label in (("pool", "chorall pool"), ("read", "merely reading the files")):
        line = best[name]
        print(f"  {label:26} {line['seconds']:6.2f} s  peak {line['peak_megabytes']:6.0f} MB")
    print(f"  ratio {ratio:.1f} (aim: under 10; peak under 1,500 MB)")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure_pool() if sys.argv[1] == "pool" else measure_read()))
    else:
        main()
