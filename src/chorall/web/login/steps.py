"""What the routes of signing in and out share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from chorall.web.gate.visit import VISIT, Visit
from chorall.web.problems import Problem, ProblemError

if TYPE_CHECKING:
    from fastapi import Request

    from chorall.web.login.porter import Porter


def find_porter(request: Request) -> Porter:
    """Return the porter of the app that is asked."""
    porter: Porter = request.app.state.porter
    return porter


def find_visit() -> Visit:
    """Return what guard, route and audit log tell one another about this request."""
    visit = VISIT.get()
    assert visit is not None  # the guard stands before every route
    return visit


def refuse(reason: str, problem: Problem) -> NoReturn:
    """Answer with a problem; the audit log holds the reason.

    Raises
    ------
    ProblemError
        Always.
    """
    visit = find_visit()
    visit.event, visit.reason = "refused", reason
    raise ProblemError(problem)
