"""The page docs/simulated-frequencies.md: published frequencies beside simulated ones."""

from __future__ import annotations

from chorall.simulation.published_frequencies import (
    LAW_POINTS,
    LAW_SHARE,
    N_PATIENTS,
    ComparedFrequency,
    FrequencyPart,
    compare_frequencies,
    published_frequencies,
)


def describe_frequencies() -> str:
    """Return the page."""
    compared = compare_frequencies()
    asked = [one for one in compared if not one.published.skipped]
    skipped = [one for one in compared if one.published.skipped]
    return "\n".join(
        [
            "# Simulated and published frequencies\n",
            "How often the simulator plants each lesion, beside what was published. Simulated is "
            f"the share among {N_PATIENTS:,} patients drawn for each population (fewer after "
            "choosing lineage and Ph status). It agrees where it lies within "
            f"{LAW_SHARE:.0%} of the published figure (at least {LAW_POINTS:g} percent points) and "
            "two standard errors of it; elsewhere the last column says why it differs. A test "
            "holds every line. The simulator is no source of medical facts.\n",
            "Figures were typed from abstracts and tables; *unverified*: from a secondary source. "
            "Ages within a population are not published and were chosen "
            "(`published_frequencies.toml`).\n",
            f"{sum(one.agrees for one in asked)} of {len(asked)} figures agree; "
            f"{len(skipped)} cannot be asked of the law.\n",
            "| lesion | patients | published, % | simulated, % | source | confidence | remark |",
            "|---|---|---|---|---|---|---|",
            *map(_write_line, asked),
            "\n## What cannot be asked\n",
            "| lesion | patients | published, % | source | reason |",
            "|---|---|---|---|---|",
            *map(_write_skipped, skipped),
            "",
        ]
    )


def _write_line(one: ComparedFrequency) -> str:
    part = one.published
    remark = "" if one.agrees else f"differs: {part.differs}"
    return (
        f"| {_name(part)} | {_patients(part)} | {_figure(part)} | {one.simulated_percent:.1f} | "
        f"{part.source} | {part.confidence} | {remark} |"
    )


def _write_skipped(one: ComparedFrequency) -> str:
    part = one.published
    return (
        f"| {_name(part)} | {_patients(part)} | {_figure(part)} | {part.source} | {part.skipped} |"
    )


def _name(part: FrequencyPart) -> str:
    return part.feature.replace(" | ", " in ")


def _patients(part: FrequencyPart) -> str:
    return published_frequencies().populations[part.population].meaning


def _figure(part: FrequencyPart) -> str:
    low, high = part.ends
    text = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    counts = f"{part.n} of {part.of}" if part.n is not None else f"n = {part.of}"
    return f"{text} ({counts})" if part.of else text
