"""The ledger's SQL: what was published, for ever, and which months there are."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from console.figures.published import PublishedTable
from console.figures.rounding import Identity, Running, identity
from console.figures.tally import RawTable
from console.vault import Vault

PERIODS = """
    SELECT period, sum(calls), max(published) FROM (
        SELECT period, count(*) AS calls, 0 AS published FROM tally_call GROUP BY period
        UNION ALL
        SELECT period, count, 0 FROM folded WHERE dimensions = '["kind"]' AND cell = '["data"]'
        UNION ALL
        SELECT period, 0, 1 FROM published_period
    )
    GROUP BY period ORDER BY period
"""

HISTORY = """
    SELECT period, vintage, mode, published_on, published_by, digest
    FROM release ORDER BY period, vintage
"""

LATEST = """
    SELECT vintage, mode, digest FROM release WHERE period = ? ORDER BY vintage DESC LIMIT 1
"""

FILES = "SELECT name, content FROM release_file WHERE period = ? AND vintage = ? ORDER BY name"

CHANGE = """
    SELECT avg(abs(published - "true")), max(abs(published - "true")), count(DISTINCT name)
    FROM release_cell WHERE period = ? AND vintage = ?
"""

NEWEST_CELLS = """
    SELECT c.period, c.name, c.cell, c.published, c."true"
    FROM release_cell c
    JOIN (SELECT period, max(vintage) AS vintage FROM release GROUP BY period) newest
      ON newest.period = c.period AND newest.vintage = c.vintage
"""

NEWEST_DESCRIPTIONS = """
    SELECT f.period, f.content
    FROM release_file f
    JOIN (SELECT period, max(vintage) AS vintage FROM release GROUP BY period) newest
      ON newest.period = f.period AND newest.vintage = f.vintage
    WHERE f.name = 'release.json'
"""

DESCRIPTIONS = """
    SELECT period, vintage, content FROM release_file
    WHERE name = 'release.json' ORDER BY period, vintage
"""

ADD_RELEASE = """
    INSERT INTO release (period, vintage, mode, published_on, published_by, digest)
    VALUES (?, ?, ?, ?, ?, ?)
"""

ADD_FILE = "INSERT INTO release_file (period, vintage, name, content) VALUES (?, ?, ?, ?)"

ADD_CELL = """
    INSERT INTO release_cell (period, vintage, name, cell, published, "true")
    VALUES (?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True)
class Frozen:
    """A published release as the ledger keeps it; changes are in calls, over all printed cells."""

    vintage: int
    mode: str
    digest: str
    files: dict[str, bytes]
    tables: int
    mean_change: float
    largest_change: int


def periods(vault: Vault) -> list[tuple[str, int, bool]]:
    """Return each month with data calls or a release: month, calls, whether it is published."""
    return [(row[0], row[1], bool(row[2])) for row in vault.db.execute(PERIODS)]


def history(vault: Vault) -> list[tuple[str, int, str, str, str, str]]:
    """Return the ledger's releases, oldest month first, as rows of the table ``release``."""
    return [tuple(row) for row in vault.db.execute(HISTORY)]


def audit_heads(vault: Vault) -> dict[str, str]:
    """Return the head of the audit trail that each release states, by month, the newest vintage."""
    return {
        period: str(json.loads(content).get("audit_head", ""))
        for period, _, content in vault.db.execute(DESCRIPTIONS)
    }


def latest(vault: Vault, period: str) -> Frozen | None:
    """Return the newest vintage that was published of a month, or nothing."""
    release = vault.db.execute(LATEST, [period]).fetchone()
    if release is None:
        return None
    vintage, mode, digest = release
    files = {row[0]: bytes(row[1]) for row in vault.db.execute(FILES, [period, vintage])}
    mean, largest, tables = vault.db.execute(CHANGE, [period, vintage]).fetchone()
    return Frozen(vintage, mode, digest, files, tables, mean or 0.0, largest or 0)


def running(vault: Vault, many_valued: Collection[str]) -> dict[Identity, Running]:
    """Return the sums of every cell over all published months, each month's newest vintage once."""
    shapes: dict[tuple[str, str], RawTable] = {}
    for period, content in vault.db.execute(NEWEST_DESCRIPTIONS):
        for table in json.loads(content)["tables"]:
            shapes[period, table["name"]] = RawTable(
                table["name"],
                tuple(table["dimensions"]),
                table["counts"],
                {},
                next((name for name in table["dimensions"] if name in many_valued), ""),
            )
    seen: dict[tuple[str, Identity], tuple[int, int]] = {}
    for period, name, cell, published, true in vault.db.execute(NEWEST_CELLS):
        key = identity(shapes[period, name], tuple(json.loads(cell)))
        seen[period, key] = (published, true)
    sums: dict[Identity, Running] = {}
    for (_, key), (published, true) in seen.items():
        so_far = sums.get(key, Running())
        sums[key] = Running(so_far.published + published, so_far.true + true)
    return sums


def publish(
    vault: Vault,
    period: str,
    tables: Sequence[PublishedTable],
    files: Mapping[str, bytes],
    *,
    digest: str,
    day: str,
) -> None:
    """Write the first vintage of a month into the ledger, inside the caller's transaction."""
    vintage = 1
    vault.db.execute(ADD_RELEASE, [period, vintage, "rounded", day, vault.member.name, digest])
    vault.db.conn.executemany(
        ADD_FILE, [(period, vintage, name, content) for name, content in files.items()]
    )
    vault.db.conn.executemany(
        ADD_CELL,
        [
            (period, vintage, table.raw.name, json.dumps(cell), count, table.raw.cells[cell])
            for table in tables
            for cell, count in table.published.items()
        ],
    )
