"""The report: the published numbers in four languages, charts that do not lie, and no surprises."""

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from console.codebook import LANGUAGES
from console.figures.published import Protected, PublishedTable, Shown
from console.figures.release.charts import MOST_ROWS, choose, svg
from console.figures.release.report import render
from console.figures.release.words import Words, wording
from console.figures.tally import RawTable
from tests.figures.made import about, named, rounded, suppressed

HOSTILE = "</td><script>alert(1)</script>\"'><img src=x onerror=y>&amp;"
KNOWN_TAGS = {
    "html", "head", "meta", "title", "style", "body", "input", "label", "article", "h1", "h2",
    "small", "section", "p", "ul", "ol", "li", "b", "nav", "a", "figure", "figcaption", "svg",
    "desc", "text", "tspan", "rect", "path", "div", "table", "caption", "thead", "tbody", "tr",
    "th", "td", "span", "footer", "code",
}  # fmt: skip


@dataclass
class Table:
    heads: list[str] = field(default_factory=list)
    rows: list[tuple[list[str], list[str]]] = field(default_factory=list)


class Page(HTMLParser):
    """Every tag of a page, and its tables by language and by the number of their section."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[Table]]] = {}
        self._path: list[str] = []
        self._here: list[list[Table]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append((tag, known))
        if tag in ("meta", "input", "path", "rect"):
            return
        self._path.append(tag)
        if tag == "article":
            self._here = self.tables.setdefault(str(known["lang"]), [])
        if tag == "h2" and known.get("id"):
            self._here.append([])
        if tag == "table":
            self._here[-1].append(Table())
        if tag == "tr" and "tbody" in self._path:
            self._here[-1][-1].rows.append(([], []))

    def handle_endtag(self, tag: str) -> None:
        while self._path and self._path.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "thead" in self._path:
            self._here[-1][-1].heads.append(data)
        elif "tbody" in self._path and self._path[-1] in ("th", "td"):
            self._here[-1][-1].rows[-1][self._path[-1] == "td"].append(data)


@pytest.mark.parametrize("result", [rounded(), suppressed()], ids=["rounded", "suppressed"])
def test_every_language_prints_every_published_number_under_its_labels(result: Protected) -> None:
    page = Page(render(about(), result, "digest"))
    assert set(page.tables) == set(LANGUAGES)
    for language, sections in page.tables.items():
        assert len(sections) == len(result.tables)
        for table, printed in zip(result.tables, sections, strict=True):
            expected = {
                frozenset(
                    named(language, dimension, code)
                    for dimension, code in zip(table.raw.dimensions, cell, strict=True)
                ): str(shown)
                for cell, shown in table.published.items()
            }
            found = {}
            for part in printed:
                for heads, numbers in part.rows:
                    columns = part.heads[len(heads) :]
                    for column, number in zip(columns, numbers, strict=True):
                        labels = {*heads, column} if len(table.raw.dimensions) > 1 else {*heads}
                        assert frozenset(labels) not in found
                        found[frozenset(labels)] = number
            assert found == expected


def test_a_wide_table_is_printed_in_parts_that_name_their_columns() -> None:
    result = Protected("rounded", rounded().tables[-1:])
    page = render(about(), result, "digest")
    # 31 columns of regions beside 6 kinds of perpetrator: the longer dimension goes down.
    assert [len(table.rows) for table in Page(page).tables["en"][0]] == [31]
    three = Protected("rounded", (crossed(("a", "b"), tuple(f"c{n}" for n in range(40))),))
    page = render(about(), three, "digest")
    parts = Page(page).tables["en"][0]
    assert [len(part.heads) for part in parts] == [16, 16, 15]
    assert "Columns 1 to 14 of 41" in page
    assert "Columns 29 to 41 of 41" in page


def crossed(short: tuple[str, ...], long: tuple[str, ...]) -> PublishedTable:
    """A table of three dimensions with a long last one."""
    cells = {(a, b, c): 5 for a in (*short, "_T") for b in (*short, "_T") for c in (*long, "_T")}
    return PublishedTable(RawTable("abc", ("age", "gender", "region"), "calls", cells), cells)


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    page = render(about(labels=lambda *_: HOSTILE, site=HOSTILE), rounded(), "digest")
    parsed = Page(page)
    assert {tag for tag, _ in parsed.tags} <= KNOWN_TAGS
    for tag, attributes in parsed.tags:
        assert not any(name.startswith("on") or name in ("src", "style") for name in attributes)
        assert tag != "a" or str(attributes["href"]).startswith("#")
    assert "url(" not in page
    assert "@import" not in page
    policies = [a for tag, a in parsed.tags if tag == "meta" and "http-equiv" in a]
    assert [policy["content"] for policy in policies] == [
        "default-src 'none'; style-src 'unsafe-inline'"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_chosen_without_a_script(language: str) -> None:
    page = render(about(language=language), rounded(), "digest")
    tags = Page(page).tags
    radios = [attributes for tag, attributes in tags if tag == "input"]
    assert {radio["type"] for radio in radios} == {"radio"}
    assert [radio["id"] for radio in radios if "checked" in radio] == [f"in-{language}"]
    assert [attributes["lang"] for tag, attributes in tags if tag == "html"] == [language]
    for each in LANGUAGES:
        assert f"#in-{each}:checked ~ article[lang={each}]" in page
    assert re.search(r"\narticle \{ display: none;", page)
    names = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(names) == len(set(names))


def test_how_to_read_comes_before_any_number() -> None:
    page = render(about(), rounded(), "digest")
    for language, words in wording().items():
        part = page[page.index(f'<article lang="{language}">') :]
        assert part.index(words["how"]) < part.index(words["reading"][:20]) < part.index("<svg")
        assert part.index("<svg") < part.index(words["digest"])


def test_a_cell_that_cannot_be_is_a_dash() -> None:
    table = rounded().tables[0]
    published = {cell: shown for cell, shown in table.published.items() if cell != ("hang_up",)}
    page = render(about(), Protected("rounded", (PublishedTable(table.raw, published),)), "digest")
    rows = Page(page).tables["en"][0][0].rows
    assert (["en kind hang_up"], ["–"]) in rows


def chart_of(published: dict[tuple[str, ...], Shown], slack: int) -> ElementTree.Element:
    raw = RawTable("age", ("age",), "calls", dict.fromkeys(published, 77))
    chart = choose(PublishedTable(raw, published), Words("en", named))
    return ElementTree.fromstring(svg(chart, "a", "<title>", "text & more", slack))


def test_bars_are_as_long_as_the_published_counts_and_their_whiskers_as_the_doubt() -> None:
    drawn = chart_of({("a",): 10, ("b",): 20, ("c",): 0, ("_T",): 30}, 4)
    widths = [float(bar.attrib["width"]) for bar in drawn.iter("rect")]
    assert widths[1] == pytest.approx(2 * widths[0], abs=0.2)
    assert widths[2] == 0
    unit = widths[1] / 20
    left = float(next(drawn.iter("rect")).attrib["x"])
    whiskers = [path.attrib["d"] for path in drawn.iter("path") if path.attrib["class"] == "w"]
    ends = [tuple(map(float, re.findall(r"^M([\d.]+) \d+H([\d.]+)", line)[0])) for line in whiskers]
    reach = [((low - left) / unit, (high - left) / unit) for low, high in ends]
    assert reach == [
        pytest.approx((6, 14), abs=0.1),
        pytest.approx((16, 24), abs=0.1),
        pytest.approx((0, 4), abs=0.1),
    ]
    assert max(high for _, high in ends) < 880


def side_of(label: str) -> tuple[str, float]:
    """The text that stands beside a bar, and how many points there are to the left of its end."""
    raw = RawTable("region", ("region",), "calls", {("a",): 0, ("_T",): 0})
    words = Words("es", lambda _language, _dimension, code: label if code == "a" else code)
    drawing = svg(choose(PublishedTable(raw, raw.cells), words), "a", "t", "d", 4)
    beside = ElementTree.fromstring(drawing).find("text[@text-anchor='end']")
    assert beside is not None
    return str(beside.text), float(beside.attrib["x"])


# As wide as they are drawn at 12.5 points in DejaVu Sans, a broad typeface, and in Noto Sans CJK.
@pytest.mark.parametrize(
    ("label", "width"),
    [
        ("Abuso", 37),
        ("Ciudad Autónoma de Buenos Aires", 218),
        ("Automutilation ou risque suicidaire", 219),
        ("女" * 20, 250),
    ],
)
def test_a_label_is_not_cut_off_at_the_left(label: str, width: float) -> None:
    text, room = side_of(label)
    assert text == label
    assert room > width


@pytest.mark.parametrize(
    "label",
    [
        "Tierra del Fuego, Antártida e Islas del Atlántico Sur",
        "Terre de Feu, Antarctique et îles de l’Atlantique Sud",
        "WWW MMM " * 12,
        "i" * 300,
    ],
)
def test_a_label_that_is_too_long_ends_in_an_ellipsis_and_leaves_room_for_bars(label: str) -> None:
    text, room = side_of(label)
    assert text[-1] == "…"
    assert text[:-1] == label[: len(text) - 1]
    assert text[-2] != " "
    assert room < 300


def test_a_hidden_count_has_a_hatched_box_of_one_size_and_no_bar() -> None:
    drawn = chart_of({("a",): 100, ("b",): "<5", ("c",): "x", ("_T",): 110}, 0)
    assert len(list(drawn.iter("rect"))) == 1
    boxes = [path.attrib["d"] for path in drawn.iter("path") if path.attrib["class"] == "x"]
    assert len(boxes) == 2
    assert "".join(drawn.itertext()).count("<5") == 1


def test_a_chart_of_nothing_is_drawn_and_can_be_read_aloud() -> None:
    drawn = chart_of({("a",): 0, ("_T",): 0}, 4)
    assert drawn.attrib["role"] == "img"
    said = {each.attrib["id"]: each.text for each in drawn if "id" in each.attrib}
    assert [said[name] for name in drawn.attrib["aria-labelledby"].split()] == [
        "<title>",
        "text & more",
    ]


def test_of_many_codes_the_largest_published_ones_are_drawn() -> None:
    codes = [f"c{n}" for n in range(MOST_ROWS + 9)]
    published: dict[tuple[str, ...], Shown] = {(code,): 5 * n for n, code in enumerate(codes)}
    # The true counts run the other way: they must not choose.
    cells = {(code,): 9000 - n for n, code in enumerate(codes)}
    table = PublishedTable(RawTable("t", ("region",), "calls", cells), published)
    chart = choose(table, Words("en", named))
    assert [code for code, _ in chart.rows] == codes[:8:-1]
    assert chart.of == len(codes)
    page = render(about(), Protected("rounded", (table_with_total(table),)), "digest")
    assert f"The {MOST_ROWS} largest of {len(codes)}" in page


def table_with_total(table: PublishedTable) -> PublishedTable:
    total = {("_T",): 0}
    raw = replace(table.raw, cells={**table.raw.cells, **total})
    return PublishedTable(raw, {**table.published, **total})


def test_a_short_dimension_is_set_side_by_side_with_its_total() -> None:
    table = rounded().tables[2]
    chart = choose(table, Words("en", named))
    assert [code for code, _ in chart.panels] == [
        "woman", "man", "trans_woman", "other", "unknown", "_T",
    ]  # fmt: skip
    (first, _), values = chart.rows[0], chart.values[0]
    assert list(values) == [table.published[first, panel] for panel, _ in chart.panels]
