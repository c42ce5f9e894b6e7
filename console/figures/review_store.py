"""The SQL of looking back: the newest release of each month, whatever published it."""

import json
from collections.abc import Mapping

from console.figures.tally import Cell
from console.vault import Vault

NEWEST = """
    SELECT r.period, r.vintage, r.mode
    FROM release r
    WHERE r.period GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]'
      AND r.vintage = (SELECT max(vintage) FROM release WHERE period = r.period)
    ORDER BY r.period
"""

FILE = "SELECT content FROM release_file WHERE period = ? AND vintage = ? AND name = ?"

TRUE = """SELECT name, cell, "true" FROM release_cell WHERE period = ? AND vintage = ?"""


def newest(vault: Vault) -> dict[str, tuple[int, str]]:
    """Return the newest vintage of every published month, and its mode, oldest month first."""
    return {period: (vintage, mode) for period, vintage, mode in vault.db.execute(NEWEST)}


def file(vault: Vault, period: str, vintage: int, name: str) -> str:
    """Return a file of a release as it was published; empty where the release has no such file."""
    row = vault.db.execute(FILE, [period, vintage, name]).fetchone()
    return bytes(row[0]).decode("utf-8") if row else ""


def true(vault: Vault, period: str, vintage: int) -> Mapping[tuple[str, Cell], int]:
    """Return the true counts of a release when it was published, by table and cell."""
    return {
        (name, tuple(json.loads(cell))): count
        for name, cell, count in vault.db.execute(TRUE, [period, vintage])
    }
