"""The SQL of the codebook: the site's own codes, its changes of shipped ones, and its merges."""

import json
from typing import TYPE_CHECKING, Any

from console.codebook.model import Entry
from console.vault import trouble

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.vault import Vault

# dimension, code, parent, labels and words as JSON, retired or not
SiteRow = tuple[str, str, str | None, str, str, int]
# dimension, code, the code that it counts as
MergeRow = tuple[str, str, str]

SITE_CODES = """
    SELECT dimension, code, parent, labels, words, retired_on IS NOT NULL
    FROM code ORDER BY added_on, dimension, code
"""
ONE_CODE = """
    SELECT dimension, code, parent, labels, words, retired_on IS NOT NULL
    FROM code WHERE dimension = ? AND code = ?
"""
HAS_CODE = "SELECT EXISTS (SELECT 1 FROM code WHERE dimension = ? AND code = ?)"
ADD_CODE = """
    INSERT INTO code (dimension, code, parent, labels, words, added_on) VALUES (?, ?, ?, ?, ?, ?)
"""
# A shipped code has no row until the site changes something of it.
NAME_CODE = """
    INSERT INTO code (dimension, code, labels, words, added_on) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET labels = excluded.labels, words = excluded.words
"""
RETIRE_CODE = """
    INSERT INTO code (dimension, code, added_on, retired_on) VALUES (?1, ?2, ?3, ?3)
    ON CONFLICT DO UPDATE SET retired_on = coalesce(retired_on, excluded.retired_on)
"""
UNRETIRE_CODE = "UPDATE code SET retired_on = NULL WHERE dimension = ? AND code = ?"

MERGES = "SELECT dimension, code, successor FROM code_merge ORDER BY dimension, code"
# What each merged code was merged into, before that was merged in its turn: the latest counts.
TARGETS = """
    SELECT m.code, coalesce(json_extract(c.detail, '$.into'), m.successor)
    FROM code_merge m
    LEFT JOIN code_change c
      ON c.dimension = m.dimension AND c.code = m.code AND c.change = 'merged'
    WHERE m.dimension = ? ORDER BY c.version
"""
DROP_MERGES = "DELETE FROM code_merge WHERE dimension = ?"
ADD_MERGE = "INSERT INTO code_merge (dimension, code, successor) VALUES (?, ?, ?)"

CHANGES = "SELECT version, day, dimension, code, change, detail FROM code_change ORDER BY version"
VERSION = "SELECT coalesce(max(version), 0) FROM code_change"
ADD_CHANGE = """
    INSERT INTO code_change (day, dimension, code, change, detail) VALUES (?, ?, ?, ?, ?)
"""


def site_rows(vault: "Vault") -> tuple[SiteRow, ...]:
    """Return what table ``code`` holds, the oldest first."""
    with trouble():
        return tuple(vault.db.execute(SITE_CODES))


def entry(row: SiteRow) -> Entry:
    """Return the code that a row of the table describes."""
    dimension, code, parent, labels, words, retired = row
    return Entry(
        dimension=dimension,
        code=code,
        parent=parent,
        labels=json.loads(labels),
        words={name: tuple(said) for name, said in json.loads(words).items()},
        retired=bool(retired),
    )


def own(vault: "Vault", dimension: str, code: str) -> Entry | None:
    """Return what table ``code`` says of the code, None when it has no row."""
    with trouble():
        row = vault.db.execute(ONE_CODE, [dimension, code]).fetchone()
    return None if row is None else entry(row)


def has(vault: "Vault", dimension: str, code: str) -> bool:
    """Tell whether table ``code`` holds the code."""
    with trouble():
        return bool(vault.db.execute(HAS_CODE, [dimension, code]).fetchone()[0])


def merges(vault: "Vault") -> tuple[MergeRow, ...]:
    """Return every merged code with the code that it counts as."""
    with trouble():
        return tuple(vault.db.execute(MERGES))


def targets(vault: "Vault", dimension: str) -> dict[str, str]:
    """Return by merged code of the dimension what it was merged into, merged itself or not."""
    with trouble():
        return dict(vault.db.execute(TARGETS, [dimension]))


def version(vault: "Vault") -> int:
    """Return the number of the last change, 0 before the first."""
    with trouble():
        return int(vault.db.execute(VERSION).fetchone()[0])


def changes(vault: "Vault") -> list[tuple[int, str, str, str, str, dict[str, Any]]]:
    """Return the rows of table ``code_change``, the oldest first."""
    with trouble():
        return [(*row[:5], json.loads(row[5])) for row in vault.db.execute(CHANGES)]


def add(
    vault: "Vault",
    dimension: str,
    code: str,
    labels: "Mapping[str, str]",
    words: "Mapping[str, Sequence[str]]",
    *,
    parent: str | None,
    day: str,
) -> None:
    """Insert a site code, inside the caller's transaction."""
    vault.db.execute(ADD_CODE, [dimension, code, parent, _json(labels), _json(words), day])


def name(
    vault: "Vault",
    dimension: str,
    code: str,
    labels: "Mapping[str, str]",
    words: "Mapping[str, Sequence[str]]",
    *,
    day: str,
) -> None:
    """Keep the site's labels and words of a code, inside the caller's transaction."""
    vault.db.execute(NAME_CODE, [dimension, code, _json(labels), _json(words), day])


def retire(vault: "Vault", dimension: str, code: str, *, day: str) -> None:
    """Retire a code, inside the caller's transaction; one that is retired keeps its day."""
    vault.db.execute(RETIRE_CODE, [dimension, code, day])


def unretire(vault: "Vault", dimension: str, code: str) -> None:
    """Take a code into use again, inside the caller's transaction."""
    vault.db.execute(UNRETIRE_CODE, [dimension, code])


def merge(vault: "Vault", dimension: str, successors: "Mapping[str, str]") -> None:
    """Put ``successors`` in place of the dimension's merges, inside the caller's transaction."""
    vault.db.execute(DROP_MERGES, [dimension])
    for code, successor in successors.items():
        vault.db.execute(ADD_MERGE, [dimension, code, successor])


def add_change(
    vault: "Vault",
    dimension: str,
    code: str,
    change: str,
    detail: "Mapping[str, Any]",
    *,
    day: str,
) -> None:
    """Insert the next change, inside the caller's transaction."""
    vault.db.execute(ADD_CHANGE, [day, dimension, code, change, _json(detail)])


def _json(value: "Mapping[str, Any]") -> str:
    return json.dumps(dict(value), ensure_ascii=False)
