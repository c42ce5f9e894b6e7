"""The release as an Excel workbook, made from published numbers only; the same bytes always."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from math import ceil
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from console.codebook import LANGUAGES
from console.figures.published import Protected, PublishedTable
from console.figures.release.about import Description, notes, reading, title
from console.figures.release.charts import MOST_PANELS
from console.figures.release.grid import Grid, lay_out
from console.figures.release.words import Words, first_day, guard
from console.figures.tally import TOTAL, axes_of

_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_LONGEST_SHEET_NAME = 31
_LONGEST_HEADER = 240
_STYLE = "Table Style Light 1"
_PATTERNS = (
    ("solid", "#2f5d8a"), ("wide_upward_diagonal", "#2f5d8a"), ("percent_20", "#1b1b1b"),
    ("solid", "#c8a24a"), ("wide_downward_diagonal", "#8a4b2f"), ("small_grid", "#3c7a57"),
    ("solid", "#9a9a9a"),
)  # fmt: skip
_LINE, _LINE_LENGTH = 15, 82
"""The height of a line of wrapped text in points, and how many characters it surely holds."""

_TOP = 4
"""The row of a table's header, counted from 0; what is above says what the table is."""


def workbook(about: Description, protected: Protected, digest: str) -> bytes:
    """Return ``figures.xlsx``: how to read, a sheet a table with its chart, and all labels.

    Every text is written as text, behind an apostrophe where it looks like a formula.
    """
    memory = io.BytesIO()
    book = Workbook(memory, {"in_memory": True})
    words = about.words()
    book.set_properties(
        {"title": guard(title(about, words[0])), "created": datetime(*first_day(about.period))}
    )
    sheets = _names([words[0]["how"], *(t.raw.name for t in protected.tables), words[0]["labels"]])
    how, *named, labels = [book.add_worksheet(name) for name in sheets]
    formats = _Formats(book)
    _how(how, formats, about, protected, words, digest, sheets[1:])
    rounded = protected.mode == "rounded"
    for number, (sheet, table) in enumerate(zip(named, protected.tables, strict=True), 1):
        _table(book, sheet, formats, number, about, table, words, parts=rounded)
    _labels(labels, formats, protected.tables, words[0], about)
    book.close()
    return _fixed(memory.getvalue())


class _Formats:
    """The few formats of the workbook."""

    def __init__(self, book: Workbook) -> None:
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.bold: Format = book.add_format({"bold": True})
        self.wrapped: Format = book.add_format({"text_wrap": True, "valign": "top"})
        self.code: Format = book.add_format({"font_color": "#555555", "font_size": 9})
        self.column_code: Format = book.add_format(
            {"font_color": "#555555", "font_size": 9, "align": "right"}
        )
        header = {"bold": True, "text_wrap": True, "valign": "bottom"}
        self.header: Format = book.add_format(header)
        self.column: Format = book.add_format({**header, "align": "right"})
        self.number: Format = book.add_format({"num_format": "0", "align": "right"})
        self.total: Format = book.add_format({"num_format": "0", "align": "right", "bold": True})


def _how(
    sheet: Worksheet,
    formats: _Formats,
    about: Description,
    protected: Protected,
    languages: Sequence[Words],
    digest: str,
    names: Sequence[str],
) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    sheet.set_column(2, 2, 28)
    sheet.hide_gridlines(2)
    first = languages[0]
    sheet.write_string(0, 0, guard(title(about, first)), formats.title)
    lines: list[tuple[str, str, str, Format | None]] = []
    for words in languages:
        lines.append((words["language"], words["how"], "", formats.bold))
        said = [reading(about, protected, words), *notes(about, protected, words)]
        if protected.mode == "suppressed":
            said.append(words["chart_workbook"])
        lines.extend(("", paragraph, "", formats.wrapped) for paragraph in said)
        lines.append(("", "", "", None))
    lines.append((first["sheet"], first["contents"], first["counts"], formats.bold))
    links = len(lines) + 2
    for name, table in zip(names[:-1], protected.tables, strict=True):
        lines.append((name, first.title(table.raw), first.unit(table.raw), None))
    lines.append((names[-1], " · ".join(words["labels"] for words in languages), "", None))
    lines.append(("", "", "", None))
    lines.append((first["digest"], digest, "", formats.code))
    lines.append((first["audit"], about.audit_head, "", formats.code))
    for row, (*texts, style) in enumerate(lines, 2):
        for column, text in enumerate(texts):
            if text:
                sheet.write_string(row, column, guard(text), style)
        if style is formats.wrapped:
            sheet.set_row(row, _LINE * ceil(len(texts[1]) / _LINE_LENGTH))
    for row, name in enumerate(names, links):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
    _printed(sheet)


