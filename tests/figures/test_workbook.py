"""The workbook: published numbers by code and label, text that stays text, the same bytes."""

import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.codebook import LANGUAGES
from console.figures.published import Protected, PublishedTable
from console.figures.release.words import Words
from console.figures.release.workbook import unique, workbook
from tests.figures.made import about, cells, named, parts, rounded, suppressed

NASTY = (
    '=HYPERLINK("http://x")', "<script>alert(1)</script>", "../../x", "+1", "@SUM(1)", "a\nb",
    "\U0001f9d1\U0001f3fd", "\u202eمرحبا", "n" * 300, "_x0041_", "]['*", "1234", "TRUE",
    "http://x.example",
)  # fmt: skip
SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
AGAIN = """
import sys
from console.figures.release.workbook import workbook
from tests.figures.made import about, rounded
sys.stdout.buffer.write(workbook(about(), rounded(), "digest"))
"""


def column(place: str) -> str:
    return place.rstrip("0123456789")


@pytest.mark.parametrize("result", [rounded(), suppressed()], ids=["rounded", "suppressed"])
def test_every_published_number_stands_under_its_codes_and_labels(result: Protected) -> None:
    sheets = cells(workbook(about(), result, "digest"))
    assert list(sheets)[1:-1] == [table.raw.name for table in result.tables]
    for table in result.tables:
        rows: dict[int, dict[str, str]] = {}
        for place, text in sheets[table.raw.name].items():
            rows.setdefault(int(re.sub("[A-Z]", "", place)), {})[column(place)] = text
        numbers = [place for place in rows[5] if place in rows.get(4, {})] or ["C"]
        found = {}
        for number in range(6, max(rows) + 1):
            texts = [text for place, text in rows[number].items() if place not in numbers]
            codes, labels = texts[::2], texts[1::2]
            for place in numbers:
                across = [rows[4][place]] if 4 in rows else []
                shown = [*labels, *([rows[5][place]] if across else [])]
                for code, label in zip([*codes, *across], shown, strict=True):
                    assert label.endswith(f" {code}")
                assert frozenset(shown) not in found
                found[frozenset(shown)] = rows[number][place]
        assert found == {
            frozenset(
                named("en", dimension, code)
                for dimension, code in zip(table.raw.dimensions, cell, strict=True)
            ): str(shown)
            for cell, shown in table.published.items()
        }


def test_the_first_sheet_says_how_to_read_in_every_language_and_the_last_has_all_labels() -> None:
    sheets = cells(workbook(about(), rounded(), "digest"))
    how, *_, labels = (sheet.values() for sheet in sheets.values())
    assert sum("5 " in text and "9" in text and "14" in text for text in how) == len(LANGUAGES)
    assert "digest" in how
    for language in LANGUAGES:
        assert named(language, "issue", "stalking") in labels
        assert named(language, "kind", "") in labels


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_table_says_what_it_is_in_every_language(language: str) -> None:
    result = rounded()
    sheets = cells(workbook(about(language=language), result, "digest"))
    contents = " ".join(next(iter(sheets.values())).values())
    for table in result.tables:
        sheet = sheets[table.raw.name]
        for each in LANGUAGES:
            words = Words(each, named)
            title = " × ".join(named(each, dimension, "") for dimension in table.raw.dimensions)
            said = f"{title} ({words.unit(table.raw)})"
            if each == language:
                assert sheet["A1"] == said
            else:
                assert f"{words['language']}: {said}" in sheet["A3"]
    for each in LANGUAGES:
        assert Words(each, named)["labels"] in contents


@pytest.mark.parametrize("nasty", NASTY)
def test_hostile_text_stays_text(nasty: str) -> None:
    made = workbook(
        about(labels=lambda *_: nasty, site=nasty, audit_head=nasty), rounded(), "digest"
    )
    inside = parts(made)
    for name, content in inside.items():
        tree = ElementTree.fromstring(content)
        if name.startswith("xl/worksheets/sheet"):
            assert tree.find(".//m:f", SPACE) is None
            kinds = {cell.attrib.get("t", "n") for cell in tree.iterfind(".//m:c", SPACE)}
            assert kinds <= {"s", "n"}
        if name.endswith(".rels"):
            assert b"TargetMode" not in content
    for sheet in cells(made).values():
        assert not any(text[:1] in set("=+-@") for text in sheet.values())
        assert not any("\u202e" in text or "\n" in text for text in sheet.values())


