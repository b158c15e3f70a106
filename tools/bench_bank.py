"""Time the bank: a fit of all transitions, one prediction, a table of patients; or run this file.

Processor seconds of one process with one thread, the least of some rounds, so that other work on
the machine disturbs little. 100,000 patients take the time of one times 100,000, over the cores;
so does leave-one-out, from every twentieth patient.
"""

from __future__ import annotations

import os

from chorall.cli import THREADS

for name in THREADS:
    os.environ.setdefault(name, "1")

import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402
from bench.simulated import simulate_pool  # noqa: E402

import chorall as ch  # noqa: E402
from chorall.analyses.bank.fit import read_bank_data  # noqa: E402
from chorall.analyses.bank.leave_one_out import predict_each_left_out  # noqa: E402
from chorall.models.bank.bank import Bank  # noqa: E402
from chorall.models.bank.bank_fit import BankData, fit_bank  # noqa: E402
from chorall.models.bank.features import encode_patient  # noqa: E402
from chorall.models.bank.predict import predict  # noqa: E402
from chorall.models.bank.question import Question  # noqa: E402
from chorall.models.bank.refit import prepare_refits  # noqa: E402
from chorall.models.bank.simulate_course import Now  # noqa: E402
from chorall.models.bank.strategy import read_strategy  # noqa: E402

FOLDER = Path("bench-data") / "bank"
PATIENTS, TRIALS, SEED = 1540, 4, 7
IN_TABLE, CORES, MANY, EVERY = 1000, 2, 100_000, 20
STRATEGIES = ("asparaginase_standard", "asparaginase_intensive")


def measure(call: Callable[[], Any], rounds: int) -> float:
    """Return the least processor seconds of some calls, the first left out."""
    call()
    seconds = []
    for _ in range(rounds):
        began = time.process_time()
        call()
        seconds.append(time.process_time() - began)
    return min(seconds)


def make_patient(bank: Bank) -> dict[str, Any]:
    """Return a patient in remission of whom all is known."""
    markers = {one.item: "absent" for one in bank.design.features if one.kind == "marker"}
    return markers | {
        "age_years": 30, "sex": "male", "lineage": "B", "wbc_10e9_per_l": 20.0,
        "mrd_end_of_induction": 1e-3,
        "course": {"state": "remission", "day": 33, "since_day": 33},
    }  # fmt: skip


def make_table(bank: Bank, data: BankData) -> pl.DataFrame:
    """Return patients as they were tested, on day 0."""
    words = {1.0: "present", 0.0: "absent"}
    columns: dict[str, Any] = {
        feature.item: [words.get(value) for value in data.values[:IN_TABLE, place]]
        for place, feature in enumerate(bank.design.features)
        if feature.kind == "marker"
    }
    random = np.random.default_rng(1)
    columns["age_years"] = random.uniform(18, 45, IN_TABLE)
    columns["wbc_10e9_per_l"] = random.uniform(2, 100, IN_TABLE)
    return pl.DataFrame(columns)


def measure_leave_one_out(data: BankData) -> float:
    """Return the seconds over the cores in which each patient is left out and predicted."""
    n = len(data.values)
    chosen = range(0, n, EVERY)
    begin = measure(lambda: prepare_refits(data), 1)
    some = measure(lambda: predict_each_left_out(data, STRATEGIES, patients=chosen, n_jobs=1), 1)
    return begin + (some - begin) / len(chosen) * n / CORES


def main() -> None:
    """Measure and print."""
    data = read_bank_data(simulate_pool(FOLDER, PATIENTS, TRIALS, SEED))[0]
    bank = fit_bank(data, {})
    patient = make_patient(bank)
    known = encode_patient(
        bank.design.features, {name: value for name, value in patient.items() if name != "course"}
    )
    asked = tuple(read_strategy(bank, name) for name in STRATEGIES)
    later, first = (
        Question(bank, known, now, asked, (1.0, 3.0, 5.0), 0.95, 500)
        for now in (Now("remission"), Now())
    )
    table = make_table(bank, data)
    sizes = f"{len(data.values)} patients, {len(bank.design.covariates)} covariates"
    rows = [(f"fit of all {len(bank.transitions)} transitions ({sizes})",
             measure(lambda: fit_bank(data, {}), 3), 5.0)]  # fmt: skip
    for label, one in (("in remission", later), ("day 0", first)):
        seconds = measure(lambda one=one: one.summarise(one.read(one.draw(one.known))), 50)
        rows.append((f"{label}: 500 draws, two strategies, numbers and intervals", seconds, 0.01))
    seconds = measure(lambda: predict(bank, patient, STRATEGIES), 30)
    rows.append(("in remission: with split, factors, advice, words", seconds, float("nan")))
    for names in (["as_observed"], list(STRATEGIES)):
        one = measure(lambda names=names: ch.predict_table(bank, table, names, n_jobs=1), 3)
        seconds = one / IN_TABLE * MANY / CORES
        rows.append((f"100,000 patients of a table, {len(names)} strategies", seconds, 180.0))
    whole = measure(lambda: fit_bank(data, {}), 1) * len(data.values) / CORES
    rows.append(("leave-one-out of all, two strategies", measure_leave_one_out(data), 180.0))
    rows.append(("its peer: as many whole refits", whole, float("nan")))
    print("\n| the bank | processor time | aim |", "|---|---|---|", sep="\n")
    for what, seconds, aim in rows:
        shown = f"{seconds:.1f} s" if seconds > 1 else f"{1000 * seconds:.1f} ms"
        verdict = "" if aim != aim else f"{aim:g} s: {'met' if seconds <= aim else '**missed**'}"
        print(f"| {what} | {shown} | {verdict} |")


if __name__ == "__main__":
    main()
