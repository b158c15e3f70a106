"""Recompute the anchor's claim of fewer transplants at equal survival, on AMLSG.

Who: patients below 60 in first remission. Benefit: survival 3 years from remission with
transplantation in first remission, less without. Compared: treating by benefit, and by ELN 2011
group (worst first), the younger first. `python tools/amlsg_transplants.py POOL ELN.csv [SIZE]`
prints; SIZE patients are left out at a time: 1 refits without each, from where the fit with
everybody ended, on all cores; more refit from the beginning. The pool and the ELN file are made by
tests/real (tests/real/amlsg_eln.py).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

import chorall as ch
from chorall.analyses.bank.allocation import find_saving, trace_allocation
from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.foretell import fit_to
from chorall.analyses.bank.leave_one_out import predict_each_left_out
from chorall.analyses.bank.rivals.published import read_groups_file
from chorall.models.bank.bank_fit import BankData
from chorall.models.bank.batch import predict_many
from chorall.models.bank.simulate_course import Now
from chorall.models.bank.strategy import read_strategy

Floats = NDArray[np.float64]

YEARS = 3.0
OLDEST = 60
SHARE = 0.30
HIGH_BENEFIT = 0.10
RESAMPLES = 1000
HALVES = 10
IN_REMISSION = Now("remission", 0.0)
STRATEGIES = ("transplant", "no_transplant")


def main(pool_folder: Path, eln_file: Path, size: int) -> None:
    """Print what was found."""
    pool = ch.read_pool(pool_folder)
    data, _ = read_bank_data(pool)
    age = pool.table("patient")["age_years"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    (eln,) = read_groups_file(eln_file, pool)
    remitted = np.zeros(len(age), bool)
    remitted[data.stays.patient[data.stays.origin == "remission"]] = True
    chosen = np.flatnonzero(remitted & (age < OLDEST) & np.isfinite(eln.order))
    print(f"{len(chosen)} patients in first remission, below {OLDEST}, with an ELN group")
    usual = eln.order[chosen] * 1000 - age[chosen]
    alone = leave_out(data, chosen, size)
    one, two = split_halves(data, chosen)
    report(
        f"ranked and valued by one bank, {size} patients left out at a time", alone, alone, usual
    )
    report("ranked by one half of the others, valued by the other half", one, two, usual)
    compare_observed(data, chosen, alone[0] - alone[1])


def foretell(data: BankData, train: NDArray[np.int64], asked: NDArray[np.int64]) -> Floats:
    """Return survival with and without transplantation, shape (2, m)."""
    bank = fit_to(data, train)
    return np.array(
        [
            predict_many(
                bank, data.values[asked], read_strategy(bank, name), years=(YEARS,),
                now=IN_REMISSION,
            )["overall_survival"][:, 0]
            for name in STRATEGIES
        ]
    )  # fmt: skip


def leave_out(data: BankData, chosen: NDArray[np.int64], size: int) -> Floats:
    """Foretell some patients at a time by a bank of all others."""
    if size == 1:
        nows = [IN_REMISSION] * len(data.values)
        found = predict_each_left_out(
            data, STRATEGIES, years=(YEARS,), patients=chosen.tolist(), nows=nows, progress=tell
        )
        return found.estimates[:, :, 0, 0, 0].T
    everybody = np.arange(len(data.values))
    found = np.empty((2, len(chosen)))
    places = np.random.default_rng(4).permutation(len(chosen))
    for start in range(0, len(chosen), size):
        part = places[start : start + size]
        found[:, part] = foretell(data, np.setdiff1d(everybody, chosen[part]), chosen[part])
        tell(start + len(part), len(chosen))
    return found


def tell(done: int, n: int) -> None:
    """Say how far it has come."""
    print(f"  {done} of {n}", file=sys.stderr, flush=True)


def split_halves(data: BankData, chosen: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Foretell each fold of patients by two banks, each of one half of the others."""
    random = np.random.default_rng(1)
    found = np.empty((2, 2, len(chosen)))
    places = random.permutation(len(chosen))
    for part in np.array_split(places, HALVES):
        others = random.permutation(np.setdiff1d(np.arange(len(data.values)), chosen[part]))
        half = len(others) // 2
        for side, train in enumerate((others[:half], others[half:])):
            found[side][:, part] = foretell(data, np.sort(train), chosen[part])
    return found[0], found[1]


