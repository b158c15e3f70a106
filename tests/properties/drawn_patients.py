"""Patients drawn from a seed, with ties everywhere, and what the tests of kernels share."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from unit.stats.hostile_patients import N, Patients, call, list_numbers

from chorall.errors import ConvergenceError, InputError

SEEDS = st.integers(0, 2**32 - 1)
ROWS = ("time", "event", "cause", "entry_time", "group", "strata", "weights", "x", "risk")
# iterated fits stop within 1e-9 standard errors, their information within the square root
ITERATED = {"rtol": 1e-6, "atol": 1e-8}


def draw_patients(seed, n=N):
    draw = np.random.default_rng(seed)
    time, cause = draw.integers(1, 9, n).astype(float), draw.integers(0, 3, n)
    return Patients(
        time=time, event=cause > 0, cause=cause,
        entry_time=np.floor(time * 0.6 * draw.random(n)),
        group=draw.permutation(np.arange(n) % 3), strata=draw.permutation(np.arange(n) % 2),
        weights=draw.integers(1, 5, n) / 2, x=draw.normal(size=(n, 2)).round(1),
        risk=draw.integers(1, 32, n) / 32,
    )  # fmt: skip


def draw_untied(seed):
    """Everybody at a time of his own, so that no tie rule matters."""
    p = draw_patients(seed)
    later = np.random.default_rng(seed).permutation(len(p.time)) / 100
    return p.change(time=p.time + later)


def choose(patients, rows):
    return patients.change(**{name: getattr(patients, name)[rows] for name in ROWS})


def call_or_skip(name, patients):
    """Call the kernel unless these patients have no answer, which is not the question here."""
    try:
        return call(name, patients)
    except (InputError, ConvergenceError):
        assume(False)


def fit_or_skip(kernel, *arguments, **options):
    try:
        return kernel(*arguments, **options)
    except (InputError, ConvergenceError):
        assume(False)


def compare(found, expected, *, places=None, rows=None, skipped=()):
    """Compare numbers of two results; those with one entry per patient after moving `rows`."""
    one, other = list_numbers(found), list_numbers(expected)
    assert one.keys() == other.keys()
    compared = 0
    for place, numbers in other.items():
        name = place.rsplit(".", maxsplit=1)[-1]
        if numbers.dtype.kind not in "iuf" or name in skipped or (places and name not in places):
            continue
        moved = numbers[rows] if rows is not None and numbers.shape[:1] == (N,) else numbers
        np.testing.assert_allclose(one[place], moved, err_msg=place, **ITERATED)
        compared += 1
    assert compared
