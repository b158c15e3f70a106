"""A target trial as a file states it: who, from when, which strategies, what confounds."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chorall.knowledge.definition_file import read_definition

TimeZero = Literal["endpoint", "remission", "diagnosis"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EligibilityPart(_Frozen):
    """Who is eligible at time zero; what is not said excludes nobody.

    Attributes
    ----------
    trials : tuple of str
        Only these trials.
    age_years : tuple of float, optional
        From the first up to and not including the second.
    lineage : tuple of str
        Of these lineages.
    markers_present, markers_absent : tuple of str
        Tested at diagnosis, with that result.
    mrd_from, mrd_below : float, optional
        Residual disease at the end of induction known to be at or above, or below, this fraction.
    """

    trials: tuple[str, ...] = ()
    age_years: tuple[float, float] | None = None
    lineage: tuple[Literal["B", "T", "MPAL"], ...] = ()
    markers_present: tuple[str, ...] = ()
    markers_absent: tuple[str, ...] = ()
    mrd_from: float | None = Field(default=None, gt=0, lt=1)
    mrd_below: float | None = Field(default=None, gt=0, lt=1)


class TreatmentPart(_Frozen):
    """What is started.

    Attributes
    ----------
    kind : {"transplant", "treatment"}
        Allogeneic transplantation in first remission, or an item of the table treatment.
    donors : tuple of str
        Of a transplantation; none: all but autologous.
    items : tuple of str
        Of the table treatment; the first start of any of them.
    """

    kind: Literal["transplant", "treatment"] = "transplant"
    donors: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_items(self) -> TreatmentPart:
        if (self.kind == "treatment") != bool(self.items):
            raise ValueError("`items` belongs to kind = 'treatment', and that kind needs it")
        return self


class StrategyPart(_Frozen):
    """One strategy: start within a grace period, or never.

    Attributes
    ----------
    name : str
        For people.
    start_after_day, start_by_day : float
        The window, in days from time zero.
    never : bool
        True: the treatment is not started.
    """

    name: str
    start_after_day: float = Field(default=0, ge=0)
    start_by_day: float | None = Field(default=None, gt=0, le=3653)
    never: bool = False

    @model_validator(mode="after")
    def _check_window(self) -> StrategyPart:
        if self.never == (self.start_by_day is not None):
            raise ValueError("a strategy says either `start_by_day` or `never = true`")
        if self.start_by_day is not None and self.start_by_day <= self.start_after_day:
            raise ValueError("`start_by_day` must lie after `start_after_day`")
        return self

    @property
    def window(self) -> tuple[float, float] | None:
        """Days between which treatment starts; None where never."""
        by = self.start_by_day
        return None if by is None else (self.start_after_day, by)


class ConfounderPart(_Frozen):
    """What treatment and outcome have in common, known at time zero.

    Attributes
    ----------
    adjust : tuple of str
        Covariates as in `transplant` (age, wbc, mrd, ...).
    mrd_cuts : tuple of float
        Levels of residual disease at the end of induction at which treatment changes.
    markers : tuple of str
        Present against absent at diagnosis; untested patients are not complete.
    """

    adjust: tuple[str, ...] = ()
    mrd_cuts: tuple[float, ...] = ()
    markers: tuple[str, ...] = ()


class ControlPart(_Frozen):
    """An outcome that the treatment cannot change.

    Attributes
    ----------
    endpoint : str
        Short name.
    reason : str
        Why the treatment cannot change it.
    """

    endpoint: str
    reason: str = Field(min_length=10)


class SettingsPart(_Frozen):
    """How it is computed.

    Attributes
    ----------
    interval_days : float
        Steps in which weights change.
    landmark_days : float
        Between the landmarks of the sequence.
    resamples, seed : int
        Of the bootstrap.
    """

    interval_days: float = Field(default=10, gt=0)
    landmark_days: float = Field(default=30, gt=0)
    resamples: int = Field(default=500, ge=50, le=10_000)
    seed: int = Field(default=1, ge=0)


class TargetTrial(_Frozen):
    """The trial that one would have liked to do.

    Attributes
    ----------
    name : str
        The question in words.
    endpoint : str
        Short name.
    time_zero : {"endpoint", "remission", "diagnosis"}
        Where the clock starts: the endpoint's own origin, first remission, or day 0 of the trial.
    days_after : float
        Days from there to time zero.
    horizon_years : float
        Where absolute figures are read.
    strategies : tuple of two StrategyPart
        The first is compared with the second.
    """

    name: str
    endpoint: str
    time_zero: TimeZero = "endpoint"
    days_after: float = Field(default=0, ge=0)
    horizon_years: float = Field(default=5, gt=0, le=100)
    eligibility: EligibilityPart = EligibilityPart()
    treatment: TreatmentPart = TreatmentPart()
    strategies: tuple[StrategyPart, StrategyPart]
    confounders: ConfounderPart
    negative_control: ControlPart | None = None
    settings: SettingsPart = SettingsPart()

    @model_validator(mode="after")
    def _check_strategies(self) -> TargetTrial:
        first, second = self.strategies
        if first.window == second.window:
            raise ValueError("both strategies are the same")
        if first.name == second.name:
            raise ValueError("both strategies have the same name")
        return self


def read_target_trial(path: Path) -> TargetTrial:
    """Read and check a target trial.

    Parameters
    ----------
    path : Path
        A TOML file; docs/target_trial.md says what it holds.

    Raises
    ------
    InputError
        If there is no such file.
    DefinitionError
        With every problem: file, line, key, what came and what was expected.
    """
    return read_definition(path, TargetTrial)[0]
