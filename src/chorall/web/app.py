"""The app: guard, routes, problems."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from chorall._version import __version__
from chorall.errors import UserError
from chorall.web.analyst import (
    deescalation,
    not_randomised,
    prognosis,
    quality,
    risk,
    transplant,
    treatment,
)
from chorall.web.analyst import routes as analyst
from chorall.web.api import pool as api_pool
from chorall.web.api import routes as api
from chorall.web.assets import KINDS, hash_asset, read_assets
from chorall.web.bedside import Bedside
from chorall.web.carer import routes as carer
from chorall.web.carer import shared, summary
from chorall.web.desk import AT_WORK, Desk
from chorall.web.doctor import routes as doctor
from chorall.web.gate.guard import Guard
from chorall.web.gate.headers import UNCHANGING
from chorall.web.gate.visit import VISIT
from chorall.web.health_record import routes as health_record
from chorall.web.pages import render_page
from chorall.web.problems import Problem, ProblemError, answer_problem
from chorall.web.settings import Settings

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from chorall.web.gate.audit import AuditLog
    from chorall.web.login.porter import Porter


PARTS: Final = (
    doctor, summary, shared, analyst, quality, prognosis, treatment, transplant,
    not_randomised, risk, deescalation, carer, api, api_pool, health_record,
)  # fmt: skip


class ProblemResponse(Response):
    """A problem as a response."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(status_code=problem.status)
        self.problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it in the form that the address asks for."""
        await answer_problem(self.problem, scope, receive, send)


def create_app(
    settings: Settings,
    *,
    porter: Porter | None = None,
    audit: AuditLog | None = None,
    n_workers: int = 0,
) -> FastAPI:
    """Return the app that serves `settings`.

    With a porter people sign in; without one there is one person on this machine. What is asked is
    written into `audit`. Predictions are made by `n_workers` processes, 0: by this one.
    """
    bedside = Bedside(settings.bank, n_workers)
    app = FastAPI(
        title="Chorall",
        version=__version__,
        description="Pooled acute lymphoblastic leukaemia trials. Research use only.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its page would load scripts from another host
        redoc_url=None,
        dependencies=[Depends(check_entry)],
        lifespan=partial(_live, bedside, porter, audit),
    )
    app.state.settings = settings
    app.state.bedside = bedside
    # twice as many: while pages are written the processes need not wait for their next question
    app.state.desk = Desk(at_work=max(AT_WORK, 2 * n_workers))
    app.state.porter = porter
    if porter:
        from chorall.web.login import leaving, routes

        app.include_router(routes.router)
        app.include_router(leaving.router)
    for part in PARTS:
        app.include_router(part.router)
    app.add_api_route("/", show_start, include_in_schema=False)
    app.add_api_route("/static/{digest}/{name}", show_asset, include_in_schema=False)
    app.add_api_route("/health", show_health, include_in_schema=False)
    app.add_exception_handler(ProblemError, _answer_problem)
    app.add_exception_handler(UserError, _answer_user_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_middleware(Guard, porter=porter, audit=audit)
    return app


@asynccontextmanager
async def _live(
    bedside: Bedside, porter: Porter | None, audit: AuditLog | None, _: FastAPI
) -> AsyncIterator[None]:
    """Start processes; stop them, close sessions and log when the server stops, by a signal too."""
    bedside.open()
    yield
    bedside.close()
    if porter:
        porter.sessions.close()
    if audit:
        audit.close()


async def check_entry(request: Request) -> None:
    """Refuse a route that is not the line of the table of access by which the guard judged."""
    visit = VISIT.get()
    if visit and visit.entry and visit.entry != request.scope["route"].path:
        raise ProblemError(Problem(403, "This is not open to anybody", "No rule speaks of it."))


def show_start(request: Request) -> HTMLResponse:
    """Show the three doors."""
    settings: Settings = request.app.state.settings
    page = render_page("start.html.j2", synthetic=settings.synthetic, here="/", settings=settings)
    return HTMLResponse(page)


def show_asset(digest: str, name: str) -> Response:
    """Send one of the files that pages load."""
    if name not in read_assets():
        raise ProblemError(Problem(404, "There is nothing here", "Start at the first page."))
    if digest != hash_asset(name):
        return RedirectResponse(f"/static/{hash_asset(name)}/{name}")
    kind = next(kind for ending, kind in KINDS.items() if name.endswith(ending))
    headers = {"cache-control": UNCHANGING}
    return Response(read_assets()[name], media_type=kind, headers=headers)


def show_health() -> dict[str, str]:
    """Say that the server is there."""
    return {"status": "ok"}


def _answer_problem(_: Request, error: Any) -> Response:
    return ProblemResponse(error.problem)


def _answer_user_error(_: Request, error: Any) -> Response:
    return ProblemResponse(Problem(422, "This cannot be answered", str(error)))


def _answer_invalid(_: Request, error: Any) -> Response:
    """Say where and what is wrong, without what came."""
    said = "; ".join(
        f"{'.'.join(str(part) for part in one['loc'][1:3])[:80]}: {one['type']}"
        for one in error.errors()[:20]
    )
    return ProblemResponse(Problem(422, "This was not understood", said))


def _answer_http(_: Request, error: Any) -> Response:
    if error.status_code == 404:
        return ProblemResponse(Problem(404, "There is nothing here", "Start at the first page."))
    return ProblemResponse(Problem(error.status_code, "This is not possible here", "Go back."))
