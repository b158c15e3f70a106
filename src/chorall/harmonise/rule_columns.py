"""The pooled column that a rule sets; a measurement's value takes unit and range from its item."""

from __future__ import annotations

from dataclasses import replace

from chorall.harmonise.mapping import RulePart
from chorall.knowledge.measurements import measurement_items
from chorall.tables.columns import Column
from chorall.tables.schema import table_named


def find_rule_column(rule: RulePart, name: str) -> Column:
    """Return the column `name` of the rule's table.

    Parameters
    ----------
    rule : RulePart
        A rule to a table of the data model.
    name : str
        A column of that table.
    """
    column = table_named(rule.to).column(name)
    if rule.to != "measurement" or name not in ("value", "item"):
        return column
    items = measurement_items()
    if name == "item":
        return replace(column, kind="word", words=tuple(items))
    item = items.get(str(rule.set["item"].value)) if "item" in rule.set else None
    if item is None:
        return column
    return replace(column, dimension=item.dimension, minimum=item.minimum, maximum=item.maximum)
