"""One chain of chained equations: rounds over the incomplete columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Floats
from chorall.stats.chained_arguments import Incomplete
from chorall.stats.chained_linear import draw_matched, draw_normal
from chorall.stats.chained_logistic import LogisticState, draw_binary, start_state
from chorall.stats.chained_predictors import Predictors


class Chain(NamedTuple):
    """A completed data set, shape (n, p), and its trace, shape (n_iterations, p, 2)."""

    values: Floats
    trace: Floats


class Update:
    """What is needed again and again to impute one column."""

    def __init__(self, data: Incomplete, predictors: Predictors, column: int) -> None:
        self.column, self.kind = column, data.kinds[column]
        self.penalty = predictors.penalty
        self.known = np.flatnonzero(data.observed[:, column])
        self.unknown = np.flatnonzero(data.wanted[:, column])
        self.values = data.x[self.known, column]
        self.levels = predictors.levels[column]
        self.scaled = (self.values - predictors.centres[column]) / predictors.scales[column]
        self.centre, self.scale = predictors.centres[column], predictors.scales[column]
        self.states = start_states(self)

    def draw(self, predictors: Predictors, n_donors: int, generator: np.random.Generator) -> Floats:
        """Return new values for the patients without one."""
        known = predictors.take(self.known, self.column)
        unknown = predictors.take(self.unknown, self.column)
        if self.kind == "pmm":
            return draw_matched(
                known, self.scaled, unknown, self.penalty, self.values, n_donors, generator
            )
        if self.kind == "normal":
            drawn = draw_normal(known, self.scaled, unknown, self.penalty, generator)
            return np.asarray(self.centre + self.scale * drawn)
        return draw_levels(self, known, unknown, generator)


def start_states(update: Update) -> list[LogisticState]:
    """Return a state for each binary decision between levels."""
    width = len(update.penalty)
    if update.kind == "binary":
        return [start_state(update.values, width)]
    states, left = [], np.ones(len(update.values), dtype=np.bool_)
    for level in update.levels[:-1]:
        chosen = update.values == level
        states.append(start_state(chosen[left].astype(np.float64), width))
        left &= ~chosen
    return states


def draw_levels(
    update: Update, known: Floats, unknown: Floats, generator: np.random.Generator
) -> Floats:
    """Return codes: each level in turn is decided among those that have none yet."""
    # a binary column is decided once: 1 or else 0
    levels = np.array([1, 0]) if update.kind == "binary" else update.levels
    found = np.full(len(unknown), levels[-1], dtype=np.float64)
    undecided, left = np.arange(len(unknown)), np.arange(len(known))
    for level, state in zip(levels[:-1], update.states, strict=True):
        chosen = update.values[left] == level
        some = known if len(left) == len(known) else known[left]
        drawn = draw_binary(
            some, chosen * 1.0, unknown[undecided], update.penalty, state, generator
        )
        found[undecided[drawn]] = level
        undecided, left = undecided[~drawn], left[~chosen]
    return found


def run_chains(
    data: Incomplete,
    n_iterations: int,
    n_donors: int,
    seeds: Sequence[np.random.SeedSequence],
) -> list[Chain]:
    """Return one chain per seed."""
    return [run_chain(data, n_iterations, n_donors, seed) for seed in seeds]


def run_chain(
    data: Incomplete, n_iterations: int, n_donors: int, seed: np.random.SeedSequence
) -> Chain:
    """Fill in observed values at random, then go round the columns, the most complete first."""
    generator = np.random.default_rng(seed)
    predictors, values = Predictors(data), data.x.copy()
    for column in range(values.shape[1]):
        known = np.flatnonzero(data.observed[:, column])
        predictors.set_values(column, known, values[known, column])
    n_wanted = data.wanted.sum(axis=0)
    columns = [column for column in np.argsort(n_wanted, kind="stable") if n_wanted[column]]
    updates = [Update(data, predictors, int(column)) for column in columns]
    for update in updates:
        write(values, predictors, update, generator.choice(update.values, len(update.unknown)))
    trace = np.full((n_iterations, values.shape[1], 2), np.nan)
    for iteration in range(n_iterations):
        for update in updates:
            drawn = update.draw(predictors, n_donors, generator)
            write(values, predictors, update, drawn)
            trace[iteration, update.column] = drawn.mean(), drawn.std()
    return Chain(values, trace)


def write(values: Floats, predictors: Predictors, update: Update, drawn: Floats) -> None:
    """Put new values where there were none, in the data set and among the predictors."""
    values[update.unknown, update.column] = drawn
    predictors.set_values(update.column, update.unknown, drawn)
