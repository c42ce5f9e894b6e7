"""The release as one self-contained page to read and print, made from published numbers only.

It holds every language; the reader chooses one without any script, and print shows that one.
"""

from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources
from math import ceil

from console.figures.published import Protected, PublishedTable, Shown
from console.figures.release.about import Description, notes, reading, title
from console.figures.release.charts import MOST_PANELS, choose, has_hidden, svg, whiskers
from console.figures.release.grid import NARROW, Coded, Grid, lay_out
from console.figures.release.words import Words
from console.figures.tally import TOTAL

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
{choice}
</style>
</head>
<body>
{switch}
{pages}
</body>
</html>
"""


def render(about: Description, protected: Protected, digest: str) -> str:
    """Return the report as HTML, in every language, opened in the description's own."""
    languages = about.words()
    style = (
        resources.files("console.figures.release").joinpath("report.css").read_text("utf-8").strip()
    )
    return _PAGE.format(
        language=about.language,
        title=escape(title(about, languages[0])),
        style=style,
        choice=",\n".join(
            f"#in-{words.language}:checked ~ article[lang={words.language}]" for words in languages
        )
        + " { display: block; }",
        switch="\n".join(_radio(words, words is languages[0]) for words in languages),
        pages="\n".join(_article(about, protected, words, digest) for words in languages),
    )


def _radio(words: Words, chosen: bool) -> str:
    code = words.language
    return (
        f'<input type="radio" name="language" id="in-{code}"{" checked" if chosen else ""}>'
        f'<label for="in-{code}" lang="{code}">{escape(words["language"])}</label>'
    )


def _article(about: Description, protected: Protected, words: Words, digest: str) -> str:
    names = [f"{words.language}-{at}" for at in range(1, len(protected.tables) + 1)]
    tables = list(zip(names, protected.tables, strict=True))
    slack = about.max_change if protected.mode == "rounded" else 0
    said = [reading(about, protected, words), *notes(about, protected, words)]
    anchors = [(words["digest"], digest), (words["audit"], about.audit_head)]
    return "\n".join(
        [
            f'<article lang="{words.language}">',
            f"<h1>{escape(title(about, words))}</h1>",
            f'<section class="how"><h2>{escape(words["how"])}</h2>',
            *(f"<p>{escape(paragraph)}</p>" for paragraph in said),
            "</section>",
            _totals(protected.tables, words),
            f'<nav aria-label="{escape(words["contents"])}"><ol>',
            *(f'<li><a href="#{name}">{_heading(table, words)}</a></li>' for name, table in tables),
            "</ol></nav>",
            *(_section(table, words, name, slack) for name, table in tables),
            '<footer class="small">',
            *(f"<p>{escape(label)}: <code>{escape(text)}</code></p>" for label, text in anchors),
            "</footer>",
            "</article>",
        ]
    )


def _totals(tables: Sequence[PublishedTable], words: Words) -> str:
    """State the grand total of each kind of count, as published, once."""
    seen: dict[str, str] = {}
    for table in tables:
        shown = table.published[(TOTAL,) * len(table.raw.dimensions)]
        seen.setdefault(words.unit(table.raw), str(shown))
    items = (f"<li><b>{escape(shown)}</b> {escape(unit)}</li>" for unit, shown in seen.items())
    return f'<ul class="totals">{"".join(items)}</ul>'


def _heading(table: PublishedTable, words: Words) -> str:
    return f"{escape(words.title(table.raw))} <small>({escape(words.unit(table.raw))})</small>"


def _section(table: PublishedTable, words: Words, name: str, slack: int) -> str:
    chart = choose(table, words)
    said = [words["chart"]]
    if chart.of > len(chart.rows):
        said.append(words["chart_largest"].format(shown=len(chart.rows), all=chart.of))
    if whiskers(chart, slack):
        said.append(words["chart_whisker"].format(change=slack))
    if has_hidden(chart):
        said.append(words["chart_hatched"])
    caption = escape(" ".join(said))
    drawing = svg(
        chart, name, f"{words.title(table.raw)} ({words.unit(table.raw)})", said[0], slack
    )
    grids = "\n".join(_grids(table, words, name))
    return (
        f'<section>\n<h2 id="{name}">{_heading(table, words)}</h2>\n'
        f"<figure>{drawing}<figcaption>{caption}</figcaption></figure>\n{grids}\n</section>"
    )


def _grids(table: PublishedTable, words: Words, name: str) -> Iterator[str]:
    """Print the table, in parts of equal width where it has more columns than fit."""
    grid = lay_out(table, words)
    heads = "".join(f'<th scope="col">{escape(label)}</th>' for _, label in grid.down)
    parts = ceil(len(grid.columns) / NARROW)
    size = ceil(len(grid.columns) / parts)
    for first in range(0, len(grid.columns), size):
        shown = grid.columns[first : first + size]
        caption = words["part"].format(
            first=first + 1, last=first + len(shown), all=len(grid.columns)
        )
        columns = _column_heads(shown, words.unit(table.raw), parts > 1)
        yield (
            f'<div class="scroll"><table aria-labelledby="{name}">'
            f"{f'<caption>{escape(caption)}</caption>' if parts > 1 else ''}"
            f"<thead><tr>{heads}{columns}</tr></thead>"
            f"<tbody>{''.join(_rows(grid, shown))}</tbody></table></div>"
        )


def _column_heads(columns: Sequence[Coded], unit: str, many: bool) -> str:
    turned = " turned" if many or len(columns) > MOST_PANELS + 1 else ""
    return "".join(
        f'<th scope="col" class="n{turned}"><span>{escape(label or unit)}</span></th>'
        for _, label in columns
    )


def _rows(grid: Grid, columns: Sequence[Coded]) -> Iterator[str]:
    before = ""
    for row in grid.rows:
        seen = ' class="again"' if len(row) > 1 and row[0][0] == before else ""
        before = row[0][0]
        heads = "".join(
            f'<th scope="row"{seen if not at else ""}>{escape(label)}</th>'
            for at, (_, label) in enumerate(row)
        )
        total = ' class="total"' if row[-1][0] == TOTAL else ""
        numbers = "".join(_number(grid.cell(row, column)) for column in columns)
        yield f"<tr{total}>{heads}{numbers}</tr>"


def _number(shown: Shown | None) -> str:
    return f"<td>{'–' if shown is None else escape(str(shown))}</td>"
