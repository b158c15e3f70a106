"""Numbers in another type or another layout in memory give the same answer."""

from dataclasses import fields

import numpy as np
import polars as pl
import pytest
from unit.stats.hostile_patients import (
    KERNELS,
    OTHERS,
    assert_same,
    call,
    list_numbers,
    make_patients,
    using,
)

from chorall import stats
from chorall.errors import InputError

PATIENTS = make_patients()
FLOATS = ("time", "entry_time", "weights", "x", "risk")
WHOLE = ("cause", "group", "strata")
ARRAYS = (*FLOATS, *WHOLE, "event")


def change_all(names, function):
    return PATIENTS.change(**{name: function(getattr(PATIENTS, name)) for name in names})


def stride(values):
    """Every second of twice as many: a view with gaps that hold something else."""
    wide = np.repeat(values, 2, axis=0)
    wide[1::2] = ~wide[1::2] if values.dtype == bool else -wide[1::2] - 1
    return wide[::2]


def lock(values):
    locked = values.copy()
    locked.setflags(write=False)
    return locked


LAYOUTS = {
    "float32": change_all(FLOATS, lambda v: v.astype(np.float32)),
    "float16": change_all(FLOATS, lambda v: v.astype(np.float16)),
    "long double": change_all(FLOATS, lambda v: v.astype(np.longdouble)),
    "big endian": change_all((*FLOATS, *WHOLE), lambda v: v.astype(v.dtype.newbyteorder(">"))),
    "int32 times": change_all(("time", "entry_time"), lambda v: v.astype(np.int32)),
    "uint8 times": change_all(("time", "entry_time"), lambda v: v.astype(np.uint8)),
    "int8 codes": change_all(WHOLE, lambda v: v.astype(np.int8)),
    "uint16 codes": change_all(WHOLE, lambda v: v.astype(np.uint16)),
    "Fortran order": change_all(("x",), np.asfortranarray),
    "columns of a wider array": change_all(("x",), lambda v: np.repeat(v, 3, axis=1)[:, ::3]),
    "reversed views": change_all(ARRAYS, lambda v: v[::-1].copy()[::-1]),
    "every second row": change_all(ARRAYS, stride),
    "read-only": change_all(ARRAYS, lock),
    "lists": change_all(ARRAYS, lambda v: v.tolist()),
    "objects": change_all(FLOATS, lambda v: v.astype(object)),
    "masked arrays without a mask": change_all(ARRAYS, np.ma.masked_array),
    "polars": change_all(ARRAYS, lambda v: pl.DataFrame(v) if v.ndim == 2 else pl.Series(v)),
}
EXPECTED = {name: call(name, PATIENTS) for name in KERNELS}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", KERNELS)
def test_the_layout_of_numbers_does_not_matter(name, layout):
    if (name, layout) == ("scan_markers", "objects"):
        # thousands of markers as objects are a mistake, not a layout
        with pytest.raises(InputError, match="`markers` must hold numbers or booleans"):
            call(name, LAYOUTS[layout])
        return
    assert_same(call(name, LAYOUTS[layout]), EXPECTED[name])


@pytest.mark.parametrize("name", KERNELS)
def test_no_kernel_changes_what_it_is_given(name):
    given, untouched = make_patients(), make_patients()
    call(name, given)
    for field in fields(given):
        np.testing.assert_array_equal(getattr(given, field.name), getattr(untouched, field.name))
        values = getattr(given, field.name)
        assert not isinstance(values, np.ndarray) or values.flags.writeable, field.name


LARGEST = np.iinfo(np.int64)


@pytest.mark.parametrize("name", sorted({*using("group"), *using("strata")}))
def test_labels_at_the_limits_of_64_bits_are_labels(name):
    def spread(codes):
        return np.where(codes == 1, LARGEST.max, LARGEST.min)

    hostile = PATIENTS.change(group=spread(PATIENTS.group), strata=spread(PATIENTS.strata))
    numbers = {"groups", "strata", "stratum", "labels"}
    expected = call(name, PATIENTS.change(group=PATIENTS.group * 3, strata=PATIENTS.strata * 3))
    found, usual = list_numbers(call(name, hostile)), list_numbers(expected)
    for place, values in found.items():
        if place.rsplit(".", maxsplit=1)[-1] not in numbers and values.dtype.kind in "iufb":
            np.testing.assert_allclose(values, usual[place], rtol=1e-10, err_msg=place)


def test_every_public_function_has_its_hostile_cases():
    functions = {name for name in stats.__all__ if name[0].islower()}
    assert {name.split(" ")[0] for name in KERNELS} | OTHERS == functions