def _table(
    book: Workbook,
    sheet: Worksheet,
    formats: _Formats,
    number: int,
    about: Description,
    table: PublishedTable,
    languages: Sequence[Words],
    *,
    parts: bool,
) -> None:
    words, *others = languages
    grid = lay_out(table, words)
    named = _named(table, words)
    sheet.write_string(0, 0, guard(named), formats.title)
    sheet.write_string(1, 0, guard(title(about, words)))
    again = "   ·   ".join(f"{other['language']}: {_named(table, other)}" for other in others)
    sheet.write_string(2, 0, guard(again), formats.code)
    heads = [
        part for _, label in grid.down for part in (f"{label} ({words['code'].lower()})", label)
    ]
    left = len(heads)
    numbers = [label or words.unit(table.raw) for _, label in grid.columns]
    headers = unique([*heads, *numbers], ["" for _ in heads] + [code for code, _ in grid.columns])
    for at, (code, _) in enumerate(grid.columns):
        if code:
            sheet.write_string(_TOP - 1, left + at, guard(code), formats.column_code)
    for at, row in enumerate(grid.rows, _TOP + 1):
        for place, (code, label) in enumerate(row):
            sheet.write_string(at, 2 * place, guard(code), formats.code)
            sheet.write_string(at, 2 * place + 1, guard(label))
        style = formats.total if row[-1][0] == TOTAL else formats.number
        for place, column in enumerate(grid.columns, left):
            shown = grid.cell(row, column)
            if isinstance(shown, int):
                sheet.write_number(at, place, shown, style)
            else:
                sheet.write_string(at, place, "–" if shown is None else guard(shown), style)
    styles = [formats.header] * left + [formats.column] * len(numbers)
    _list(sheet, f"t_{number}", headers, styles, len(grid.rows))
    sheet.set_row(_TOP, 45)
    for place in range(len(grid.down)):
        sheet.set_column(2 * place, 2 * place, 20)
        sheet.set_column(2 * place + 1, 2 * place + 1, 34)
    sheet.set_column(left, len(headers) - 1, 11)
    sheet.freeze_panes(_TOP + 1, left)
    _printed(sheet, landscape=len(headers) > 8)
    sheet.repeat_rows(_TOP)
    _chart(book, sheet, grid, headers, left, named, parts=parts)


def _named(table: PublishedTable, words: Words) -> str:
    return f"{words.title(table.raw)} ({words.unit(table.raw)})"