def test_sheets_have_names_that_excel_accepts() -> None:
    table = rounded().tables[0]
    wanted = ["a/b", "a:b", "A_B", "n" * 40, "n" * 41, "History", "'q'", "", "labels", "=x"]
    wanted += ["how to read these figures", "[x]?*\\"]
    made = tuple(PublishedTable(replace(table.raw, name=name), table.published) for name in wanted)
    names = list(cells(workbook(about(), Protected("rounded", made), "digest")))
    assert len(names) == len(wanted) + 2
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\'")
        assert name.lower() != "history"


@given(st.lists(st.sampled_from(["a", "A", "", "a (1)", "a (x)", "=b", "n" * 300]), max_size=8))
def test_headers_are_there_and_all_different(labels: list[str]) -> None:
    headers = unique(labels, ["x"] * len(labels))
    assert len(headers) == len(labels)
    assert len({header.lower() for header in headers}) == len(headers)
    assert all(0 < len(header) <= 255 for header in headers)


def test_each_sheet_has_one_excel_table_over_all_its_rows() -> None:
    made = workbook(about(labels=lambda *_: "same"), rounded(), "digest")
    inside, sheets = parts(made), list(cells(made).values())[1:]
    names = set()
    for number, sheet in enumerate(sheets, 1):
        table = ElementTree.fromstring(inside[f"xl/tables/table{number}.xml"])
        first, last = table.attrib["ref"].split(":")
        assert first == "A5"
        assert last == f"{column(last)}{max(int(re.sub('[A-Z]', '', place)) for place in sheet)}"
        headers = [each.attrib["name"] for each in table.iterfind(".//m:tableColumn", SPACE)]
        shown = [text for place, text in sheet.items() if re.fullmatch("[A-Z]+5", place)]
        assert headers == shown
        names.add(table.attrib["name"])
    assert len(names) == len(sheets)


def test_charts_show_published_numbers_without_totals() -> None:
    result = rounded()
    inside = parts(workbook(about(), result, "digest"))
    space = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
    charts = [name for name in inside if name.startswith("xl/charts/chart")]
    assert len(charts) == len(result.tables)
    for number, table in enumerate(result.tables, 1):
        chart = ElementTree.fromstring(inside[f"xl/charts/chart{number}.xml"])
        shown = [int(each.text or "") for each in chart.iterfind(".//c:val//c:v", space)]
        sized = [cell for cell in table.published if sum(code != "_T" for code in cell) in (1, 2)]
        assert set(shown) <= {table.published[cell] for cell in sized}
        assert shown
    ages = ElementTree.fromstring(inside["xl/charts/chart2.xml"])
    drawn = [int(each.text or "") for each in ages.iterfind(".//c:val//c:v", space)]
    by_age = result.tables[1].published
    assert drawn == [shown for (code,), shown in by_age.items() if code != "_T"]


def test_parts_are_stacked_only_where_none_can_be_hidden() -> None:
    def stacked(result: Protected) -> list[str]:
        inside = parts(workbook(about(), result, "digest"))
        return [name for name in inside if b'<c:grouping val="stacked"/>' in inside[name]]

    assert stacked(rounded())
    assert not stacked(suppressed())


def test_the_same_bytes_on_another_run_in_another_time_zone() -> None:
    here = workbook(about(), rounded(), "digest")
    environment = {**os.environ, "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7"}
    again = subprocess.run(
        [sys.executable, "-c", AGAIN], capture_output=True, check=True, env=environment
    )
    assert again.stdout == here


def test_the_file_says_neither_who_nor_when() -> None:
    made = workbook(about(period="2020-Q2"), rounded(), "digest")
    with zipfile.ZipFile(BytesIO(made)) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.create_system for entry in entries} == {0}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    properties = parts(made)["docProps/core.xml"].decode()
    assert re.findall(r">([^<>\n]+)<", properties) == [
        "A line: figures of quarter 2 of 2020",
        "2020-04-01T00:00:00Z",
        "2020-04-01T00:00:00Z",
    ]
