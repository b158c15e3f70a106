"""What no kernel computes with: each is refused by its name and its place."""

import numpy as np
import pytest
from unit.stats.hostile_patients import KERNELS, N, call, make_patients, using

from chorall.errors import InputError

PATIENTS = make_patients()
PLACE = 5


def spoil(name, value):
    values = np.array(getattr(PATIENTS, name), dtype=float)
    values[PLACE] = value
    return PATIENTS.change(**{name: values})


def expect_refusal(name, patients, said):
    with pytest.raises(InputError) as caught:
        call(name, patients)
    assert said in str(caught.value)


BAD_TIMES = {np.nan: "missing", np.inf: "infinite", -1.0: "negative", -np.inf: "infinite"}


@pytest.mark.parametrize("value", BAD_TIMES)
@pytest.mark.parametrize("name", using("time"))
def test_times_that_are_none(name, value):
    # transition_probabilities calls the time of entry by its own name as well
    said = f"`time`: 1 of {N} is {BAD_TIMES[value]}; at positions {PLACE}"
    expect_refusal(name, spoil("time", value), said)


@pytest.mark.parametrize("value", BAD_TIMES)
@pytest.mark.parametrize("name", using("entry_time"))
def test_entry_times_that_are_none(name, value):
    said = f"`entry_time`: 1 of {N} is {BAD_TIMES[value]}; at positions {PLACE}"
    expect_refusal(name, spoil("entry_time", value), said)


@pytest.mark.parametrize("late", [0.0, 1.0])
@pytest.mark.parametrize("name", using("entry_time"))
def test_entry_at_the_exit_or_after_it(name, late):
    patients = spoil("entry_time", PATIENTS.time[PLACE] + late)
    expect_refusal(name, patients, f"`entry_time`: 1 of {N} is not before `time`")


@pytest.mark.parametrize("name", using("entry_time"))
def test_an_exit_at_0_has_no_follow_up_after_entry(name):
    patients = spoil("time", 0.0).change(entry_time=np.zeros(N))
    expect_refusal(name, patients, f"`entry_time`: 1 of {N} is not before `time`")


def write_events(yes, no):
    return np.where(PATIENTS.event, yes, no)


EVENTS = {
    "0 and 1": write_events(1, 0),
    "1 and 2, as in R": write_events(2, 1),
    "CNSR": write_events(0, 1),
    "0.0 and 1.0": write_events(1.0, 0.0),
    "words": write_events("dead", "alive"),
    "objects": write_events(True, False).astype(object),
}


@pytest.mark.parametrize("coded", EVENTS)
@pytest.mark.parametrize("name", using("event"))
def test_events_that_are_not_boolean_are_not_guessed(name, coded):
    expect_refusal(name, PATIENTS.change(event=EVENTS[coded]), "`event` must be boolean")


@pytest.mark.parametrize("name", using("event"))
def test_a_missing_event(name):
    event = PATIENTS.event.astype(object)
    event[PLACE] = None
    said = f"`event`: 1 of {N} is missing; at positions {PLACE}"
    expect_refusal(name, PATIENTS.change(event=event), said)


CAUSES = {
    "boolean": (PATIENTS.cause > 0, "`cause` must hold integers"),
    "floats": (PATIENTS.cause * 1.0, "`cause` must hold integers"),
    "words": (PATIENTS.cause.astype(str), "`cause` must hold integers"),
    "negative": (np.where(np.arange(N) == PLACE, -1, PATIENTS.cause), "is negative"),
}


@pytest.mark.parametrize("coded", CAUSES)
@pytest.mark.parametrize("name", using("cause"))
def test_causes_that_are_none(name, coded):
    cause, said = CAUSES[coded]
    expect_refusal(name, PATIENTS.change(cause=cause), said)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("name", using("weights"))
def test_weights_that_are_none(name, value):
    said = f"`weights`: 1 of {N} is not a finite number above 0; at positions {PLACE}"
    expect_refusal(name, spoil("weights", value), said)


@pytest.mark.parametrize("attribute", ["group", "strata"])
def test_labels_that_are_missing(attribute):
    labels = getattr(PATIENTS, attribute).astype(object)
    labels[PLACE] = None
    for name in using(attribute):
        said = f"`{attribute}`: 1 of {N} is missing; at positions {PLACE}"
        expect_refusal(name, PATIENTS.change(**{attribute: labels}), said)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", using("x"))
def test_covariates_that_are_missing_or_infinite(name, value):
    x = PATIENTS.x.copy()
    x[PLACE, 1] = value
    if name == "scan_markers" and np.isnan(value):
        # a marker that was not tested
        assert call(name, PATIENTS.change(x=x)).n_tested.tolist() == [N, N - 1]
        return
    said = "infinite numbers" if "gonen" in name else f"[:, 1]`: 1 of {N} is"
    expect_refusal(name, PATIENTS.change(x=x), said)


@pytest.mark.parametrize("shape", ["one dimension", "three dimensions", "a row too few"])
@pytest.mark.parametrize("name", using("x", "time"))
def test_covariates_of_another_shape(name, shape):
    x = {"one": PATIENTS.x[:, 0], "thr": PATIENTS.x[:, :, None], "a r": PATIENTS.x[1:]}[shape[:3]]
    said = f"has {N - 1} rows" if shape == "a row too few" else "one row per patient"
    expect_refusal(name, PATIENTS.change(x=x), said)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", using("risk"))
def test_risks_that_are_missing_or_infinite(name, value):
    if "concordance" in name and np.isinf(value):
        # the highest score of all: only the order counts
        hostile, usual = (call(name, spoil("risk", top)) for top in (value, 99.0))
        found = (getattr(hostile, "concordance", None), getattr(usual, "concordance", None))
        assert found[0] == found[1]
        return
    argument = "score" if "concordance" in name else "risk"
    expect_refusal(name, spoil("risk", value), f"`{argument}`: 1 of {N} is missing")


@pytest.mark.parametrize("value", [-0.1, 1.1])
@pytest.mark.parametrize(
    "name", [name for name in using("risk") if name not in using("strata") and "auc" not in name]
)
def test_risks_that_are_no_probabilities(name, value):
    if "concordance" in name:
        # a score is no probability
        assert np.isfinite(getattr(call(name, spoil("risk", value)), "concordance", 0.5))
        return
    expect_refusal(name, spoil("risk", value), "missing or outside 0 to 1")


@pytest.mark.parametrize("name", KERNELS)
def test_nobody(name):
    empty = {
        field: values[:0]
        for field, values in vars_of(PATIENTS).items()
        if isinstance(values, np.ndarray)
    }
    said = "at least two patients" if "gonen" in name else "there are no patients"
    expect_refusal(name, PATIENTS.change(**empty), said)


def vars_of(patients):
    return {name: getattr(patients, name) for name in patients.__dataclass_fields__}


@pytest.mark.parametrize("name", using("time"))
def test_one_time_too_few(name):
    with pytest.raises(InputError, match=r"differ in length|rows|must hold|shape"):
        call(name, PATIENTS.change(time=PATIENTS.time[1:]))


@pytest.mark.parametrize("name", using("time"))
def test_times_that_are_no_numbers(name):
    for time in (PATIENTS.time.astype(str), PATIENTS.time > 3, PATIENTS.time.astype("m8[D]")):
        expect_refusal(name, PATIENTS.change(time=time), "`time` must hold numbers")
