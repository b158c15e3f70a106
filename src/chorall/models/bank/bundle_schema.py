"""What the JSON of a bank must hold: a JSON Schema, and a check of its upper two levels."""

from __future__ import annotations

from typing import Any, Final

from chorall.models.bank.bank import FORMAT_VERSION

_TYPES: Final[dict[str, Any]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def _object(**required: str) -> dict[str, Any]:
    properties = {name: {"type": kind} for name, kind in required.items()}
    return {"type": "object", "required": list(required), "properties": properties}


_COUNTS: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": {"type": ["integer", "null"], "minimum": 0},
    },
}

SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Chorall knowledge bank",
    "type": "object",
    "required": [
        "format_version", "about", "features", "strategies", "covariates", "comparisons", "support",
        "support_by_trial", "transplant_day", "hardly_given", "transitions", "warnings",
    ],
    "properties": {
        "format_version": {"const": FORMAT_VERSION},
        "about": {"type": "object"},
        "features": {
            "type": "array",
            "items": _object(
                item="string", kind="string", group="string", word="string", words="array",
                transform="string", centre="number", scale="number", low="number", high="number",
            ),
        },
        "strategies": {"type": "array", "items": {"type": "string"}},
        "covariates": {
            "type": "array", "items": _object(name="string", group="string", factors="array"),
        },
        "comparisons": {
            "type": "array",
            "items": _object(
                reference="string", strategies="array", randomised="boolean", n_trials="integer"
            ),
        },
        "support": _COUNTS,
        "support_by_trial": {"type": "object", "additionalProperties": _COUNTS},
        "transplant_day": {"type": ["number", "null"]},
        "hardly_given": {
            "type": "array", "items": _object(strategy="string", item="string", status="string"),
        },
        "transitions": {
            "type": "array",
            "items": _object(
                origin="string", target="string", between_trials="number", level_error="number",
                n_at_risk="integer", n_events="integer", group_variance="object",
                trial_level="object", warnings="array",
            ),
        },
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
}  # fmt: skip


def find_schema_problems(content: dict[str, Any]) -> list[str]:
    """Return what is not as the schema says: missing names, wrong types, another version."""
    problems = [f"`{name}` is missing" for name in SCHEMA["required"] if name not in content]
    for name, rule in SCHEMA["properties"].items():
        if name in content:
            problems += _check(name, content[name], rule)
    return problems


def _check(name: str, value: Any, rule: dict[str, Any]) -> list[str]:
    if "const" in rule:
        same = value == rule["const"]
        return [] if same else [f"`{name}` is {value!r}, expected {rule['const']!r}"]
    kinds = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    if not (value is None and "null" in kinds) and not any(
        isinstance(value, _TYPES[kind]) for kind in kinds if kind != "null"
    ):
        return [f"`{name}` is no {' or '.join(kinds)}"]
    if "items" in rule:
        return [said for one in value for said in _check(f"{name}[]", one, rule["items"])]
    missing = [part for part in rule.get("required", ()) if part not in value]
    if missing:
        return [f"`{name}` lacks {', '.join(missing)}"]
    return [
        said
        for part, own in rule.get("properties", {}).items()
        for said in _check(f"{name}.{part}", value[part], own)
    ]
