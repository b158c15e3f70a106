"""The table: each row is one piece of work, its data, and the peers that can do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bench.data import (
    Arrays,
    simulate_competing,
    simulate_cox,
    simulate_follow_up,
    simulate_groups,
    simulate_scan,
    simulate_start_stop,
)


@dataclass(frozen=True)
class Peer:
    """A tool that does the work of a row.

    `aim`: at least so many times slower than us (0: no aim). `tolerance`: largest difference from
    us, as part of the largest number of the kind. `part`: how many of the patients, markers or
    resamples it is given (0: all); its time is multiplied by `scale`. `agree`: the call of ours
    whose answer it must give, where that is not the timed one. `is_compiled_late`: the first call
    compiles and counts as cold only. `is_slow`: only with --all.
    """

    tool: str
    call: str
    label: str
    aim: float = 0
    tolerance: float = 1e-6
    part: int = 0
    scale: float = 1
    agree: str = ""
    is_compiled_late: bool = False
    is_slow: bool = False
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One piece of work. `count_bytes` gives those one pass must touch; see page.py."""

    name: str
    work: str
    call: str
    simulate: Callable[[], Arrays]
    peers: tuple[Peer, ...]
    count_bytes: Callable[[Arrays], float]
    memory_aim: float = 0
    cannot: str = ""


NO_STRATA = "scikit-survival, surpyval and comprisk fit no strata"


def count_cox_bytes(data: Arrays) -> float:
    """Read the covariates in the forward pass and in the information, and the follow-up."""
    n, p = data["x"].shape
    return 8.0 * n * (2 * p + 5)


def count_curve_bytes(data: Arrays) -> float:
    """Read each time and what happened once, in their natural types."""
    return len(data["time"]) * (8.0 + (8 if "cause" in data else 1))


def count_scan_bytes(data: Arrays) -> float:
    """Read each marker once."""
    return 8.0 * data["markers"].size


def _cox_peers(r: float, lifelines: float, statsmodels: float, *, is_large: bool = False):
    return (
        Peer("r", "cox", "R coxph", r, 1e-6),
        Peer("lifelines", "cox", "lifelines", lifelines, 1e-4),
        Peer("statsmodels", "cox", "statsmodels", statsmodels, 1e-4, is_slow=is_large),
        Peer("adelie", "cox", "adelie", 0, 1e-3, note="no standard errors"),
    )


def _cox(n: int, peers: tuple[Peer, ...]) -> Row:
    work = f"Cox, 10 covariates, 10 strata, Efron, n = {n:,}"
    return Row(
        f"cox-{n}", work, "cox", lambda: simulate_cox(n), peers, count_cox_bytes, 3, NO_STRATA
    )


def _fine_gray(n: int, peers: tuple[Peer, ...]) -> Row:
    work = f"Fine-Gray with robust variance, 10 covariates, n = {n:,}"
    return Row(
        f"fine-gray-{n}", work, "fine_gray", lambda: simulate_competing(n), peers, count_cox_bytes
    )


def draw_resamples() -> Arrays:
    """Return Cox data with the rows of 1,000 resamples, the ones that our bootstrap draws."""
    from bench.data import SEED
    from chorall.stats import draw_bootstrap_rows

    rows = np.stack(list(draw_bootstrap_rows(2000, n_resamples=1000, seed=SEED)))
    return simulate_cox(2000) | {"rows": rows}


