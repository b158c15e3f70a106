"""What the rules of a mapping deliver."""

from __future__ import annotations

from chorall.harmonise.mapping import Mapping


def mapped_fields(mapping: Mapping) -> set[str]:
    """Return what the rules deliver: `table.column`, `event.TYPE`, `marker.NAME`, `table`."""
    fields: set[str] = set()
    for rule in mapping.rules:
        fields.add(rule.to)
        fields |= {f"{rule.to}.{name}" for name, spec in rule.set.items() if spec.missing is None}
        fields |= {f"marker.{marker}" for marker in (rule.markers or {}).values()}
        kind = rule.set.get("type")
        if rule.to == "event" and kind is not None:
            types = [str(kind.value)] if kind.value is not None else list((kind.map or {}).values())
            fields |= {f"event.{name}" for name in types}
    return fields
