"""The pooled column that a rule sets; some take unit, range, words or fusions from elsewhere."""

from __future__ import annotations

from dataclasses import replace

from chorall.harmonise.mapping import RulePart
from chorall.harmonise.mrd.values import RESULT
from chorall.knowledge.measurements import measurement_items
from chorall.knowledge.mrd_timepoints import mrd_timepoints
from chorall.tables.columns import Column
from chorall.tables.schema import MRD, table_named

MRD_RESULT = Column(
    RESULT, "text", "A laboratory's text, read into several columns.", may_be_missing=True
)


def find_rule_column(rule: RulePart, name: str) -> Column:
    """Return the column `name` of the rule's table.

    Parameters
    ----------
    rule : RulePart
        A rule to a table of the data model.
    name : str
        A column of that table, or `result` of `mrd`.
    """
    if rule.to == MRD.name and name == RESULT:
        return MRD_RESULT
    column = table_named(rule.to).column(name)
    if rule.to == MRD.name and name == "timepoint":
        return replace(column, kind="word", words=tuple(mrd_timepoints().timepoints))
    if rule.to == "finding" and name == "gene":
        return replace(column, holds_fusions=_is_about_fusions(rule))
    if rule.to != "measurement" or name not in ("value", "item"):
        return column
    items = measurement_items()
    if name == "item":
        return replace(column, kind="word", words=tuple(items))
    item = items.get(str(rule.set["item"].value)) if "item" in rule.set else None
    if item is None:
        return column
    return replace(column, dimension=item.dimension, minimum=item.minimum, maximum=item.maximum)


def _is_about_fusions(rule: RulePart) -> bool:
    """Return True where all findings of a rule are fusions and the partner has no own column."""
    kind = rule.set.get("alteration_class")
    partner = rule.set.get("partner")
    has_partner = partner is not None and partner.missing is None
    return kind is not None and kind.value in ("fusion", "rearrangement") and not has_partner
