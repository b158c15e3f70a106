"""Several endpoints in one scan, and what a scan holds in memory."""

import tracemalloc
from dataclasses import fields

import numpy as np
import pytest

from chorall.errors import ConvergenceError, InputError
from chorall.stats import scan_endpoints, scan_markers, scan_run

ENDPOINTS = {
    "relapse": ([1, 2, 3, 4], [True, True, False, True]),
    "death": ([1, 2, 3, 4], [True, True, True, False], None),
}
MARKER = [[1], [0], [1], [0]]


def make_patients(n=120, m=40, seed=11):
    """Forty markers with missing tests, and three endpoints, one with delayed entry."""
    generator = np.random.default_rng(seed)
    markers = (generator.random((n, m)) < np.linspace(0.03, 0.6, m)) * 1.0
    markers[generator.random((n, m)) < 0.05] = np.nan
    markers[:, 7] *= generator.normal(5, 1, n)
    time = np.ceil(generator.exponential(20, n))
    later = time + generator.integers(0, 9, n)
    endpoints = {
        "event_free": (time, generator.random(n) < 0.6),
        "overall": (later, generator.random(n) < 0.4),
        "from_transplant": (later, generator.random(n) < 0.5, np.floor(later / 3)),
    }
    shared = {
        "covariates": generator.normal(size=(n, 2)),
        "strata": generator.integers(0, 2, n),
    }
    return markers, endpoints, shared


def assert_same(first, second):
    for field in fields(first):
        np.testing.assert_array_equal(
            getattr(first, field.name), getattr(second, field.name), err_msg=field.name
        )


@pytest.mark.parametrize(
    "options",
    [
        {"saddlepoint": True},
        {"score_only": True, "saddlepoint": True},
        {"interaction": np.arange(120) % 2},
    ],
)
@pytest.mark.parametrize("n_threads", [1, 2])
def test_endpoints_together_are_endpoints_one_by_one_to_the_last_bit(options, n_threads):
    markers, endpoints, shared = make_patients()
    # all tested, so that score tests share their null model
    if options.get("score_only"):
        markers = np.nan_to_num(markers)
    scans = scan_endpoints(
        markers, endpoints, **shared, **options, block_size=16, n_threads=n_threads
    )
    assert list(scans) == list(endpoints)
    for name, (time, event, *entry_time) in endpoints.items():
        alone = scan_markers(
            markers, time, event, entry_time=entry_time[0] if entry_time else None, **shared,
            **options, block_size=16, n_threads=1,
        )  # fmt: skip
        assert_same(scans[name], alone)
    assert (scans["overall"].score_chi_square != scans["event_free"].score_chi_square).any()


def test_markers_are_checked_and_packed_once_for_all_endpoints(monkeypatch):
    markers, endpoints, shared = make_patients()
    calls = {"pack_block": 0, "check_markers": 0, "prepare_columns": 0}

    def count(name, function):
        def call(*arguments):
            calls[name] += 1
            return function(*arguments)

        return call

    for name in calls:
        monkeypatch.setattr(scan_run, name, count(name, getattr(scan_run, name)))
    scan_endpoints(markers, endpoints, **shared, block_size=16)
    assert calls == {"pack_block": 3, "check_markers": 1, "prepare_columns": 1}


@pytest.mark.parametrize("n_threads", [1, 2])
def test_an_interruption_between_blocks_ends_the_scan(n_threads, monkeypatch):
    markers, endpoints, shared = make_patients(m=400)
    packed = []
    pack = scan_run.pack_block

    def count(*arguments):
        packed.append(1)
        return pack(*arguments)

    def interrupt(done, total):
        assert (done, total) == (8, 400)
        raise KeyboardInterrupt

    monkeypatch.setattr(scan_run, "pack_block", count)
    with pytest.raises(KeyboardInterrupt):
        scan_endpoints(
            markers, endpoints, **shared, block_size=8, n_threads=n_threads, progress=interrupt
        )
    # of fifty blocks only those that were under way
    assert len(packed) < 25


