"""The files of a release, as bytes: the same tables give the same bytes, on any machine."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from console.codebook import LANGUAGES
from console.errors import ConsoleError
from console.figures.published import Protected, PublishedTable
from console.figures.release.about import Description, Level, Restated, notes, reading
from console.figures.release.report import render
from console.figures.release.words import Labels, Words, clean, guard, wording
from console.figures.release.workbook import workbook
from console.figures.rounding import BASE
from console.figures.suppression import hidden_labels
from console.figures.tally import TOTAL, axes_of

__all__ = [
    "HIDDEN",
    "Description",
    "Labels",
    "Level",
    "Restated",
    "digest_of",
    "files_of",
    "guard",
    "labels_csv",
    "table_csv",
    "wording",
]

FORMAT = 1

_NAME = re.compile(r"[A-Za-z0-9_]+")

HIDDEN = hidden_labels()
"""The labels of hidden cells, with the least and the greatest count that each admits."""


def files_of(about: Description, protected: Protected) -> tuple[dict[str, bytes], str]:
    """Return the release's files by name, and its digest.

    The digest is the SHA-256, in hex, of one line a table in order: the SHA-256 of the table's
    file, two spaces, its name, a newline. ``sha256sum A.csv B.csv | sha256sum`` prints the same.
    Raises ``ConsoleError`` for a cell that the release's description would not explain, and for a
    table's name that no file can have.
    """
    _require_explained(protected)
    tables = {f"{table.raw.name}.csv": table_csv(about.period, table) for table in protected.tables}
    digest = digest_of(tables)
    files = {
        "release.json": _json(_description(about, protected, digest)),
        **tables,
        "labels.csv": labels_csv(protected.tables, about.labels),
        "figures.xlsx": workbook(about, protected, digest),
        "report.html": render(about, protected, digest).encode(),
    }
    if protected.mode == "suppressed":
        files["certificate.json"] = _json(protected.certificate)
        files["check_release.py"] = about.checker
    return files, digest


def _description(about: Description, protected: Protected, digest: str) -> dict[str, object]:
    words = {language: Words(language, about.labels) for language in LANGUAGES}
    described: dict[str, object] = {
        "format": FORMAT,
        "period": about.period,
        "vintage": about.vintage,
        "mode": protected.mode,
    }
    if about.restates:
        described["restates"] = {
            "vintage": about.restates.vintage,
            "late": about.restates.late,
        }
    if protected.mode == "rounded":
        described["rounding"] = {"base": BASE, "max_change": about.max_change}
    else:
        described["hidden"] = {label: list(bounds) for label, bounds in HIDDEN.items()}
    return {
        **described,
        "reading": {language: reading(about, protected, said) for language, said in words.items()},
        "notes": {language: notes(about, protected, said) for language, said in words.items()},
        "digest": digest,
        "audit_head": about.audit_head,
        "tables": [_entry(table) for table in protected.tables],
        "levels": [
            {
                "dimension": level.dimension,
                "coarser": level.coarser,
                "codes": {guard(fine): guard(coarse) for fine, coarse in level.codes.items()},
            }
            for level in about.levels
        ],
    }


def _entry(table: PublishedTable) -> dict[str, object]:
    entry: dict[str, object] = {
        "name": table.raw.name,
        "file": f"{table.raw.name}.csv",
        "dimensions": list(table.raw.dimensions),
        "counts": table.raw.counts,
    }
    return {**entry, "of": table.raw.mentioned} if table.raw.mentioned else entry


def _require_explained(protected: Protected) -> None:
    """Refuse a table that would overwrite another file, and cells that nobody could read."""
    known = frozenset(HIDDEN) if protected.mode == "suppressed" else frozenset[str]()
    for table in protected.tables:
        if not _NAME.fullmatch(table.raw.name) or table.raw.name == "labels":
            raise ConsoleError(f"{table.raw.name[:20]!a} cannot be a table's name; rename it")
        labels = {shown for shown in table.published.values() if isinstance(shown, str)}
        if labels - known:
            raise ConsoleError(f"the table {table.raw.name} has a cell that no reader could read")


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
            [dimension, code, language, clean(labels(language, dimension, code))]
            for dimension, listed in codes.items()
            for code in ("", *listed, TOTAL)
            for language in LANGUAGES
        ),
    )


def _json(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([guard(value) for value in row] for row in rows)
    return text.getvalue().encode()
