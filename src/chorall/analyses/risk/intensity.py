"""Risk group by treatment given: relapses beside deaths of treatment, per trial and era."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.risk.causes import CAUSES, TREATMENT_DEATHS
from chorall.analyses.risk.members import LEAST_FOR_RISK, Members, complete_limits
from chorall.knowledge.strategies import level_labels
from chorall.stats import cumulative_incidence

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]

NOT_ALLOCATED: Final = "no allocation recorded"
EVERY_ERA: Final = "all"
LEAST_READ: Final = 20
"""With fewer patients a cell is shown without a reading."""
OVER: Final = "possible over-treatment: a hypothesis"
UNDER: Final = "possible under-treatment: a hypothesis"
INTENSITY: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(
        ("grouping", "group", "trial_id", "era", "component", "level", "evidence"), pl.String()
    ),
    **dict.fromkeys(("n_patients", "n_relapses", "n_treatment_deaths"), pl.Int64()),
    **dict.fromkeys(
        (
            "relapse", "lower_relapse", "upper_relapse", "treatment_death",
            "lower_treatment_death", "upper_treatment_death",
        ),
        pl.Float64(),
    ),
    "reading": pl.String(),
}  # fmt: skip


def map_intensity(
    members: Members,
    patients: pl.DataFrame,
    given: pl.DataFrame,
    horizon_days: float,
    conf_level: float,
    targets: Sequence[float],
) -> list[dict[str, Any]]:
    """Return a line per group, trial, era and level of treatment.

    Parameters
    ----------
    members : Members
        At the landmark, with groups of that day.
    patients : DataFrame
        The table patient.
    given : DataFrame
        From `read_given`.
    horizon_days, conf_level : float
        Where risks are read (from the landmark), and the level of limits.
    targets : sequence of float
        Relapse below the first is rare, above the last frequent: for the readings.

    Returns
    -------
    list of dict
        Who was allocated after the landmark is at risk from that day on: allocation is for those
        who lived to it. Lines of one component in one trial compare; those without an allocation
        are shown beside them and compare with nobody.
    """
    eras = patients["year_band"].fill_null("not known").to_numpy().astype(str)[members.row]
    ids = patients["patient_id"].to_numpy().astype(str)[members.row]
    days = _lay_out(given, ids)
    ever = {patient for patient, *_ in given.iter_rows()}
    without = np.array([patient not in ever for patient in ids])
    start = members.view.start_day
    lines = []
    for trial_place, trial in enumerate(members.trial_ids):
        in_trial = members.trial == trial_place
        for place, group in enumerate(members.grouping.groups):
            rows = in_trial & (members.group == place)
            for era, own in _list_eras(rows, eras):
                label = {"grouping": members.grouping.name, "group": group, "trial_id": trial}
                label |= {"era": era}
                for names, day in days:
                    chosen = own & np.isfinite(day)
                    if chosen.any():
                        entry = np.maximum(day - start, 0.0)
                        found = _describe(members, chosen, entry, horizon_days, conf_level)
                        lines.append(label | names | found | _read(found, targets))
                if (own & without).any():
                    found = _describe(
                        members, own & without, np.zeros(members.n), horizon_days, conf_level
                    )
                    names = {"component": "", "level": NOT_ALLOCATED, "evidence": "not compared"}
                    lines.append(label | names | found | {"reading": ""})
    return lines


def _lay_out(given: pl.DataFrame, ids: NDArray[np.str_]) -> list[tuple[dict[str, str], Floats]]:
    labels = level_labels()
    found = []
    parts = given.group_by("component", "level", "evidence", maintain_order=True)
    for (component, level, evidence), part in parts:
        day_of = dict(zip(part["patient_id"].to_list(), part["day"].to_list(), strict=True))
        day = np.array([day_of.get(patient, np.nan) for patient in ids])
        names = {"component": str(component), "level": labels[str(level)]}
        names |= {"evidence": str(evidence)}
        found.append((names, day))
    return sorted(found, key=lambda one: (one[0]["component"], one[0]["level"]))


def _list_eras(rows: Booleans, eras: NDArray[np.str_]) -> Iterator[tuple[str, Booleans]]:
    if not rows.any():
        return
    yield EVERY_ERA, rows
    for era in np.unique(eras[rows]):
        yield str(era), rows & (eras == era)


def _describe(
    members: Members, rows: Booleans, entry: Floats, horizon_days: float, conf_level: float
) -> dict[str, Any]:
    own_entry = entry if members.entry_time is None else np.maximum(entry, members.entry_time)
    rows = rows & (members.time > own_entry)
    cause = members.every_cause[rows]
    deaths = [CAUSES.index(name) + 1 for name in TREATMENT_DEATHS]
    simple = np.where(cause == 1, 1, np.where(np.isin(cause, deaths), 2, np.minimum(cause, 1) * 3))
    line: dict[str, Any] = {
        "n_patients": int(rows.sum()),
        "n_relapses": int((simple == 1).sum()),
        "n_treatment_deaths": int((simple == 2).sum()),
    }
    if rows.sum() < LEAST_FOR_RISK:
        return line
    late = own_entry[rows] if (own_entry[rows] > 0).any() else None
    at = cumulative_incidence(
        members.time[rows], simple, entry_time=late, n_causes=3, conf_level=conf_level
    ).at(horizon_days)
    for place, name in enumerate(("relapse", "treatment_death")):
        values = [float(one[place, 0]) for one in (at.cumulative_incidence, at.lower, at.upper)]
        line[name], line[f"lower_{name}"], line[f"upper_{name}"] = complete_limits(
            members, rows, (values[0], values[1], values[2]), horizon_days, conf_level
        )
    return line


def _read(found: dict[str, Any], targets: Sequence[float]) -> dict[str, str]:
    """Say what a cell hints at, from limits, never from the estimate alone."""
    if found["n_patients"] < LEAST_READ or "relapse" not in found:
        return {"reading": f"fewer than {LEAST_READ} patients"}
    if found["upper_relapse"] < targets[0] or (
        found["upper_relapse"] < found["lower_treatment_death"]
    ):
        return {"reading": OVER}
    return {"reading": UNDER if found["lower_relapse"] > targets[-1] else ""}
