"""Printed tables as files: HTML, CSV, LaTeX, Markdown and Word."""

from chorall.reports.table_files.write import FORMATS, render_table, write_tables

__all__ = ["FORMATS", "render_table", "write_tables"]
