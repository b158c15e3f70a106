"""Commands that ask the pool a question: incidence, prognosis, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chorall.cli.showing import open_console, print_label, show_progress

PoolFolder = Annotated[Path, typer.Argument(metavar="POOL", help="Folder of the pool.")]
Markers = Annotated[
    list[str] | None, typer.Option("-m", "--marker", help="Only this marker (repeatable).")
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the numbers as JSON.")
]
OutFolder = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write numbers and figures.")
]
Level = Annotated[float, typer.Option("--conf-level", help="Level of the intervals.")]


def incidence(
    pool: PoolFolder,
    marker: Markers = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            help="overall, age_band, lineage, sex, ph_status, subtype, ascertainment, assay; "
            "joined by +, e.g. lineage+age_band; trial adds each trial's own (repeatable).",
        ),
    ] = None,
    trial: Annotated[
        list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
    ] = None,
    phase: Annotated[str, typer.Option(help="diagnosis, relapse_1, ...")] = "diagnosis",
    method: Annotated[str, typer.Option(help="wilson or clopper-pearson.")] = "wilson",
    conf_level: Level = 0.95,
    co_occurrence: Annotated[
        bool, typer.Option("--co-occurrence", help="Also compare all pairs of markers.")
    ] = False,
    oncoprint: Annotated[
        bool, typer.Option("--oncoprint", help="Also lay out every patient by the markers present.")
    ] = False,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Say how frequent each marker is among those tested, and how that changes with age.

    With --out the rows of a patient in the oncoprint are listed too (pseudonyms and states).
    """
    import chorall as ch
    from chorall.cli.showing_incidence import show_incidence

    opened = ch.read_pool(pool)
    same: dict[str, Any] = {"markers": marker or None, "trials": trial or None, "phase": phase}
    chosen: dict[str, Any] = {"by": by} if by else {}
    result = ch.incidence(
        opened,
        method=method,  # type: ignore[arg-type]
        conf_level=conf_level,
        **same,
        **chosen,
    )
    pairs = ch.co_occurrence(opened, conf_level=conf_level, **same) if co_occurrence else None
    patients = ch.oncoprint(opened, **same) if oncoprint else None
    show_incidence(result, pairs, patients, json_file=json_file, out=out)


def prognosis(
    pool: PoolFolder,
    marker: Annotated[
        list[str] | None,
        typer.Option("-m", "--marker", help="Only this marker (repeatable); wbc, mrd, vaf:GENE."),
    ] = None,
    endpoint: Annotated[
        list[str] | None,
        typer.Option("-e", "--endpoint", help="OS, EFS, RFS, CIR, ... (repeatable)."),
    ] = None,
    adjust: Annotated[
        list[str] | None,
        typer.Option(
            "-a",
            "--adjust",
            help="age_spline, age, sex, wbc, lineage, subtype, mrd (repeatable), or none.",
        ),
    ] = None,
    trial: Annotated[
        list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
    ] = None,
    horizon: Annotated[float, typer.Option(help="Years at which curves are read.")] = 5.0,
    transplant: Annotated[
        str, typer.Option(help="In first remission: ignore, time_dependent or landmark.")
    ] = "ignore",
    landmark: Annotated[float, typer.Option(help="Years from the origin.")] = 0.5,
    cut: Annotated[
        float | None, typer.Option(help="Years where early ends and late begins.")
    ] = None,
    detail: Annotated[
        str, typer.Option(help="full, or estimates: hazard ratios only, faster.")
    ] = "full",
    seen: Annotated[
        bool, typer.Option("--seen", help="Leave out endpoints whose definition is from memory.")
    ] = False,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Say which markers go with outcome, within and across trials."""
    import chorall as ch
    from chorall.analyses.endpoint_choice import keep_verified
    from chorall.analyses.prognosis import ENDPOINTS
    from chorall.cli.showing_prognosis import show_prognosis

    chosen: dict[str, list[str]] = {}
    if seen:
        chosen["endpoints"] = list(keep_verified(endpoint, ENDPOINTS))
    elif endpoint:
        chosen["endpoints"] = endpoint
    if adjust:
        chosen["adjust"] = [] if adjust == ["none"] else adjust
    with show_progress() as progress:
        result = ch.prognosis(
            ch.read_pool(pool),
            markers=marker or None,
            trials=trial or None,
            horizon_years=horizon,
            transplant=transplant,  # type: ignore[arg-type]
            landmark_years=landmark,
            cut_years=cut,
            detail=detail,  # type: ignore[arg-type]
            conf_level=conf_level,
            progress=lambda done, total: progress("comparing", done, total),
            **chosen,
        )
    show_prognosis(result, json_file=json_file, out=out)


def report(
    source: Annotated[Path, typer.Argument(metavar="POOL|RUN", help="A pool, or a run folder.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="The page: .html, .pdf or .docx.")
    ],
    title: Annotated[str | None, typer.Option(help="Title of the page.")] = None,
    marker: Annotated[
        list[str] | None,
        typer.Option(
            "-m",
            "--marker",
            help="Of a pool: a sheet for this marker (repeatable); else for the best shown.",
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Several at once, e.g. html,pdf,docx.")
    ] = None,
) -> None:
    """Write one self-contained page: of a pool all questions, of a run what it asked and found.

    Example: chorall report runs/tp53 -o tp53.html --to html,pdf,docx
    """
    from chorall.reports.runs import is_run

    formats = [word.strip() for word in to.split(",") if word.strip()] if to else None
    if is_run(source):
        written = _report_run(source, out, title, marker, formats)
    else:
        written = _report_pool(source, out, title, marker, formats)
    several = dict.fromkeys(formats or ())
    files = [written.with_suffix(f".{one}") for one in several] if len(several) > 1 else [written]
    for file in files:
        open_console().print(f"Written: {file}", markup=False)


def _report_pool(
    folder: Path, out: Path, title: str | None, marker: list[str] | None, formats: list[str] | None
) -> Path:
    import chorall as ch

    opened = ch.read_pool(folder)
    with show_progress() as progress:
        written = ch.report(
            opened, out, title=title, markers=marker or (), formats=formats, progress=progress
        )
    print_label(open_console(), str(opened.manifest["name"]), synthetic=opened.synthetic)
    return written


def _report_run(
    folder: Path, out: Path, title: str | None, marker: list[str] | None, formats: list[str] | None
) -> Path:
    import chorall as ch

    if marker:
        raise typer.BadParameter("a run shows what it asked for: --marker is for a pool.")
    return ch.report_run(folder, out, title=title, formats=formats)
