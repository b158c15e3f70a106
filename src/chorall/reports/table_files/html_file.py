"""A printed table as one self-contained HTML page."""

from __future__ import annotations

from chorall.reports.page_templates import render_template
from chorall.reports.printed_table import PrintedTable


def render_html(table: PrintedTable) -> str:
    """Return a page with nothing but the table; nothing is loaded from elsewhere."""
    return render_template("table_page.html.j2", table=table)
