"""All rivals by name, and which of them this installation can run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.rivals.age_and_wbc import predict_by_age_and_wbc
from chorall.analyses.bank.rivals.anchor import predict_by_anchor
from chorall.analyses.bank.rivals.elastic_net import predict_by_elastic_net
from chorall.analyses.bank.rivals.stepwise import predict_by_aic, predict_by_bic
from chorall.analyses.bank.rivals.task import Task
from chorall.analyses.bank.rivals.trees import predict_by_boosting, predict_by_forest
from chorall.errors import InputError


@dataclass(frozen=True, slots=True)
class Rival:
    """One way to foretell.

    Attributes
    ----------
    name : str
        As in the rows of a validation.
    predict : callable
        Task to risks of its test patients.
    module, package : str
        What it needs beyond Chorall: as imported, and as installed; empty for nothing.
    """

    name: str
    predict: Callable[[Task], NDArray[np.float64]]
    module: str = ""
    package: str = ""

    @property
    def is_there(self) -> bool:
        """True where this installation can run it."""
        return not self.module or find_spec(self.module) is not None


RIVALS: Final = {
    one.name: one
    for one in (
        Rival("age_and_wbc", predict_by_age_and_wbc),
        Rival("anchor", predict_by_anchor),
        Rival("stepwise_aic", predict_by_aic),
        Rival("stepwise_bic", predict_by_bic),
        Rival("elastic_net", predict_by_elastic_net),
        Rival("random_survival_forest", predict_by_forest, "sksurv", "scikit-survival"),
        Rival("boosted_trees", predict_by_boosting, "xgboost", "xgboost"),
    )
}


def choose_rivals(names: Sequence[str] | None) -> tuple[tuple[Rival, ...], tuple[str, ...]]:
    """Return the rivals that can run, and a sentence on each that cannot.

    Parameters
    ----------
    names : sequence of str or None
        Those wanted; None for all.

    Raises
    ------
    InputError
        If a name is not known.
    """
    wanted = list(RIVALS) if names is None else list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in RIVALS]
    if unknown:
        raise InputError(f"unknown rival {', '.join(unknown)}.\n  Known: {', '.join(RIVALS)}.")
    chosen = [RIVALS[name] for name in wanted]
    said = [
        f"Not compared: {one.name}, because {one.package} is not installed here. Install it "
        f"(pip install {one.package}) and run this again."
        for one in chosen
        if not one.is_there
    ]
    return tuple(one for one in chosen if one.is_there), tuple(said)