def _chart(
    book: Workbook,
    sheet: Worksheet,
    grid: Grid,
    headers: Sequence[str],
    left: int,
    named: str,
    *,
    parts: bool,
) -> None:
    """Draw the rows of the last block: of a table of three dimensions, that of all of the first.

    ``parts`` stacks a few columns into one bar, which is honest only where none can be hidden.
    """
    block = [row for row in grid.rows if all(code == TOTAL for code, _ in row[:-1])]
    last = _TOP + len(grid.rows) - 1
    first = last - len(block) + 2
    if last < first:
        return
    parted = parts and 1 < len(grid.columns) <= MOST_PANELS + 1
    drawn = range(len(grid.columns) - 1) if parted else [len(grid.columns) - 1]
    chart = book.add_chart({"type": "bar", "subtype": "stacked"} if parted else {"type": "bar"})
    for at, column in enumerate(drawn):
        kind, colour = _PATTERNS[at % len(_PATTERNS)]
        fill = (
            {"fill": {"color": colour}}
            if kind == "solid"
            else {"pattern": {"pattern": kind, "fg_color": colour, "bg_color": "#ffffff"}}
        )
        chart.add_series(
            {
                "name": [sheet.get_name(), _TOP, left + column],
                "categories": [sheet.get_name(), first, left - 1, last, left - 1],
                "values": [sheet.get_name(), first, left + column, last, left + column],
                "border": {"color": "#444444", "width": 0.5},
                "gap": 40,
                **fill,
            }
        )
    chart.set_title({"name": guard(named), "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"position": "bottom"} if parted else {"none": True})
    chart.set_y_axis({"reverse": True, "interval_unit": 1, "num_font": {"size": 9}})
    light = {"visible": True, "line": {"color": "#dddddd", "width": 0.5}}
    axis = {"min": 0, "num_format": "0", "label_position": "high", "major_gridlines": light}
    chart.set_x_axis(axis)
    chart.set_size({"width": 680, "height": 130 + 20 * (last - first + 1)})
    sheet.insert_chart(_TOP, len(headers) + 1, chart, {"description": guard(named)})


def _labels(
    sheet: Worksheet,
    formats: _Formats,
    tables: Sequence[PublishedTable],
    words: Words,
    about: Description,
) -> None:
    codes: dict[str, tuple[str, ...]] = {}
    for table in tables:
        codes.update(zip(table.raw.dimensions, axes_of(table.raw), strict=True))
    said = [Words(language, about.labels) for language in LANGUAGES]
    headers = unique([words["dimension"], words["code"], *LANGUAGES], ["", "", *LANGUAGES])
    rows = [
        [dimension, code, *(each.label(dimension, code) for each in said)]
        for dimension, listed in codes.items()
        for code in ("", *listed, TOTAL)
    ]
    for at, row in enumerate(rows, _TOP + 1):
        for place, text in enumerate(row):
            sheet.write_string(at, place, guard(text))
    sheet.write_string(0, 0, words["labels"], formats.title)
    _list(sheet, "t_labels", headers, [formats.header] * len(headers), len(rows))
    sheet.set_column(0, 1, 18)
    sheet.set_column(2, 5, 34)
    sheet.freeze_panes(_TOP + 1, 2)
    _printed(sheet, landscape=True)
    sheet.repeat_rows(_TOP)


def _list(
    sheet: Worksheet, name: str, headers: Sequence[str], styles: Sequence[Format], rows: int
) -> None:
    columns = [
        {"header": header, "header_format": style}
        for header, style in zip(headers, styles, strict=True)
    ]
    place = (_TOP, 0, _TOP + rows, len(headers) - 1)
    sheet.add_table(*place, {"name": name, "columns": columns, "style": _STYLE})


def _printed(sheet: Worksheet, *, landscape: bool = False) -> None:
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if landscape:
        sheet.set_landscape()


def unique(labels: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Return a header for each column: its label, with code or number where that is taken.

    Excel tells headers apart without regard to case.
    """
    taken: set[str] = set()
    headers = []
    for number, (label, code) in enumerate(zip(labels, codes, strict=True), 1):
        header = short = guard(label[:_LONGEST_HEADER])
        if header.lower() in taken:
            header = f"{short} ({code[:10]})"
        while header.lower() in taken or not header:
            number, header = number + 1, f"{short} ({number})"
        taken.add(header.lower())
        headers.append(header)
    return headers


def _names(wanted: Sequence[str]) -> list[str]:
    """Return sheet names that Excel accepts: short, without its reserved signs, all different."""
    taken: set[str] = {"history", ""}
    names = []
    for number, name in enumerate(wanted, 1):
        base = guard(_NO_SHEET_NAME.sub("_", name)).strip(" '")
        sheet = base[:_LONGEST_SHEET_NAME].strip()
        while sheet.lower() in taken:
            number, sheet = number + 1, f"{base[: _LONGEST_SHEET_NAME - 6]}_{number}"
        taken.add(sheet.lower())
        names.append(sheet)
    return names


def _fixed(content: bytes) -> bytes:
    """Pack the workbook again, uncompressed: how well a machine compresses is its own."""
    memory = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(memory, "w", ZIP_STORED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 0
            new.writestr(entry, old.read(name), ZIP_STORED)
    return memory.getvalue()
