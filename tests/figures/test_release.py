"""The files of a release: their form, their digest, and text that could do harm."""

import csv
import hashlib
import json
import random
import re
import string
from dataclasses import replace
from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.codebook import LANGUAGES
from console.errors import ConsoleError
from console.figures.published import Protected, PublishedTable
from console.figures.release import hxl
from console.figures.release.about import Level, Restated
from console.figures.release.files import HIDDEN, files_of, guard, wording
from console.figures.release.words import LONGEST, Words, clean, first_day
from console.figures.tally import RawTable
from tests.figures.made import about, cells, named, parts, rounded, suppressed

HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>\n\x1b[31m'
ROUNDED = rounded()
SUPPRESSED = suppressed()


def hostile(language: str, dimension: str, code: str) -> str:
    return f"{HOSTILE}{language} {dimension} {code}"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return files_of(about(site="<b>A line</b>", labels=hostile), ROUNDED)[0]


def test_the_description_is_of_format_1() -> None:
    made, digest = files_of(about(), ROUNDED)
    description = json.loads(made["release.json"])
    assert description["format"] == 1
    assert description["period"] == "2020-03"
    assert description["vintage"] == 1
    assert description["mode"] == "rounded"
    assert description["rounding"] == {"base": 5, "max_change": 4}
    assert description["levels"] == []
    assert description["digest"] == digest
    assert not {"hidden", "restates"} & set(description)
    assert set(description["reading"]) == set(LANGUAGES)
    assert "0 means 0 to 4; 5 means 1 to 9" in description["reading"]["en"]
    assert description["tables"][0] == {
        "name": "kind",
        "file": "kind.csv",
        "dimensions": ["kind"],
        "counts": "contacts",
    }
    assert description["tables"][3] == {
        "name": "issue_gender",
        "file": "issue_gender.csv",
        "dimensions": ["issue", "gender"],
        "counts": "mentions",
        "of": "issue",
    }
    assert set(made) == {
        "release.json",
        "labels.csv",
        "report.html",
        "figures.xlsx",
        *(table["file"] for table in description["tables"]),
    }


def test_mode_suppressed_says_what_its_labels_hide_and_ships_its_proof() -> None:
    made, _ = files_of(about(checker=b"print('checked')\n"), SUPPRESSED)
    description = json.loads(made["release.json"])
    assert description["mode"] == "suppressed"
    assert description["hidden"] == {"<5": [0, 4], "x": [5, None], "*": [0, None]}
    assert "rounding" not in description
    for reading in description["reading"].values():
        assert set(HIDDEN) == set(re.findall(r"<5|\bx\b|\*", reading))
    assert json.loads(made["certificate.json"]) == SUPPRESSED.certificate
    assert made["check_release.py"] == b"print('checked')\n"
    shown = {row[-1] for row in csv.reader(made["region_gender.csv"].decode().splitlines()[1:])}
    assert set(HIDDEN) <= shown


def test_levels_vintages_and_sums_are_described() -> None:
    levels = (Level("region", "area", {"r0": "A", "r1": "A", "A": "A", "=b": "A"}),)
    made, _ = files_of(
        about(
            period="2020", vintage=2, restates=Restated(1, late=True), levels=levels, max_change=48
        ),
        ROUNDED,
    )
    description = json.loads(made["release.json"])
    assert description["vintage"] == 2
    assert description["restates"] == {"vintage": 1, "late": True}
    assert description["rounding"]["max_change"] == 48
    codes = {"r0": "A", "r1": "A", "A": "A", "'=b": "A"}
    assert description["levels"] == [{"dimension": "region", "coarser": "area", "codes": codes}]
    for language in LANGUAGES:
        assert "48" in description["reading"][language]
        assert "0 means 0 to 4" not in description["reading"][language]
        assert any(" 1." in note for note in description["notes"][language])


def test_a_restatement_says_whether_late_calls_were_added() -> None:
    said = [
        json.loads(
            files_of(about(vintage=2, restates=Restated(1, late)), ROUNDED)[0]["release.json"]
        )
        for late in (True, False)
    ]
    assert [each["restates"]["late"] for each in said] == [True, False]
    assert any("came in later" in note for note in said[0]["notes"]["en"])
    assert any("the same calls" in note for note in said[1]["notes"]["en"])


def test_the_digest_is_that_of_the_tables_in_order(files: dict[str, bytes]) -> None:
    description = json.loads(files["release.json"])
    lines = "".join(
        f"{hashlib.sha256(files[table['file']]).hexdigest()}  {table['file']}\n"
        for table in description["tables"]
    )
    assert description["digest"] == hashlib.sha256(lines.encode()).hexdigest()
    assert description["digest"] in files["report.html"].decode()
    assert any(
        description["digest"] in sheet.values() for sheet in cells(files["figures.xlsx"]).values()
    )


@pytest.mark.parametrize("result", [ROUNDED, SUPPRESSED], ids=["rounded", "suppressed"])
def test_tables_print_every_combination_once(result: Protected) -> None:
    files, _ = files_of(about(), result)
    for table in result.tables:
        content = files[f"{table.raw.name}.csv"].decode()
        assert content.endswith("\n")
        assert "\r" not in content
        header, *rows = csv.reader(content.splitlines())
        assert header == ["period", *table.raw.dimensions, "count"]
        assert {row[0] for row in rows} == {"2020-03"}
        shown = {cell: str(count) for cell, count in table.published.items()}
        assert {tuple(row[1:-1]): row[-1] for row in rows} == shown
        assert len(rows) == len(shown)


def test_every_printed_code_has_a_label_in_every_language(files: dict[str, bytes]) -> None:
    rows = list(csv.DictReader(files["labels.csv"].decode().splitlines()))
    labelled = {(row["dimension"], row["code"], row["language"]) for row in rows}
    assert len(labelled) == len(rows)
    for table in ROUNDED.tables:
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
    assert "<b>A" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page


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


@given(st.text(max_size=2 * LONGEST))
@example("n" * LONGEST + " n")
def test_a_label_is_one_short_line(text: str) -> None:
    line = clean(text)
    assert len(line) <= LONGEST
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    line.encode()


@pytest.mark.parametrize("name", ["../../x", "a/b", "labels", "", "a.b", "c:d"])
def test_a_table_whose_name_is_no_file_of_its_own_is_refused(name: str) -> None:
    table = ROUNDED.tables[0]
    wrong = PublishedTable(replace(table.raw, name=name), table.published)
    with pytest.raises(ConsoleError):
        files_of(about(), Protected("rounded", (wrong,)))


@pytest.mark.parametrize(
    ("result", "label"), [(ROUNDED, "<5"), (SUPPRESSED, "<3"), (SUPPRESSED, "")]
)
def test_a_cell_that_the_description_does_not_explain_is_refused(
    result: Protected, label: str
) -> None:
    table = result.tables[0]
    wrong = PublishedTable(table.raw, {**table.published, ("data",): label})
    with pytest.raises(ConsoleError):
        files_of(about(), replace(result, tables=(wrong,)))


def test_nothing_but_the_period_says_when() -> None:
    files, _ = files_of(about(), ROUNDED)
    inside = parts(files.pop("figures.xlsx"))
    properties = inside.pop("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\d[T\d:Z]*", properties)) == {"2020-03-01T00:00:00Z"}
    for name, content in {**files, **inside}.items():
        text = re.sub(r'xmlns:?\w*="[^"]*"|Type="[^"]*"|uri="[^"]*"', "", content.decode())
        assert not re.search(r"\d\d:\d\d|20\d\d-\d\d-\d\d", text), name