COMPRISK = Peer(
    "comprisk",
    "fine_gray",
    "comprisk, robust",
    tolerance=2e-3,
    is_compiled_late=True,
    note="its standard errors differ in the fourth figure",
)
ROWS = (
    _cox(2_000, _cox_peers(6, 150, 200)),
    _cox(20_000, _cox_peers(6, 70, 250)),
    _cox(200_000, _cox_peers(9, 50, 0, is_large=True)),
    Row(
        "cox-entry-20000",
        "Cox, time-dependent covariate and delayed entry, 10 strata, n = 20,000 (40,000 rows)",
        "cox",
        lambda: simulate_start_stop(20_000),
        (
            Peer("r", "cox", "R coxph", 6, 1e-6),
            Peer("lifelines", "cox", "lifelines", 250, 1e-4),
            Peer("adelie", "cox", "adelie", 0, 1e-3, note="no standard errors"),
        ),
        count_cox_bytes,
        3,
        NO_STRATA,
    ),
    Row(
        "kaplan-meier-1000000",
        "Kaplan-Meier with limits, n = 1,000,000",
        "kaplan_meier",
        lambda: simulate_follow_up(1_000_000),
        (
            Peer("r", "kaplan_meier", "R survfit", 150, 1e-9),
            Peer("lifelines", "kaplan_meier", "lifelines", 10, 1e-6),
            Peer("statsmodels", "kaplan_meier", "statsmodels", 8, 1e-6, note="no limits"),
            Peer("sksurv", "kaplan_meier", "scikit-survival", 0, 1e-6),
            Peer("surpyval", "kaplan_meier", "surpyval", 0, 1e-4),
        ),
        lambda data: 9.0 * len(data["time"]),
        2,
    ),
    Row(
        "incidence-1000000",
        "cumulative incidence of 2 causes with limits, n = 1,000,000",
        "incidence",
        lambda: simulate_follow_up(1_000_000),
        (
            Peer("r", "incidence", "cmprsk::cuminc", 100, 1e-8),
            Peer("sksurv", "incidence", "scikit-survival", 150, 1e-6),
            Peer("statsmodels", "incidence", "statsmodels", 0, 1e-3, note="no limits"),
            Peer("comprisk", "incidence", "comprisk", 0, 1e-6, is_compiled_late=True),
        ),
        count_curve_bytes,
        2,
        "lifelines moves tied times apart at random",
    ),
    _fine_gray(2_000, (Peer("r", "fine_gray", "cmprsk::crr", 400, 1e-4), COMPRISK)),
    _fine_gray(
        20_000,
        (
            Peer(
                "r",
                "fine_gray",
                "cmprsk::crr",
                6_000,
                1e-4,
                part=5_000,
                scale=16,
                note="by n squared, which is less than it grows",
            ),
            Peer("r", "fine_gray_plain", "cmprsk::crr, no variance", 0, 1e-4),
            Peer("r", "fine_gray", "cmprsk::crr, all patients", 6_000, 1e-4, is_slow=True),
            COMPRISK,
        ),
    ),
    _fine_gray(200_000, (replace(COMPRISK, aim=4),)),
    Row(
        "scan-wald",
        "scan: 2,000 markers x 5,000 patients, 4 covariates, 5 strata, own masks, Wald + LRT",
        "scan",
        lambda: simulate_scan(5_000, 2_000, 0.1),
        (
            Peer("r", "scan", "R coxph loop", 200, 1e-6, part=50, scale=40),
            Peer("lifelines", "scan", "lifelines loop", 2_000, 1e-3, part=6, scale=2000 / 6),
        ),
        count_scan_bytes,
    ),
    Row(
        "scan-score",
        "the same by score test, all tested",
        "score",
        lambda: simulate_scan(5_000, 2_000, 0.0),
        (
            Peer("r", "score", "R score loop", 60, 1e-6, part=200, scale=10),
            Peer(
                "lifelines",
                "scan",
                "lifelines loop",
                10_000,
                1e-3,
                part=6,
                scale=2000 / 6,
                agree="scan",
                note="a fit each: it has no score test",
            ),
        ),
        count_scan_bytes,
    ),
    Row(
        "bootstrap",
        "1,000 bootstrap Cox refits, n = 2,000, 10 covariates, 10 strata",
        "bootstrap",
        draw_resamples,
        (
            Peer("r", "bootstrap", "R coxph loop", 30, 1e-5, part=100, scale=10),
            Peer("lifelines", "bootstrap", "lifelines loop", 500, 1e-3, part=8, scale=125),
        ),
        lambda data: 1000.0 * count_cox_bytes(data),
    ),
    Row(
        "random-effects",
        "random-effects Cox, 1,540 x 230 in 8 groups, variances estimated",
        "random_effects",
        lambda: simulate_groups(1_540, 230, 8),
        (
            Peer(
                "r",
                "random_effects",
                "R coxph(ridge()), df search",
                15,
                0.03,
                note="df within 0.1, its default",
            ),
        ),
        count_cox_bytes,
        cannot="coxme is no Debian package and is absent (aim 40)",
    ),
)
