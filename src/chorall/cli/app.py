"""All commands, in the order in which a newcomer meets them."""

from __future__ import annotations

import typer

from chorall.cli import (
    asking,
    auditing,
    banking,
    classifying,
    deescalating,
    describing,
    emulating,
    endpoints,
    marker_sheet,
    missing_values,
    planning,
    pooling,
    risking,
    scanning,
    serving,
    starting,
    treating,
    verifying,
)
from chorall.cli.running import offer_runs

app = typer.Typer(
    help="Many acute lymphoblastic leukaemia trials, one voice. Research use only.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from chorall._version import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def start(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Many acute lymphoblastic leukaemia trials, one voice. Research use only."""


app.command("demo")(starting.demo)
app.command("simulate")(starting.simulate)
app.command("plan")(pooling.plan)
app.command("pool")(pooling.pool)
app.command("explain")(pooling.explain)
app.command("diff")(pooling.diff)
app.command("table1")(describing.table1)
app.command("incidence")(asking.incidence)
app.command("prognosis")(asking.prognosis)
app.command("scan")(scanning.scan)
app.command("marker")(marker_sheet.marker)
app.command("impute")(missing_values.impute)
app.command("missingness")(missing_values.missingness)
app.command("treatment")(treating.treatment)
app.command("transplant")(treating.transplant)
app.command("target-trial")(emulating.target_trial)
app.command("donor")(emulating.donor)
app.command("cut-off")(emulating.cut_off)
app.command("response")(treating.response)
app.command("strategies")(treating.strategies)
app.command("risk")(risking.risk)
app.command("risk-rule")(risking.risk_rule)
app.command("deescalation")(deescalating.deescalation)
app.command("classify")(classifying.classify)
app.command("classifiers")(classifying.classifiers)
app.command("subtypes")(classifying.subtypes)
app.command("report")(asking.report)
app.command("endpoints")(endpoints.list_endpoints)
app.command("compare-endpoints")(endpoints.compare_endpoints)
app.add_typer(planning.app, name="plan-study")
app.add_typer(banking.app, name="bank")
app.command("predict")(banking.predict)
app.command("verify")(verifying.verify)
app.command("serve")(serving.serve)
app.add_typer(serving.sessions, name="sessions")
app.command("verify-audit")(auditing.verify_audit)

offer_runs(app)