def shape(files: dict[str, bytes]) -> object:
    """What a reader sees of a release when every number is covered."""
    page = re.sub(r"<figure>.*?</figure>", "", files["report.html"].decode(), flags=re.DOTALL)
    description = json.loads(files["release.json"])
    covered = re.sub(r">\d+<|[0-9a-f]{64}", "", page)
    tables = {
        name: [row.rsplit(b",", 1)[0] for row in content.splitlines()]
        for name, content in files.items()
        if name.endswith(".csv") and name != "labels.csv"
    }
    sheets = {name: list(found) for name, found in cells(files["figures.xlsx"]).items()}
    return (
        list(files),
        {**description, "digest": ""},
        files["labels.csv"],
        covered,
        tables,
        sheets,
        sorted(parts(files["figures.xlsx"])),
    )


def test_a_month_without_calls_has_the_same_form_as_one_of_ten_thousand() -> None:
    none, many = (files_of(about(), rounded(calls))[0] for calls in (0, 10_000))
    assert none["region_gender.csv"] != many["region_gender.csv"]
    assert shape(none) == shape(many)


@settings(max_examples=5)
@given(st.randoms(use_true_random=False), st.sampled_from([ROUNDED, SUPPRESSED]))
def test_true_counts_are_in_no_file(dice: random.Random, result: Protected) -> None:

    other = tuple(
        PublishedTable(
            replace(table.raw, cells={cell: dice.randint(0, 10**6) for cell in table.raw.cells}),
            table.published,
        )
        for table in result.tables
    )
    assert files_of(about(), replace(result, tables=other)) == files_of(about(), result)


