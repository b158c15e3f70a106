"""Chorall: many acute lymphoblastic leukaemia trials, one voice. Research use only.

The public library, by the names of its commands::

    import chorall as ch

    ch.simulate("demo-data")
    pool = ch.build_pool("demo-data/consortium.toml", "POOL")
    pool = ch.read_pool("POOL")
    pool.table("patient")               # a Polars frame
    pool.sql("select trial_id, count(*) from patient group by 1")
    ch.incidence(pool).to_polars()
    ch.prognosis(pool, markers=["TP53"]).plot().save("TP53.svg")

Names are imported when they are first used, so that `import chorall` is quick; their types stand in
`__init__.pyi`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from chorall._version import __version__

_HOMES = {
    "fit_bank": "chorall.analyses.bank",
    "bank_learning": "chorall.analyses.bank",
    "build_pool": "chorall.consortium.build",
    "build_risk_rule": "chorall.analyses",
    "check_missingness": "chorall.analyses",
    "classify": "chorall.analyses",
    "co_occurrence": "chorall.analyses",
    "compare_endpoints": "chorall.analyses",
    "compare_strategies": "chorall.analyses",
    "deescalation": "chorall.analyses.deescalation",
    "cut_off": "chorall.analyses",
    "diff_pools": "chorall.consortium.diff",
    "donor": "chorall.analyses",
    "explain_value": "chorall.consortium.explain",
    "impute_prognosis": "chorall.analyses",
    "incidence": "chorall.analyses",
    "marker": "chorall.analyses",
    "measure_follow_up": "chorall.analyses",
    "oncoprint": "chorall.analyses",
    "overview": "chorall.analyses",
    "plan_pool": "chorall.consortium.plan",
    "plan_study": "chorall.analyses",
    "predict": "chorall.analyses.bank",
    "predict_table": "chorall.analyses.bank",
    "prognosis": "chorall.analyses",
    "read_bank": "chorall.analyses.bank",
    "read_pool": "chorall.tables.store",
    "report": "chorall.reports.pool_report",
    "report_run": "chorall.reports.run_report",
    "response": "chorall.analyses",
    "risk": "chorall.analyses",
    "scan_prognosis": "chorall.analyses",
    "scan_treatment": "chorall.analyses",
    "simulate": "chorall.simulation",
    "subtypes": "chorall.analyses",
    "target_trial": "chorall.analyses",
    "table_one": "chorall.analyses",
    "transplant": "chorall.analyses",
    "treatment": "chorall.analyses",
    "validate_bank": "chorall.analyses.bank",
    "write_bank": "chorall.analyses.bank",
    "write_tables": "chorall.reports.table_files",
}

__all__ = [
    "__version__",
    "bank_learning",
    "build_pool",
    "build_risk_rule",
    "check_missingness",
    "classify",
    "co_occurrence",
    "compare_endpoints",
    "compare_strategies",
    "cut_off",
    "deescalation",
    "diff_pools",
    "donor",
    "explain_value",
    "fit_bank",
    "impute_prognosis",
    "incidence",
    "marker",
    "measure_follow_up",
    "oncoprint",
    "overview",
    "plan_pool",
    "plan_study",
    "predict",
    "predict_table",
    "prognosis",
    "read_bank",
    "read_pool",
    "report",
    "report_run",
    "response",
    "risk",
    "scan_prognosis",
    "scan_treatment",
    "simulate",
    "subtypes",
    "table_one",
    "target_trial",
    "transplant",
    "treatment",
    "validate_bank",
    "write_bank",
    "write_tables",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'chorall' has no attribute {name!r}")
    if _HOMES[name].startswith("chorall.analyses"):
        import_module("chorall.reports")  # registers how results are drawn
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
