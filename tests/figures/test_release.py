"""The files of a release: their form, their digest, and text that could do harm."""

import csv
import hashlib
import json
import re

import pytest

from console.codebook import LANGUAGES
from console.figures.protect import protect
from console.figures.published import Protected
from console.figures.release import files_of, guard, wording
from console.figures.solve import minimise
from tests.figures.rows import long_tailed, tables_of

HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>'


def hostile(language: str, dimension: str, code: str) -> str:
    return f"{HOSTILE}{language} {dimension} {code}"


def protected(calls: int = 300) -> Protected:
    return protect(tables_of(long_tailed(21, calls)), {}, b"made-up", "2020-03", minimise)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    made, _ = files_of("2020-03", "<b>A line</b>", protected(), hostile, "ab12")
    return made


def test_the_description_is_of_format_1(files: dict[str, bytes]) -> None:
    description = json.loads(files["release.json"])
    assert description["format"] == 1
    assert description["period"] == "2020-03"
    assert description["vintage"] == 1
    assert description["mode"] == "rounded"
    assert description["rounding"] == {"base": 5, "max_change": 4}
    assert set(description["reading"]) == set(LANGUAGES)
    assert "0 means 0 to 4; 5 means 1 to 9" in description["reading"]["en"]
    assert description["tables"][2] == {
        "name": "issue_gender",
        "file": "issue_gender.csv",
        "dimensions": ["issue", "gender"],
        "counts": "mentions",
    }
    assert set(files) == {
        "release.json",
        "labels.csv",
        "report.html",
        *(table["file"] for table in description["tables"]),
    }


def test_the_digest_is_that_of_the_tables_in_order(files: dict[str, bytes]) -> None:
    description = json.loads(files["release.json"])
    lines = "".join(
        f"{hashlib.sha256(files[table['file']]).hexdigest()}  {table['file']}\n"
        for table in description["tables"]
    )
    assert description["digest"] == hashlib.sha256(lines.encode()).hexdigest()
    assert description["digest"] in files["report.html"].decode()


def test_tables_print_every_combination_once(files: dict[str, bytes]) -> None:
    result = protected()
    for table in result.tables:
        content = files[f"{table.raw.name}.csv"].decode()
        assert content.endswith("\n")
        assert "\r" not in content
        header, *rows = csv.reader(content.splitlines())
        assert header == ["period", *table.raw.dimensions, "count"]
        assert {row[0] for row in rows} == {"2020-03"}
        assert {tuple(row[1:-1]): int(row[-1]) for row in rows} == table.published
        assert len(rows) == len(table.published)


def test_every_printed_code_has_a_label_in_every_language(files: dict[str, bytes]) -> None:
    rows = list(csv.DictReader(files["labels.csv"].decode().splitlines()))
    labelled = {(row["dimension"], row["code"], row["language"]) for row in rows}
    assert len(labelled) == len(rows)
    for table in protected().tables:
        for cell in table.published:
            for pair in zip(table.raw.dimensions, cell, strict=True):
                assert all((*pair, language) in labelled for language in LANGUAGES)


def test_no_text_can_be_a_formula_or_markup(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        if name.endswith(".csv"):
            for row in csv.reader(content.decode().splitlines()):
                assert not any(value[:1] in set("=+-@|%") - {""} for value in row)
    page = files["report.html"].decode()
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'=1+1"),
        ("\t@x", "'@x"),
        ("-12", "'-12"),
        ("+47", "'+47"),
        ("＝1", "'＝1"),
        ("60+", "60+"),
        ("a\nb", "a b"),
        ("\x1b[31mred", "[31mred"),
        ("", ""),
        ("_T", "_T"),
    ],
)
def test_text_is_guarded(text: str, safe: str) -> None:
    assert guard(text) == safe


def test_nothing_but_the_month_says_when(files: dict[str, bytes]) -> None:
    for content in files.values():
        assert not re.search(r"\d\d:\d\d|20\d\d-\d\d-\d\d", content.decode())


def test_the_report_shows_the_published_numbers_and_needs_no_other_file() -> None:
    result = protected()
    made, _ = files_of(
        "2020-03", "A line", result, lambda _language, _name, code: code or "all", "ab12"
    )
    page = made["report.html"].decode()
    shown = [int(number) for number in re.findall(r"<td>(\d+)</td>", page)]
    assert shown == [count for table in result.tables for count in table.published.values()]
    assert not re.search(r"src=|href=|url\(|@import", page)


def test_coarser_tables_are_named_in_every_language() -> None:
    result = Protected("rounded", protected().tables, ("issue_age",))
    made, _ = files_of("2020-03", "", result, hostile, "ab12")
    notes = json.loads(made["release.json"])["notes"]
    for language in LANGUAGES:
        assert any("issue_age" in note for note in notes[language])


def test_the_words_are_there_in_every_language() -> None:
    assert set(wording()) == set(LANGUAGES)
    assert len({frozenset(words) for words in wording().values()}) == 1
