"""The files of a release, as bytes: the same tables give the same bytes, on any machine."""

import csv
import hashlib
import io
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

from console.codebook import LANGUAGES
from console.figures.published import Protected, PublishedTable
from console.figures.report import render
from console.figures.rounding import BASE, MAX_CHANGE
from console.figures.tally import TOTAL, axes_of
from console.text import plain

FORMAT = 1
VINTAGE = 1
MODE = "rounded"


Labels = Callable[[str, str, str], str]
"""The words for a code: (language, dimension, code); an empty code is the dimension's own name."""

_FORMULA_STARTS = frozenset("=+-@|%\t\r\n＝＋－＠")


@cache
def wording() -> dict[str, dict[str, str]]:
    """Return what a release says in words, by language and key, from ``wording.toml``."""
    text = resources.files("console.figures").joinpath("wording.toml").read_text("utf-8")
    return tomllib.loads(text)


def guard(text: str) -> str:
    """Return one line that no spreadsheet takes for a formula: an apostrophe goes before such."""
    line = plain(text, lines=False).strip()
    return "'" + line if line[:1] in _FORMULA_STARTS and line else line


def files_of(
    period: str, site: str, protected: Protected, labels: Labels, audit_head: str
) -> tuple[dict[str, bytes], str]:
    """Return the release's files by name, and its digest.

    ``audit_head`` is the hash at the end of the audit trail: printed here, it anchors the trail to
    something outside the vault, so that rolling the vault back shows.

    The digest is the SHA-256, in hex, of one line a table in order: the SHA-256 of the table's
    file, two spaces, its name, a newline. ``sha256sum A.csv B.csv | sha256sum`` prints the same.
    """
    tables = {f"{table.raw.name}.csv": table_csv(period, table) for table in protected.tables}
    digest = digest_of(tables)
    notes = {language: _notes(language, protected) for language in LANGUAGES}
    reading = {language: wording()[language]["reading"] for language in LANGUAGES}
    description = {
        "format": FORMAT,
        "period": period,
        "vintage": VINTAGE,
        "mode": MODE,
        "rounding": {"base": BASE, "max_change": MAX_CHANGE},
        "reading": reading,
        "notes": notes,
        "digest": digest,
        "audit_head": audit_head,
        "tables": [
            {
                "name": table.raw.name,
                "file": f"{table.raw.name}.csv",
                "dimensions": list(table.raw.dimensions),
                "counts": table.raw.counts,
            }
            for table in protected.tables
        ],
    }
    files = {
        "release.json": (json.dumps(description, indent=2, ensure_ascii=False) + "\n").encode(),
        **tables,
        "labels.csv": labels_csv(protected.tables, labels),
        "report.html": render(
            period,
            plain(site, lines=False),
            (("SHA-256 of the tables", digest), ("Audit trail", audit_head)),
            protected.tables,
            lambda dimension, code: plain(labels("en", dimension, code), lines=False),
            [(language, [reading[language], *notes[language]]) for language in LANGUAGES],
        ).encode(),
    }
    return files, digest


def digest_of(tables: Mapping[str, bytes]) -> str:
    """Return the digest of a release's table files, given in order, as ``files_of`` defines it."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in tables.items()]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def table_csv(period: str, table: PublishedTable) -> bytes:
    """Return the tidy CSV of a table: every combination, codes in grid order, then totals."""
    return _csv(
        ["period", *table.raw.dimensions, "count"],
        ([period, *cell, str(count)] for cell, count in table.published.items()),
    )


def labels_csv(tables: Sequence[PublishedTable], labels: Labels) -> bytes:
    """Return the words for every dimension (empty code), code and total printed, by language."""
    codes: dict[str, tuple[str, ...]] = {}
    for table in tables:
        codes.update(zip(table.raw.dimensions, axes_of(table.raw), strict=True))
    return _csv(
        ["dimension", "code", "language", "label"],
        (
            [dimension, code, language, labels(language, dimension, code)]
            for dimension, listed in codes.items()
            for code in ("", *listed, TOTAL)
            for language in LANGUAGES
        ),
    )


def _notes(language: str, protected: Protected) -> list[str]:
    words = wording()[language]
    notes = [words["late"]]
    if any(table.raw.mentioned for table in protected.tables):
        notes.insert(0, words["mentions"])
    if protected.coarser:
        notes.append(f"{words['coarser']} {', '.join(protected.coarser)}.")
    return notes


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([guard(value) for value in row] for row in rows)
    return text.getvalue().encode()
