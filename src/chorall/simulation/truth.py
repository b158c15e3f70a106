"""The truth of a simulated consortium: what was planted and what pooling must give back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from chorall.simulation.definitions import effects, scenarios
from chorall.simulation.delivery import Cohort, TrialDelivery
from chorall.simulation.histories import NEVER
from chorall.simulation.marker_law import MarkerLaw, compute_frequencies
from chorall.simulation.potential_outcomes import planted_transplant_effects
from chorall.simulation.risks import list_effects
from chorall.simulation.traps import Trap
from chorall.tables.words import EVENT_TYPES, MARKER_STATUSES

_RATES = ("_hazard", "_percent", "_per_year")


def describe_truth(
    seed: int,
    scenario: str,
    law: MarkerLaw,
    trials: Sequence[tuple[Cohort, TrialDelivery]],
    traps: Sequence[Trap] = (),
) -> dict[str, Any]:
    """Return the truth as plain values, ready for JSON; docs/simulate.md explains every key.

    Parameters
    ----------
    seed : int
        Of the simulation.
    scenario : str
        Its name.
    law : MarkerLaw
        Of the lesions.
    trials : sequence of (Cohort, TrialDelivery)
        In the order of the consortium.
    traps : sequence of Trap
        Contradictions planted on purpose.
    """
    return {
        "format": 1,
        "seed": seed,
        "scenario": {"name": scenario} | scenarios()[scenario].model_dump(mode="json"),
        "patients": sum(len(cohort.patients) for cohort, _ in trials),
        "markers": list(law.markers),
        "planted_log_hazard_ratios": _list_ratios(law, scenario),
        "planted_transplant_effects": planted_transplant_effects(),
        "planted_frequencies": compute_frequencies(law),
        "planted_traps": [asdict(trap) for trap in traps],
        "planted_dirt": _add_up_dirt([delivery for _, delivery in trials]),
        "trials": {
            cohort.design.trial_id: _describe_trial(cohort, delivery) for cohort, delivery in trials
        },
    }


def _list_ratios(law: MarkerLaw, name: str) -> dict[str, Any]:
    planted = {}
    for cause, part in effects().hazards().items():
        children, adults = list_effects(part, law, scenarios()[name])
        planted[cause] = part.model_dump(mode="json") | {
            "markers": dict(zip(law.markers, children.tolist(), strict=True)),
            "adult_markers": dict(zip(law.markers, adults.tolist(), strict=True)),
        }
    return planted


def _add_up_dirt(deliveries: list[TrialDelivery]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for dirt in (dirt for delivery in deliveries for dirt in delivery.dirt):
        counted[dirt.reason] += dirt.n
    return dict(sorted(counted.items()))


def _describe_trial(cohort: Cohort, delivery: TrialDelivery) -> dict[str, Any]:
    design = cohort.design
    return {
        "style": design.style,
        "population": design.population,
        "questions": [question.model_dump(mode="json") for question in design.questions],
        "deviations_of_log_hazard_ratios": cohort.latent.deviations,
        "baseline": {
            name: getattr(design, name)
            for name in type(design).model_fields
            if name.endswith(_RATES)
        },
        "tests": {
            runs.design.id: {
                "markers": list(runs.markers),
                "partial_markers": list(runs.design.partial_markers),
                "tested_percent": runs.design.tested_percent,
                "failed_percent": runs.design.failed_percent,
            }
            for runs in cohort.assays
        },
        "dirt": [asdict(dirt) for dirt in delivery.dirt],
        "pooled": _count_pooled(cohort, delivery) | {"marker_status": _count_statuses(delivery)},
    }


def _count_pooled(cohort: Cohort, delivery: TrialDelivery) -> dict[str, Any]:
    """Count what was observed in the patients themselves, not in what was written."""
    course, patients = cohort.course, cohort.patients
    return {
        "patients": len(patients),
        "t_lineage": int(patients.is_t.sum()),
        "events": {kind: int((getattr(course, kind) != NEVER).sum()) for kind in EVENT_TYPES},
        "event_days": {
            kind: int(np.maximum(getattr(course, kind), 0).sum()) for kind in EVENT_TYPES
        },
        "follow_up_days": int(course.last_contact.sum()),
        "transplants": int((course.transplant != NEVER).sum()),
        "donor_searches": int((course.typing_day != NEVER).sum()),
        "donors_found": int((course.has_donor & (course.typing_day != NEVER)).sum()),
        "randomised": {
            arm.id: int((one.randomised & (one.arm == position)).sum())
            for one in course.allocations
            for position, arm in enumerate(one.question.arms)
        },
        "mrd": int(np.isfinite(course.mrd_fraction).sum())
        + delivery.has_late_mrd * int(np.isfinite(course.late_mrd_fraction).sum()),
    }


def _count_statuses(delivery: TrialDelivery) -> dict[str, dict[str, int]]:
    counted = {}
    for marker, codes in delivery.statuses.items():
        counts = np.bincount(codes, minlength=len(MARKER_STATUSES))
        counted[marker] = dict(zip(MARKER_STATUSES, counts.tolist(), strict=True))
    return counted
