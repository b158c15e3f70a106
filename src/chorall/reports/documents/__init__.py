"""The report as PDF and Word: the page is read back, so that all three say the same."""

from chorall.reports.documents.write import FORMATS, choose_formats, write_documents

__all__ = ["FORMATS", "choose_formats", "write_documents"]
