"""The name of the marker that a lesion stands for: one lesion, one name, whoever reports it."""

from __future__ import annotations

import polars as pl

from chorall.errors import DefinitionError
from chorall.knowledge.fusions import fusion_names
from chorall.tables.words import ALTERATION_CLASSES

JOIN = "::"
SUFFIXES = {
    "mutation": "",
    "deletion": "_del",
    "gain": "_gain",
    "rearrangement": "-r",
    "karyotype": "",
    "expression": "",
}


def name_marker(gene: str, alteration_class: str, partner: str | None = None) -> str:
    """Return the marker of one lesion.

    Parameters
    ----------
    gene : str
        HGNC symbol, region, karyotype group or expression subtype; both partners joined by ``::``
        for a fusion whose partner is not given on its own.
    alteration_class : str
        One of ALTERATION_CLASSES.
    partner : str or None
        The other gene of a fusion; None where it is not known.

    Returns
    -------
    str
        ``TP53``, ``IKZF1_del``, ``RUNX1_gain``, ``BCR::ABL1``, ``KMT2A-r``,
        ``high_hyperdiploidy``. A fusion has the name in knowledge/fusions.csv whichever partner
        comes first; a pair not listed there is joined in alphabetical order; with an unknown
        partner, and for a rearrangement, it is the gene with ``-r``.

    Raises
    ------
    DefinitionError
        If the class is not known; the message lists the known ones.

    See Also
    --------
    marker_name_expr : the same for whole columns.
    """
    if alteration_class not in ALTERATION_CLASSES:
        known = ", ".join(ALTERATION_CLASSES)
        raise DefinitionError(f"`{alteration_class}` is no alteration class.\n  Known: {known}")
    if alteration_class != "fusion":
        return gene + SUFFIXES[alteration_class]
    first, _, second = gene.partition(JOIN)
    second = partner or second
    if not second:
        return first + SUFFIXES["rearrangement"]
    pair = frozenset((first, second))
    return fusion_names().get(pair, JOIN.join(sorted((first, second))))


def marker_name_expr(
    gene: str = "gene", alteration_class: str = "alteration_class", partner: str | None = "partner"
) -> pl.Expr:
    """Return an expression with the marker of each row; the rules are those of `name_marker`.

    Parameters
    ----------
    gene, alteration_class : str
        Names of the columns.
    partner : str or None
        Name of the column; None where a table has no partners (assay_coverage).
    """
    kind = pl.col(alteration_class).cast(pl.String)
    suffix = kind.replace_strict(SUFFIXES, default=None, return_dtype=pl.String)
    return (
        pl.when(kind == "fusion").then(_fusion_expr(gene, partner)).otherwise(pl.col(gene) + suffix)
    )


def _fusion_expr(gene: str, partner: str | None) -> pl.Expr:
    parts = pl.col(gene).str.splitn(JOIN, 2).struct
    first, second = parts.field("field_0"), parts.field("field_1")
    if partner is not None:
        given = pl.when(pl.col(partner) != "").then(pl.col(partner))
        second = pl.coalesce(given, second)
    in_order = first <= second
    alphabetical = pl.when(in_order).then(first + JOIN + second).otherwise(second + JOIN + first)
    names = {JOIN.join(sorted(pair)): name for pair, name in fusion_names().items()}
    return (
        pl.when(second.is_null() | (second == ""))
        .then(first + SUFFIXES["rearrangement"])
        .otherwise(alphabetical.replace(names))
    )
