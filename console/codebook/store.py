"""The SQL of the codebook: table ``code``, the site's own codes and shipped ones it retired."""

import json
from typing import TYPE_CHECKING

from console.codebook.model import Entry
from console.vault import trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from console.vault import Vault

# dimension, code, parent, labels and words as JSON, retired or not
SiteRow = tuple[str, str, str | None, str, str, int]

SITE_CODES = """
    SELECT dimension, code, parent, labels, words, retired_on IS NOT NULL
    FROM code ORDER BY added_on, dimension, code
"""
HAS_CODE = "SELECT EXISTS (SELECT 1 FROM code WHERE dimension = ? AND code = ?)"
ADD_CODE = "INSERT INTO code (dimension, code, labels, words, added_on) VALUES (?, ?, ?, ?, ?)"


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


def has(vault: "Vault", dimension: str, code: str) -> bool:
    """Tell whether table ``code`` holds the code."""
    with trouble():
        return bool(vault.db.execute(HAS_CODE, [dimension, code]).fetchone()[0])


def insert(
    vault: "Vault",
    dimension: str,
    code: str,
    labels: "Mapping[str, str]",
    words: "Mapping[str, list[str]]",
    *,
    now: "datetime",
) -> None:
    """Insert one site code and its line of the audit trail, in one transaction."""
    with vault.transaction():
        vault.db.execute(
            ADD_CODE,
            [
                dimension,
                code,
                json.dumps(dict(labels), ensure_ascii=False),
                json.dumps(dict(words), ensure_ascii=False),
                now.date().isoformat(),
            ],
        )
        vault.audit("code.added", f"{dimension}/{code}", now=now)
