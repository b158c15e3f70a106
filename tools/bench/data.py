"""The seeded data of every row, and the plain files by which all tools get the same ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]
SEED = 7
# times at which curves are compared
READ_AT = np.arange(60.0, 2461.0, 60.0)


def simulate_cox(n: int, p: int = 10, n_strata: int = 10) -> Arrays:
    """Return patients with p covariates in strata; times are whole days, so that some are tied."""
    generator = np.random.default_rng(SEED)
    x = generator.normal(size=(n, p))
    x[:, p // 2 :] = x[:, p // 2 :] > 0.5
    hazard = np.exp(x @ np.linspace(-0.4, 0.4, p)) / 1500
    time, event = censor(generator, hazard)
    return {"x": x, "time": time, "event": event, "strata": generator.integers(0, n_strata, n)}


def censor(generator: np.random.Generator, hazard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw whole days of follow-up and whether the event ended it."""
    event_time = generator.exponential(1 / hazard)
    censoring = generator.uniform(200, 3000, len(hazard))
    return np.ceil(np.minimum(event_time, censoring)), event_time <= censoring


def simulate_start_stop(n: int) -> Arrays:
    """Return two rows for each of n patients; in half of them the last covariate switches on.

    Half of the patients are seen from a day after their origin on only (delayed entry).
    """
    data = simulate_cox(n)
    generator = np.random.default_rng(SEED + 1)
    exit_time = data["time"] + 2
    switch = np.ceil(exit_time * generator.uniform(0.2, 0.8, n)).clip(max=exit_time - 1)
    late = generator.random(n) < 0.5
    entry = np.where(late, np.floor(switch * generator.random(n)), 0.0)
    before, after = data["x"].copy(), data["x"].copy()
    before[:, -1], after[:, -1] = 0, generator.random(n) < 0.5
    return {
        "x": np.concatenate([before, after]),
        "entry_time": np.concatenate([entry, switch]),
        "time": np.concatenate([switch, exit_time]),
        "event": np.concatenate([np.zeros(n), data["event"]]),
        "strata": np.tile(data["strata"], 2),
    }


def simulate_follow_up(n: int) -> Arrays:
    """Return whole days of follow-up of up to ten years, with two competing causes."""
    generator = np.random.default_rng(SEED)
    time, event = censor(generator, np.full(n, 1 / 1500))
    cause = event * generator.integers(1, 3, n)
    return {"time": time, "event": event, "cause": cause, "at": READ_AT}


def simulate_competing(n: int) -> Arrays:
    """Return patients of `simulate_cox` with two causes, without strata."""
    data = simulate_cox(n, n_strata=1)
    generator = np.random.default_rng(SEED + 2)
    data["cause"] = data["event"] * generator.integers(1, 3, n)
    return data


def simulate_scan(n: int, n_markers: int, missing: float) -> Arrays:
    """Return markers of which a share is not tested, four covariates and five strata."""
    generator = np.random.default_rng(SEED)
    covariates = generator.normal(size=(n, 4))
    strata = generator.integers(0, 5, n)
    frequency = generator.uniform(0.02, 0.4, n_markers)
    markers = (generator.random((n, n_markers)) < frequency) * 1.0
    hazard = np.exp(covariates @ [0.3, 0.2, -0.2, 0.1] - 0.5 * markers[:, 0]) / 1000
    time, event = censor(generator, hazard)
    markers[generator.random((n, n_markers)) < missing] = np.nan
    return {"markers": markers, "x": covariates, "time": time, "event": event, "strata": strata}


def simulate_groups(n: int, p: int, n_groups: int) -> Arrays:
    """Return n patients with p binary lesions in groups whose effects differ in spread."""
    generator = np.random.default_rng(SEED)
    groups = np.arange(p) % n_groups
    x = (generator.random((n, p)) < generator.uniform(0.03, 0.4, p)) * 1.0
    effects = generator.normal(size=p) * np.linspace(0.05, 0.4, n_groups)[groups]
    time, event = censor(generator, np.exp(x @ effects - (x @ effects).mean()) / 1500)
    return {"x": x, "time": time, "event": event, "groups": groups}


def take_patients(data: Arrays, part: int) -> Arrays:
    """Return the first `part` patients."""
    n = len(data["time"])
    return {name: values[:part] if len(values) == n else values for name, values in data.items()}


def write_data(folder: Path, data: Arrays) -> None:
    """Write each array as float64, column by column, and a list of their shapes."""
    folder.mkdir(parents=True, exist_ok=True)
    shapes = []
    for name, values in data.items():
        columns = np.asarray(values, dtype=np.float64)
        columns.ravel(order="F").tofile(folder / f"{name}.bin")
        shapes.append(f"{name} {len(columns)} {columns.shape[1] if columns.ndim == 2 else 1}")
    (folder / "shapes.txt").write_text("\n".join(shapes) + "\n", "ascii")


def read_data(folder: Path) -> Arrays:
    """Read what `write_data` wrote; a single column as a vector."""
    data = {}
    for line in (folder / "shapes.txt").read_text("ascii").splitlines():
        name, n_rows, n_columns = line.split()
        values = np.fromfile(folder / f"{name}.bin")
        table = values.reshape((int(n_rows), int(n_columns)), order="F")
        data[name] = values if int(n_columns) == 1 else np.ascontiguousarray(table)
    return data
