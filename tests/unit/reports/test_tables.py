import io
from html.parser import HTMLParser

import polars as pl
from rich.console import Console
from unit.reports.built_results import built_incidence, built_overview, built_prognosis

from chorall.reports.incidence_table import INCIDENCE_COLUMNS
from chorall.reports.overview_table import (
    OVERVIEW_COLUMNS,
    QUALITY_COLUMNS,
    count_checks,
    select_failed_checks,
)
from chorall.reports.prognosis_table import PROGNOSIS_COLUMNS
from chorall.reports.table import (
    TableColumn,
    format_cells,
    render_html_table,
    render_terminal_table,
)


class Cells(HTMLParser):
    """Collect the cells of the body and the tags with their scope."""

    def __init__(self):
        super().__init__()
        self.rows, self.scopes, self.inside = [], [], False

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag == "th":
            self.scopes.append(dict(attrs).get("scope"))
        self.inside = tag in {"td", "th"}
        if self.inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in {"td", "th"}

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def read(html):
    cells = Cells()
    cells.feed(html)
    return cells


def test_terminal_and_page_show_the_same_cells():
    rows = built_prognosis().summary
    console = Console(file=io.StringIO(), width=400)
    console.print(render_terminal_table(rows, PROGNOSIS_COLUMNS, "Prognosis"))
    printed = console.file.getvalue()
    html = read(render_html_table(rows, PROGNOSIS_COLUMNS, caption="Prognosis"))
    assert html.rows[1:] == format_cells(rows, PROGNOSIS_COLUMNS)
    assert all(cell in printed for row in html.rows[1:] for cell in row)


def test_a_table_has_a_caption_scopes_and_a_container_that_scrolls():
    html = render_html_table(built_overview().rows, OVERVIEW_COLUMNS, caption="The <trials>")
    assert "<caption>The &lt;trials&gt;</caption>" in html
    assert 'class="scroll" role="region"' in html
    assert set(read(html).scopes) == {"col", "row"}


def test_missing_values_are_words_in_every_table():
    tables = [
        (built_overview().rows, OVERVIEW_COLUMNS),
        (built_incidence().rows, INCIDENCE_COLUMNS),
        (built_prognosis().summary, PROGNOSIS_COLUMNS),
        (built_overview().quality, QUALITY_COLUMNS),
    ]
    for frame, columns in tables:
        cells = [cell for row in format_cells(frame, columns) for cell in row]
        assert all(cell.strip() for cell in cells)
        assert not {"None", "nan", "null", "inf"} & set(cells)


def test_nan_and_null_are_written_alike():
    column = TableColumn("Share", ("share",), lambda value: "unknown" if value is None else "known")
    frame = pl.DataFrame({"share": [0.5, None, float("nan")]})
    assert format_cells(frame, [column]) == [["known"], ["unknown"], ["unknown"]]


def test_nobody_tested_is_not_a_frequency_of_zero():
    rows = built_incidence().rows.filter(pl.col("n_tested") == 0)
    shares = [cells[2] for cells in format_cells(rows, INCIDENCE_COLUMNS)]
    assert set(shares) == {"nobody tested"}


def test_failed_checks_come_worst_first():
    failed = select_failed_checks(built_overview().quality)
    assert failed["severity"].to_list() == ["fatal", "serious", "notice"]
    counts = count_checks(built_overview().quality)
    assert counts == {"failed": 3, "passed": 1, "not_applicable": 1}


def test_square_brackets_in_data_are_not_markup():
    console = Console(file=io.StringIO(), width=80)
    columns = [TableColumn("Name", ("name",))]
    console.print(render_terminal_table(pl.DataFrame({"name": ["[bold]x[/bold]"]}), columns))
    assert "[bold]x[/bold]" in console.file.getvalue()


def test_an_empty_table_says_so():
    html = render_html_table(built_prognosis().summary.head(0), PROGNOSIS_COLUMNS, caption="Empty")
    assert "No rows." in html