def measure_peak(m, **options):
    """Return the largest number of bytes held at once, beside the arguments."""
    generator = np.random.default_rng(1)
    n = 1_000
    markers = generator.random((n, m)) < 0.3
    tested = generator.random((n, m)) < 0.99
    time, event = np.ceil(generator.exponential(50, n)), generator.random(n) < 0.5
    covariates = generator.normal(size=(n, 2))
    tracemalloc.start()
    try:
        scan_markers(markers, time, event, tested=tested, covariates=covariates, **options)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("options", "m"),
    [
        ({"score_only": True}, 640),
        ({"firth_below": 0}, 640),
        ({"score_only": True, "saddlepoint": True}, 160),
    ],
)
def test_memory_is_that_of_the_blocks_whatever_the_number_of_markers(options, m):
    # on one thread: on two it is chance how many blocks are at work at the same moment
    few = measure_peak(32, block_size=16, n_threads=1, **options)
    many = measure_peak(m, block_size=16, n_threads=1, **options)
    as_floats = 8 * 1_000 * m
    # each marker adds its row of results and the null model of its pattern, not its patients
    assert many - few < as_floats / 4
    # a second thread holds a block as given, as packed, at work and adjusted
    both = measure_peak(m, block_size=16, n_threads=2, **options)
    assert both < many + 8 * 1_000 * 16 * 8 + 2**20


def test_what_cannot_be_used_is_said_for_all_endpoints_at_once():
    endpoints = {
        "relapse": ([1, 2, -3, 4], [True] * 4),
        "death": ([1, 2, 3], [True] * 3),
        "second": ([1, 2, 3, 4],),
        "": ([1, 2, 3, 4], [True] * 4),
        "third": (None, [True] * 4),
        "fourth": ([1, 2, 3, 4, 5], [True] * 5),
    }
    with pytest.raises(InputError) as caught:
        scan_endpoints(MARKER, endpoints)
    message = str(caught.value)
    for words in (
        "endpoint 'relapse'", "negative", "endpoint 'second'", "(time, event, entry_time)",
        "endpoint '': its name", "endpoint 'third'", "'death' 3, 'fourth' 5",
    ):  # fmt: skip
        assert words in message


@pytest.mark.parametrize("endpoints", [{}, [([1], [True])], {str(i): None for i in range(17)}])
def test_endpoints_must_be_a_mapping_of_one_to_sixteen(endpoints):
    with pytest.raises(InputError, match="must map 1 to 16 names"):
        scan_endpoints(MARKER, endpoints)


def test_an_error_of_one_endpoint_names_it():
    silent = {**ENDPOINTS, "none": ([1, 2, 3, 4], [False] * 4)}
    with pytest.raises(InputError, match="endpoint 'none': `event` is never True"):
        scan_endpoints(MARKER, silent)
    separating = np.array([1, 1, 1, 0, 0, 0, 0, 0])[:, None]
    endpoints = {"death": (np.arange(1, 9), [True] * 8)}
    with pytest.raises(ConvergenceError, match="endpoint 'death': "):
        scan_endpoints(np.eye(8)[:, :1], endpoints, covariates=separating)


def test_a_saddlepoint_that_is_not_there_is_nan():
    # the one carrier has the event first: no draw of residuals reaches further
    options = {"minimum_carriers": 1, "score_only": True}
    scan = scan_markers([[1], [0]], [1, 2], [True, False], saddlepoint=True, **options)
    assert scan.status[0] == "fitted"
    assert np.isnan(scan.saddlepoint_p_value[0])
    assert np.isfinite(scan.score_p_value[0])
    markers, endpoints, shared = make_patients()
    time, event = endpoints["overall"]
    plain = scan_markers(markers, time, event, **shared)
    assert np.isnan(plain.saddlepoint_p_value).all()
    with pytest.raises(InputError, match="`saddlepoint` is for the marker itself"):
        scan_markers(markers, time, event, saddlepoint=True, interaction=np.arange(120) % 2)


def test_saddlepoints_do_not_depend_on_the_unit_or_the_sign_of_a_marker():
    markers, endpoints, shared = make_patients()
    time, event = endpoints["event_free"]
    options = {"saddlepoint": True, "score_only": True, "minimum_carriers": 1}
    scans = [
        scan_markers(changed, time, event, **shared, **options)
        for changed in (markers, 7 - 3e5 * markers)
    ]
    both = (scans[0].status == "fitted") & (scans[1].status == "fitted")
    assert both.sum() > 30
    np.testing.assert_allclose(
        scans[0].saddlepoint_p_value[both], scans[1].saddlepoint_p_value[both], rtol=1e-6
    )
