"""Stays as the arrays of ``chorall.stats.transition_probabilities``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.endpoints.history_states import STATES


@dataclass(frozen=True, slots=True, eq=False)
class HistoryArrays:
    """The n stays of which something was observed.

    Attributes
    ----------
    entry_time, time : ndarray of float, shape (n,)
        Days from time zero; time > entry_time.
    from_state, to_state : ndarray of int64, shape (n,)
        1, 2, ...: position in `states`; `to_state` 0 where the stay was censored.
    states : tuple of str
        Names of the states.
    """

    entry_time: NDArray[np.float64]
    time: NDArray[np.float64]
    from_state: NDArray[np.int64]
    to_state: NDArray[np.int64]
    states: tuple[str, ...]

    @property
    def arguments(self) -> tuple[NDArray[np.generic], ...]:
        """The four positional arguments of `transition_probabilities`."""
        return self.entry_time, self.time, self.from_state, self.to_state


def history_arrays(histories: pl.DataFrame) -> HistoryArrays:
    """Lay the stays of `derive_histories` out as arrays.

    Changes of state on one day are spread over that day in their order, the first at its
    beginning: with one change it is the day itself, with two the second comes half a day later. A
    change on the day on which observation began is spread likewise, so that nobody leaves a state
    without having been at risk in it. A censored stay of no length is left out.

    Parameters
    ----------
    histories : pl.DataFrame
        As made by `derive_histories`, or whole patients of it.

    Returns
    -------
    HistoryArrays
        In the order of `histories`.
    """
    patient = "patient_id"
    run = (pl.col("exit_day") > pl.col("entry_day")).cum_sum().over(patient)
    # Stays of no length follow the one whose end they share: their place on that day.
    placed = histories.with_columns(changes=pl.col("to_state").is_not_null(), run=run)
    place = pl.col("changes").cum_sum().over(patient, "run") - pl.col("changes")
    moved = placed.with_columns(
        n_on_day=pl.col("changes").sum().over(patient, "run") + (pl.col("run") == 0),
        place=place + (pl.col("run") == 0),
    )
    leaving = pl.col("exit_day") + pl.col("place") / pl.col("n_on_day")
    timed = moved.with_columns(time=pl.when("changes").then(leaving).otherwise(pl.col("exit_day")))
    started = timed.with_columns(
        entry_time=pl.coalesce(pl.col("time").shift().over(patient), pl.col("entry_day"))
    ).filter(pl.col("changes") | (pl.col("time") > pl.col("entry_time")))
    return HistoryArrays(
        entry_time=started["entry_time"].cast(pl.Float64).to_numpy(),
        time=started["time"].cast(pl.Float64).to_numpy(),
        from_state=_number_states(started["from_state"]),
        to_state=_number_states(started["to_state"]),
        states=STATES,
    )


def _number_states(states: pl.Series) -> NDArray[np.int64]:
    """Return 1, 2, ... by the order of `STATES`, 0 for null."""
    codes = states.to_physical().cast(pl.Int64) + 1
    return codes.fill_null(0).to_numpy().astype(np.int64)