@pytest.mark.parametrize("result", [ROUNDED, SUPPRESSED], ids=["rounded", "suppressed"])
def test_tables_that_gave_way_are_named_by_their_dimensions_in_words(result: Protected) -> None:
    gave_way = (
        RawTable("by_issue", ("issue", "age"), "mentions", {("77", "77"): 77}, "issue"),
        RawTable("wide", ("perpetrator", "age", "gender"), "calls", {}),
    )
    made, _ = files_of(about(), replace(result, gave_way=gave_way))
    notes = json.loads(made["release.json"])["notes"]
    for language in LANGUAGES:
        said = [note for note in notes[language] if " × " in note]
        issue, age, gender, perpetrator = (
            named(language, dimension, "")
            for dimension in ("issue", "age", "gender", "perpetrator")
        )
        assert len(said) == 1
        assert said[0].endswith(f": {issue} × {age}; {perpetrator} × {age} × {gender}.")
        assert "by_issue" not in said[0]
        assert escape(said[0]) in made["report.html"].decode()
        assert said[0] in cells(made["figures.xlsx"])["How to read these figures"].values()
    assert "could not be printed by more than one dimension" in " ".join(notes["en"])


def test_a_table_of_one_dimension_that_not_every_month_has_is_said_to_be_missing() -> None:
    alone = RawTable("first_disclosure", ("first_disclosure",), "calls", {})
    made, _ = files_of(about(period="2020-Q1"), replace(ROUNDED, gave_way=(alone,)))
    notes = json.loads(made["release.json"])["notes"]
    for language in LANGUAGES:
        (said,) = (note for note in notes[language] if "first_disclosure" in note)
        assert said.endswith(f": {named(language, 'first_disclosure', '')}.")
    assert "not every month has them" in " ".join(notes["en"])
    assert "more than one dimension" not in " ".join(notes["en"])


def test_the_words_are_there_in_every_language() -> None:
    assert set(wording()) == set(LANGUAGES)
    assert len({frozenset(words) for words in wording().values()}) == 1
    for key in wording()["en"]:
        fields = {
            frozenset(field for _, field, _, _ in string.Formatter().parse(words[key]) if field)
            for words in wording().values()
        }
        assert len(fields) == 1, key
    assert {len(words["months"].split()) for words in wording().values()} == {12}


@pytest.mark.parametrize(
    ("period", "said", "day"),
    [
        ("2020-03", "March 2020", (2020, 3, 1)),
        ("2020", "2020", (2020, 1, 1)),
        ("2020-Q3", "quarter 3 of 2020", (2020, 7, 1)),
        ("2019-11/2020-02", "November 2019 – February 2020", (2019, 11, 1)),
    ],
)
def test_periods_have_words_and_a_first_day(
    period: str, said: str, day: tuple[int, int, int]
) -> None:
    assert Words("en", named).period(period) == said
    assert first_day(period) == day


@pytest.mark.parametrize("period", ["", "2020-13", "2020-Q5", "20-01", "2020-03-04"])
def test_what_is_no_period_has_no_first_day(period: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        first_day(period)


def test_hxl_adds_one_row_of_tags_and_changes_nothing_else() -> None:
    levels = (Level("region", "area", {"r0": "A"}),)
    made, _ = files_of(about(levels=levels), ROUNDED)
    tagged = hxl.files(made)
    assert set(tagged) == {f"{table.raw.name}.csv" for table in ROUNDED.tables}
    tags = {}
    for table in ROUNDED.tables:
        lines = tagged[f"{table.raw.name}.csv"].splitlines(keepends=True)
        tags[table.raw.name] = lines.pop(1).decode().strip()
        assert b"".join(lines) == made[f"{table.raw.name}.csv"]
    assert tags["region_gender"] == "#date,#adm2+code,#x_gender+code,#indicator+num+calls"
    assert (
        tags["issue_gender"] == "#date,#x_issue+code,#x_gender+code,#indicator+num+mentions+issue"
    )
    assert tags["kind"] == "#date,#x_kind+code,#indicator+num+contacts"
    # HXL 1.1, tagging conventions: a hashtag, then attributes, of letters, digits, underscores.
    for row in tags.values():
        assert re.fullmatch(r"(#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*,?)+", row)


def test_hxl_calls_no_hidden_count_a_number_and_a_region_alone_the_first_level() -> None:
    tagged = hxl.files(files_of(about(), SUPPRESSED)[0])
    row = tagged["region_gender.csv"].splitlines()[1]
    assert row == b"#date,#adm1+code,#x_gender+code,#indicator+calls"
