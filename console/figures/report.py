"""The release as one self-contained page to read and print, made from published numbers only."""

from collections.abc import Callable, Sequence
from html import escape
from itertools import product

from console.figures.published import PublishedTable
from console.figures.tally import TOTAL, axes_of

Words = Callable[[str, str], str]

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; color: #1b1b1b; }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h2 {{ margin-top: 2.5rem; break-after: avoid; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; margin-top: 1rem; }}
th, td {{ padding: .15rem .6rem; border-bottom: 1px solid #ddd; text-align: right; }}
th:first-child {{ text-align: left; font-weight: 500; }}
tr:last-child > *, td:last-child {{ font-weight: 600; }}
tr {{ break-inside: avoid; }}
thead th {{ vertical-align: bottom; border-bottom: 2px solid #555; }}
svg {{ max-width: 100%; height: auto; break-inside: avoid; }}
.scroll {{ overflow-x: auto; }}
.small {{ color: #555; font-size: .85em; overflow-wrap: anywhere; }}
@media print {{
  body {{ margin: 0; max-width: none; font-size: 9pt; }}
  .scroll {{ overflow: visible; }}
}}
</style>
</head>
<body>
<h1>{title}</h1>
{reading}
{tables}
<p class="small">{anchors}</p>
</body>
</html>
"""

_BAR, _LABEL, _WIDTH = 20, 250, 720


def render(
    period: str,
    site: str,
    anchors: Sequence[tuple[str, str]],
    tables: Sequence[PublishedTable],
    words: Words,
    reading: Sequence[tuple[str, Sequence[str]]],
) -> str:
    """Return the report as HTML. ``words`` gives the label of (dimension, code).

    ``reading`` is how to read the figures: languages with their paragraphs. ``anchors`` are named
    hashes for the foot of the page.
    """
    title = escape(f"{site}: figures of {period}" if site else f"Figures of {period}")
    return _PAGE.format(
        title=title,
        reading="\n".join(
            f'<p lang="{language}">{escape(" ".join(paragraphs))}</p>'
            for language, paragraphs in reading
        ),
        tables="\n".join(_section(table, words) for table in tables),
        anchors="<br>".join(escape(f"{name}: {value}") for name, value in anchors),
    )


def _section(table: PublishedTable, words: Words) -> str:
    names = " × ".join(words(dimension, "") for dimension in table.raw.dimensions)
    return (
        f"<h2>{escape(names)} <small>({table.raw.counts})</small></h2>\n"
        f'{_chart(table, words)}\n<div class="scroll">{_grid(table, words)}</div>'
    )


def _chart(table: PublishedTable, words: Words) -> str:
    """Draw a bar for each code of the first dimension, as long as its published total."""
    first, axis = table.raw.dimensions[0], axes_of(table.raw)[0]
    rest = (TOTAL,) * (len(table.raw.dimensions) - 1)
    counts = [(words(first, code), table.published[code, *rest]) for code in axis]
    lengths = [count if isinstance(count, int) else 0 for _, count in counts]
    room = _WIDTH - _LABEL - 60
    longest = max(lengths, default=0) or 1
    bars = []
    for at, (label, count) in enumerate(counts):
        length, top = room * lengths[at] // longest, at * _BAR
        bars.append(
            f'<text x="{_LABEL - 8}" y="{top + 14}" text-anchor="end">{escape(label)}</text>'
            f'<rect x="{_LABEL}" y="{top + 3}" width="{length}" height="{_BAR - 6}"/>'
            f'<text x="{_LABEL + length + 6}" y="{top + 14}">{escape(str(count))}</text>'
        )
    height = _BAR * len(counts)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
        f'font-size="13" fill="#2f5d8a">{"".join(bars)}</svg>'
    )


def _grid(table: PublishedTable, words: Words) -> str:
    """Lay out the last dimension as columns and all combinations of the others as rows."""
    *others, (last, columns) = [
        (dimension, (*codes, TOTAL))
        for dimension, codes in zip(table.raw.dimensions, axes_of(table.raw), strict=True)
    ]
    if not others:
        others, last, columns = [(last, columns)], "", ()
    corner = " · ".join(words(dimension, "") for dimension, _ in others)
    heads = "".join(f"<th>{escape(words(last, code))}</th>" for code in columns) or "<th></th>"
    lines = []
    for codes in product(*(axis for _, axis in others)):
        label = " · ".join(
            words(dimension, code) for (dimension, _), code in zip(others, codes, strict=True)
        )
        cells = [(*codes, column) for column in columns] or [codes]
        numbers = "".join(f"<td>{escape(str(table.published[cell]))}</td>" for cell in cells)
        lines.append(f"<tr><th>{escape(label)}</th>{numbers}</tr>")
    return (
        f"<table><thead><tr><th>{escape(corner)}</th>{heads}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )
