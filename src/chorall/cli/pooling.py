"""Commands of the data manager: plan, pool, explain, diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chorall.cli.showing import (
    name_program,
    open_console,
    print_frame,
    print_label,
    show_progress,
)

if TYPE_CHECKING:
    from chorall.consortium.plan import Plan
    from chorall.tables.store import Pool

ConsortiumFile = Annotated[Path, typer.Argument(help="The consortium.toml.")]


def plan(
    consortium: ConsortiumFile,
    everything: Annotated[
        bool, typer.Option("--all", help="Also list rules and markers one by one.")
    ] = False,
) -> None:
    """Show what pooling would do; nothing is written."""
    from chorall.consortium.plan import plan_pool
    from chorall.errors import DefinitionError

    with show_progress() as progress:
        planned = plan_pool(consortium, progress=progress)
    _print_plan(planned, everything=everything)
    if not planned.ready:
        raise DefinitionError(
            f"{consortium}: assurance tests fail, `chorall pool` would refuse.\n"
            "  Correct the rules, or the expectation under [[tests]]."
        )


def _print_plan(planned: Plan, *, everything: bool) -> None:
    import polars as pl

    console = open_console()
    print_label(console, f"Plan for {planned.name}", synthetic=planned.synthetic)
    potential = planned.potential
    if not everything:
        potential = potential.filter(~pl.col("variable").str.starts_with("marker."))
    print_frame(console, potential, "What each trial can give (variable x trial)")
    if everything and planned.markers.height:
        print_frame(console, planned.markers, "Markers: share of patients tested at diagnosis")
    print_frame(console, planned.files, "Files: every row is set aside, pooled or quarantined")
    if everything:
        print_frame(console, planned.rules, "Rules")
    for frame, title in (
        (planned.unmapped, "Words of the delivery that the mapping does not know"),
        (planned.remarks, "Remarks on the files"),
        (planned.quality.filter(pl.col("status") == "failed"), "Quality checks that fail"),
        (planned.assurance.filter(~pl.col("passed")), "Assurance tests that fail"),
    ):
        if frame.height:
            print_frame(console, frame, title)
    n_passed = int(planned.assurance["passed"].sum())
    console.print(f"Assurance tests: {n_passed} of {planned.assurance.height} pass.")
    console.print("Nothing was written.")


def pool(
    consortium: ConsortiumFile,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the pool.")],
) -> None:
    """Pool the deliveries of a consortium into one folder."""
    from chorall.consortium.build import build_pool

    with show_progress() as progress:
        built = build_pool(consortium, out, progress=progress)
    print_pool(built)


def print_pool(built: Pool) -> None:
    """Print what is in a pool and what is not."""
    import polars as pl

    console = open_console()
    print_label(console, str(built.manifest["name"]), synthetic=built.synthetic)
    patients = built.table("patient").group_by("trial_id", maintain_order=True).len("patients")
    refused = (
        built.table("quarantine")
        .group_by("trial_id")
        .agg(
            pl.col("whole_row").sum().alias("rows quarantined"),
            (~pl.col("whole_row")).sum().alias("values withheld"),
        )
    )
    shown = patients.join(refused, on="trial_id", how="full", coalesce=True, maintain_order="left")
    print_frame(console, shown.fill_null(0), f"Pool {built.hash[:12]} in {built.path}")
    failed = built.table("quality").filter(pl.col("status") == "failed")
    if failed.height:
        print_frame(console, failed.drop("status", "kind"), "Quality checks that fail")
    program = name_program()
    console.print(
        f"Next:  {program} incidence {built.path}\n       {program} prognosis {built.path}\n"
        f"       {program} report {built.path} -o report.html",
        markup=False,
        soft_wrap=True,
    )


def explain(
    pool_folder: Annotated[Path, typer.Argument(metavar="POOL", help="Folder of the pool.")],
    patient: Annotated[str, typer.Argument(help="Pseudonym (column patient_id).")],
    field: Annotated[
        str, typer.Argument(help="table.column, marker.NAME, endpoint.NAME or event.TYPE.")
    ],
) -> None:
    """Tell where one value of one patient came from."""
    from chorall.consortium.explain import explain_value
    from chorall.tables.store import read_pool

    explained = explain_value(read_pool(pool_folder), patient, field)
    console = open_console()
    console.print(
        f"{explained.field} of patient {explained.patient_id} in {explained.trial_id}: "
        f"{explained.value}",
        markup=False,
    )
    for step in explained.steps:
        console.print(f"  <- {step}", markup=False)


def diff(
    before: Annotated[Path, typer.Argument(help="A pool, or a consortium.toml.")],
    after: Annotated[Path, typer.Argument(help="A pool, or a consortium.toml.")],
) -> None:
    """Show what changed between two pools, down to headline figures."""
    from tempfile import TemporaryDirectory

    from chorall.consortium.diff import diff_pools

    with TemporaryDirectory() as scratch, show_progress() as progress:
        pools = []
        for number, path in enumerate((before, after)):
            progress(f"reading {path}", number, 2)
            pools.append(_open_or_build(path, Path(scratch) / str(number)))
        changed = diff_pools(*pools)
    console = open_console()
    if changed.identical:
        console.print("The pools are the same, byte for byte.")
        return
    import polars as pl

    print_frame(console, changed.inputs, "Deliveries and mappings that differ")
    tables = changed.tables.filter((pl.col("n_only_a") > 0) | (pl.col("n_only_b") > 0))
    print_frame(console, tables, "Tables with rows that stand in one pool only")
    print_frame(console, changed.markers, "Marker status that changed")
    endpoints = changed.endpoints.filter(pl.col("n_changed") > 0)
    print_frame(console, endpoints, "Endpoints that changed")
    print_frame(console, changed.headline, "Headline figures")


def _open_or_build(path: Path, scratch: Path) -> Pool:
    from chorall.consortium.build import build_pool
    from chorall.tables.store import read_pool

    return build_pool(path, scratch) if path.suffix == ".toml" else read_pool(path)