def report(what: str, ranking: Floats, value: Floats, usual: Floats) -> None:
    """Print survival at 30 % transplanted by both orders, and the saving, with limits."""
    benefit = ranking[0] - ranking[1]
    estimate = measure(benefit, value, usual)
    random = np.random.default_rng(2)
    n = len(usual)
    draws = [
        measure(benefit[rows], value[:, rows], usual[rows])
        for rows in (random.integers(n, size=n) for _ in range(RESAMPLES))
    ]
    lower, upper = np.nanquantile(draws, [0.025, 0.975], axis=0)
    names = ("nobody", "everybody", "30 % by ELN and age", "30 % by benefit", "saving")
    print(f"\n{what}:")
    for place, name in enumerate(names):
        limits = f"({lower[place]:.3f} to {upper[place]:.3f})"
        print(f"  {name}: {estimate[place]:.3f} {limits}")


def measure(benefit: Floats, value: Floats, usual: Floats) -> Floats:
    """Return mean survival of nobody, everybody, both orders at 30 %, and the saving."""
    ours = trace_allocation(benefit, value[0], value[1])
    theirs = trace_allocation(usual, value[0], value[1])
    place = SHARE * (len(ours) - 1)
    at = [float(np.interp(place, np.arange(len(one)), one)) for one in (theirs, ours)]
    return np.array([ours[0], ours[-1], *at, find_saving(ours, theirs, SHARE)])


def compare_observed(data: BankData, chosen: NDArray[np.int64], benefit: Floats) -> None:
    """Print observed survival by transplantation, as its day has it, in high and low benefit."""
    rows = split_at_transplant(data)
    print("\nObserved, from remission, transplantation from its day on (nobody adjusted):")
    is_high = benefit > HIGH_BENEFIT
    for name, own in (("above 10 points", is_high), ("up to 10 points", ~is_high)):
        members = chosen[own]
        random = np.random.default_rng(3)
        found = difference(*rows, count(members, data)[rows[4]])
        draws = [
            difference(*rows, count(random.choice(members, len(members)), data)[rows[4]])
            for _ in range(200)
        ]
        lower, upper = np.nanquantile(draws, [0.025, 0.975])
        print(
            f"  foretold {name}: {len(members)} patients, mean foretold {benefit[own].mean():.3f}, "
            f"observed {found:.3f} ({lower:.3f} to {upper:.3f})"
        )


def count(members: NDArray[np.int64], data: BankData) -> Floats:
    """Return how often each patient of the pool is a member."""
    return np.bincount(members, minlength=len(data.values)).astype(float)


def split_at_transplant(
    data: BankData,
) -> tuple[Floats, NDArray[np.bool_], Floats, Floats, NDArray[np.int64]]:
    """Return rows by the clock of remission: time, death, entry, transplanted, patient."""
    stays = data.stays
    begun: dict[int, float] = {}
    rows = []
    for k in range(len(stays.time)):
        who, state = int(stays.patient[k]), str(stays.origin[k])
        if state == "remission":
            begun[who] = 0.0
        if who not in begun:
            continue
        start = begun[who]
        died = stays.target[k] == "death"
        given = state == "transplant_in_first_remission"
        rows.append((who, start + stays.entry_time[k], start + stays.time[k], died, given, state))
        if stays.target[k]:
            begun[who] = start + stays.time[k]
    return (
        np.array([row[2] for row in rows], float), np.array([row[3] for row in rows], bool),
        np.array([row[1] for row in rows], float), carry([(row[0], row[4]) for row in rows]),
        np.array([row[0] for row in rows], np.int64),
    )  # fmt: skip


def carry(rows: list[tuple[int, bool]]) -> Floats:
    """Return 1 from the transplantation in first remission on, relapsed or not."""
    seen: set[int] = set()
    found = []
    for who, given in rows:
        if given:
            seen.add(who)
        found.append(float(who in seen))
    return np.array(found)


def difference(
    time: Floats,
    event: NDArray[np.bool_],
    entry: Floats,
    given: Floats,
    patient: NDArray[np.int64],
    weight: Floats,
) -> float:
    """Return survival at 3 years with less without, Kaplan-Meier with delayed entry."""
    values = []
    for kind in (1.0, 0.0):
        own = (given == kind) & (weight > 0) & (time > entry)
        curve = ch.stats.kaplan_meier(
            time[own], event[own], entry_time=entry[own], weights=weight[own]
        )
        values.append(float(curve.at([YEARS * 365.25]).survival[0]))
    return values[0] - values[1]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 30)
