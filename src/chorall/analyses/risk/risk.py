"""Who is at high risk, how early it is known, and what waiting for MRD adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from chorall.analyses.arguments import check_conf_level, check_trials, check_years
from chorall.analyses.endpoint_choice import warn_of_unverified
from chorall.analyses.result import label_pool
from chorall.analyses.risk.causes import RELAPSE, choose_target, read_first_events
from chorall.analyses.risk.collect import Settings, collect_frames
from chorall.analyses.risk.finder import SHARES
from chorall.analyses.risk.given import read_given
from chorall.analyses.risk.groupings import Grouping, read_groupings
from chorall.analyses.risk.moments import choose_landmark, make_views
from chorall.analyses.risk.result import RiskResult
from chorall.errors import DataError, InputError, raise_gathered
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats.task_runner import Progress
from chorall.tables.store import Pool

TARGETS: Final = (0.05, 0.3)
ALWAYS: Final = (
    "Risks of groups are carried over from the other trials; a trial's own outcome is never used "
    "to foretell it. A published classifier may have been made from trials of this pool: its "
    "authors know.",
    "Research use only: no line here says what a patient should receive.",
)


def risk(
    pool: Pool,
    *,
    classifiers: Sequence[str] | None = None,
    rules: Iterable[str | Path] = (),
    bank: bool = False,
    most: int | None = None,
    trials: Sequence[str] | None = None,
    target: str = RELAPSE,
    endpoint: str = "EFS",
    horizon_years: float = 5.0,
    landmark_day: float | None = None,
    cuts: Sequence[float] = TARGETS,
    shares: Sequence[float] = SHARES,
    conf_level: float = 0.95,
    n_resamples: int = 200,
    seed: int = 1,
    progress: Progress | None = None,
) -> RiskResult:
    """Sort patients into risk groups on day 0 and at the end of induction, and follow them.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    classifiers : sequence of str, optional
        Ids of the library; without it every one that places enough patients in two groups.
    rules : iterable of path, optional
        Rules of your own as TOML, in the language of the library (docs/classifiers.md).
    bank : bool
        True adds groups of the risk that a bank of the other trials predicts, cut at `cuts`.
    most : int, optional
        Of the classifiers, without a choice of yours, only so many: those that place most patients.
    trials : sequence of str, optional
        Only these trials.
    target : {"relapse", "event"}
        What counts for discrimination, calibration and decisions; `event` is any first event.
    endpoint : str
        Which events count: EFS, EFS_UKALL, EFS_TIME0, EFS_ELN.
    horizon_years : float
        Where risks are read, from day 0 or from the landmark.
    landmark_day : float, optional
        End of induction; without it day 29, or the day by which 95 % of the samples were drawn.
    cuts : sequence of float
        Risks at which patients count as reclassified, ascending.
    shares : sequence of float
        Of the patients flagged by the finder.
    conf_level : float
        Two-sided level of all limits.
    n_resamples, seed : int
        Of the bootstrap of net benefit.
    progress : callable, optional
        Called with steps done and all.

    Returns
    -------
    RiskResult
        Who was not tested is `not assessable`, never low. The answer of day 0 is given twice: for
        all patients, and for those whom the answer of the landmark speaks of.

    Raises
    ------
    InputError
        If a name does not exist or a number is out of range.
    DefinitionError
        If a classifier's rule is not known; the message says what is missing.
    DataError
        If no trial has the endpoint, or no classifier places enough patients.

    See Also
    --------
    chorall.classify : The groups of every patient, without outcomes.
    chorall.stats.decision_curve : R: ``dcurves::dca``.
    chorall.stats.reclassification : R: ``riskRegression::reclass``.

    References
    ----------
    Vickers AJ, Elkin EB (2006). doi:10.1177/0272989X06295361
    van Houwelingen HC (2007). doi:10.1111/j.1467-9469.2006.00529.x (landmarks)
    """
    _check(cuts, shares, n_resamples, most)
    check_years(horizon_years=horizon_years)
    check_conf_level(conf_level)
    wanted, trial_ids = choose_target(target), check_trials(pool, trials)
    cohort, missing = read_first_events(pool, endpoint, trial_ids)
    landmark = choose_landmark(pool, landmark_day)
    groupings, warned = read_groupings(pool, classifiers, rules, (0.0, landmark.day))
    groupings, few = _keep_most(groupings, None if classifiers else most)
    views = make_views(cohort, landmark.day)
    if bank:
        # the bank takes long to load, and hardly any call asks for it
        from chorall.analyses.risk.bank_groups import group_by_bank

        groupings.insert(0, group_by_bank(pool, views, cuts, horizon_years, wanted))
    if not groupings:
        raise DataError(
            "no classifier of the library places 20 patients in each of two groups here. "
            "`chorall classify POOL` says which tests are lacking."
        )
    given, lost = read_given(pool)
    settings = Settings(
        wanted, horizon_years * DAYS_PER_YEAR, conf_level, tuple(cuts), tuple(shares),
        n_resamples, seed,
    )  # fmt: skip
    frames = collect_frames(views, groupings, pool.table("patient"), given, settings, progress)
    return RiskResult(
        analysis="risk",
        pool=label_pool(pool),
        warnings=(
            *missing, *landmark.warnings, *warned, *few, *lost,
            *(line for one in groupings for line in one.warnings),
            *warn_of_unverified([cohort.endpoint]), *ALWAYS,
        ),
        groupings=tuple(one.name for one in groupings),
        target=wanted,
        landmark_day=landmark.day,
        horizon_years=float(horizon_years),
        conf_level=conf_level,
        **frames,
    )  # fmt: skip


def _keep_most(found: list[Grouping], most: int | None) -> tuple[list[Grouping], list[str]]:
    """Keep the first groupings, and say how many are left out."""
    if most is None or len(found) <= most:
        return found, []
    n_left = len(found) - most
    return found[:most], [
        f"Left out, because they place fewer patients: {n_left} of {len(found)} classifiers that "
        "can be asked here."
    ]


def _check(
    cuts: Sequence[float], shares: Sequence[float], n_resamples: int, most: int | None
) -> None:
    problems = []
    if most is not None and most < 1:
        problems.append(f"`most` is {most!r}; expected 1 or more, or nothing for all")
    if not cuts or not all(0 < cut < 1 for cut in cuts) or list(cuts) != sorted(set(cuts)):
        problems.append(f"`cuts` is {tuple(cuts)!r}; expected risks between 0 and 1, ascending")
    if not shares or not all(0 < share < 1 for share in shares):
        problems.append(f"`shares` is {tuple(shares)!r}; expected parts between 0 and 1")
    if n_resamples < 20:
        problems.append(f"`n_resamples` is {n_resamples!r}; expected 20 or more")
    advice = "Correct these arguments."
    raise_gathered(InputError, "the risk groups cannot be analysed", problems, advice)
