"""The ledger's SQL: what was published, for ever, what is closed, and what came in late."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from console.figures.published import PublishedTable, Shown
from console.figures.rounding import Identity, Running, identity
from console.figures.sums import Month
from console.figures.tally import Cell, RawTable
from console.vault import Vault

PERIODS = """
    SELECT period, sum(calls), max(late), max(closed), max(published) FROM (
        SELECT period, count(*) AS calls, 0 AS late, 0 AS closed, 0 AS published
        FROM tally_call GROUP BY period
        UNION ALL
        SELECT period, count, 0, 0, 0
        FROM folded WHERE dimensions = '["kind"]' AND cell = '["data"]'
        UNION ALL
        SELECT period, calls, 0, 0, 0 FROM bundle
        UNION ALL
        SELECT period, 0, count(*), 0, 0 FROM tally_late WHERE kind = 'data' GROUP BY period
        UNION ALL
        SELECT period, 0, 0, 1, 0 FROM closing
        UNION ALL
        SELECT period, 0, 0, 1, 1 FROM release
        WHERE period GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]'
    )
    GROUP BY period ORDER BY period
"""

LATE = """
    SELECT month, period, count(*) FROM tally_late WHERE kind = 'data'
    GROUP BY month, period ORDER BY month, period
"""

# The month that a call counts in is the ledger's to say, once its own is closed.
COUNT_BACK = """
    UPDATE call SET period = ?1
    WHERE substr(day, 1, 7) = ?1 AND period > ?1
      AND period NOT IN (SELECT period FROM closed_period)
"""

CLOSINGS = "SELECT period, closed_on, closed_by FROM closing"

CLOSE = "INSERT INTO closing (period, closed_on, closed_by) VALUES (?, ?, ?)"

HOURS = "SELECT hour, action FROM audit ORDER BY seq"

FIRST_HOUR = "SELECT hour FROM audit ORDER BY seq LIMIT 1"

FIRST_MONTH = """
    SELECT min(month) FROM (
        SELECT min(period) AS month FROM tally_kind
        UNION ALL
        SELECT min(month) FROM tally_late
        UNION ALL
        SELECT min(period) FROM folded
        UNION ALL
        SELECT min(period) FROM bundle
    )
"""

HISTORY = """
    SELECT period, vintage, mode, published_on, published_by, digest
    FROM release ORDER BY period, vintage
"""

RELEASE = """
    SELECT vintage, mode, digest FROM release
    WHERE period = ?1 AND vintage = coalesce(
        ?2, (SELECT max(vintage) FROM release WHERE period = ?1))
"""

FILES = "SELECT name, content FROM release_file WHERE period = ? AND vintage = ? ORDER BY name"

# A hidden cell's label is text; it was changed by nothing that could be counted.
CHANGE = """
    SELECT avg(abs(published - "true")) FILTER (WHERE typeof(published) = 'integer'),
           max(abs(published - "true")) FILTER (WHERE typeof(published) = 'integer'),
           count(DISTINCT name)
    FROM release_cell WHERE period = ? AND vintage = ?
"""

CELLS = """
    SELECT name, cell, published, "true" FROM release_cell WHERE period = ? AND vintage = ?
"""

NEWEST_CELLS = """
    SELECT c.period, c.name, c.cell, c.published, c."true"
    FROM release_cell c
    JOIN (SELECT period, max(vintage) AS vintage FROM release
          WHERE period GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]' AND period < ? GROUP BY period) newest
      ON newest.period = c.period AND newest.vintage = c.vintage
    WHERE typeof(c.published) = 'integer'
"""

NEWEST_DESCRIPTIONS = """
    SELECT f.period, f.content
    FROM release_file f
    JOIN (SELECT period, max(vintage) AS vintage FROM release
          WHERE period GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]' AND period < ? GROUP BY period) newest
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

ADD_REASON = "INSERT INTO restatement (period, vintage, reason) VALUES (?, ?, ?)"

REASONS = "SELECT period, vintage, reason FROM restatement"

AFTER_ALL = "~"
"""What every period comes before."""


@dataclass(frozen=True)
class Frozen:
    """A published release as the ledger keeps it; changes are in calls, over all printed counts."""

    vintage: int
    mode: str
    digest: str
    files: dict[str, bytes]
    tables: int
    mean_change: float
    largest_change: int


def periods(vault: Vault) -> list[tuple[str, int, int, bool, bool]]:
    """Return each month with data calls, a closing or a release.

    The columns: month, calls, how many of them are of an earlier month, closed, published.
    """
    return [(*row[:3], bool(row[3]), bool(row[4])) for row in vault.db.execute(PERIODS)]


def late(vault: Vault) -> list[tuple[str, str, int]]:
    """Return how many data calls of a month count in which later one: month, later one, calls."""
    return [tuple(row) for row in vault.db.execute(LATE)]


def count_back(vault: Vault, period: str) -> int:
    """Count the late contacts of a month in it, as far as they count in none that is closed.

    Returns how many; inside the caller's transaction.
    """
    return int(vault.db.execute(COUNT_BACK, [period]).rowcount)


def closings(vault: Vault) -> dict[str, tuple[str, str]]:
    """Return the months that were closed: on which day, by whom."""
    return {period: (day, member) for period, day, member in vault.db.execute(CLOSINGS)}


def close(vault: Vault, period: str, *, day: str) -> None:
    """Close a month, inside the caller's transaction."""
    vault.db.execute(CLOSE, [period, day, vault.member.name])


def hours(vault: Vault) -> list[tuple[str, str]]:
    """Return the hour (UTC) and the action of every line of the trail, oldest first."""
    return [(str(hour), str(action)) for hour, action in vault.db.execute(HOURS)]


def first_hour(vault: Vault) -> str:
    """Return the hour (UTC) of the trail's first line, empty before there is one."""
    row = vault.db.execute(FIRST_HOUR).fetchone()
    return "" if row is None else str(row[0])


def first_month(vault: Vault) -> str | None:
    """Return the earliest month that has a contact, own or reported, None if there is none."""
    [found] = vault.db.execute(FIRST_MONTH).fetchone()
    return None if found is None else str(found)


def history(vault: Vault) -> list[tuple[str, int, str, str, str, str]]:
    """Return the ledger's releases, oldest period first, as rows of the table ``release``."""
    return [tuple(row) for row in vault.db.execute(HISTORY)]


def audit_heads(vault: Vault) -> dict[str, str]:
    """Return the head of the audit trail that each release states, by period."""
    return {
        period: str(json.loads(content).get("audit_head", ""))
        for period, _, content in vault.db.execute(DESCRIPTIONS)
    }


def latest(vault: Vault, period: str) -> Frozen | None:
    """Return the newest vintage that was published of a period, or nothing."""
    return find(vault, period, None)


def find(vault: Vault, period: str, vintage: int | None) -> Frozen | None:
    """Return a vintage that was published of a period, the newest for None, or nothing."""
    release = vault.db.execute(RELEASE, [period, vintage]).fetchone()
    if release is None:
        return None
    number, mode, digest = release
    mean, largest, tables = vault.db.execute(CHANGE, [period, number]).fetchone()
    files = files_of(vault, period, number)
    return Frozen(number, mode, digest, files, tables, mean or 0.0, largest or 0)


def files_of(vault: Vault, period: str, vintage: int) -> dict[str, bytes]:
    """Return the files of a release by name."""
    return {row[0]: bytes(row[1]) for row in vault.db.execute(FILES, [period, vintage])}


def month(vault: Vault, period: str, vintage: int, many_valued: Collection[str]) -> Month:
    """Return what a release showed, with the true counts beside it."""
    shapes = dict(_shapes(files_of(vault, period, vintage)["release.json"], many_valued))
    shown: dict[str, dict[Cell, Shown]] = {name: {} for name in shapes}
    true: dict[str, dict[Cell, int]] = {name: {} for name in shapes}
    for name, listed, published, counted in vault.db.execute(CELLS, [period, vintage]):
        cell = tuple(json.loads(listed))
        shown[name][cell], true[name][cell] = published, counted
    return Month(
        period,
        tuple(
            PublishedTable(
                RawTable(name, raw.dimensions, raw.counts, true[name], raw.mentioned), shown[name]
            )
            for name, raw in shapes.items()
        ),
    )


def _shapes(
    description: bytes | str, many_valued: Collection[str]
) -> Iterator[tuple[str, RawTable]]:
    """Yield the tables that a ``release.json`` names, without their cells."""
    for table in json.loads(description)["tables"]:
        mentioned = next((name for name in table["dimensions"] if name in many_valued), "")
        yield (
            table["name"],
            RawTable(table["name"], tuple(table["dimensions"]), table["counts"], {}, mentioned),
        )


def running(
    vault: Vault, many_valued: Collection[str], before: str = AFTER_ALL
) -> dict[Identity, Running]:
    """Return the sums of every cell over all published months, each month's newest vintage once.

    Only months before ``before`` take part, and only counts that were shown.
    """
    shapes = {
        (period, name): shape
        for period, content in vault.db.execute(NEWEST_DESCRIPTIONS, [before])
        for name, shape in _shapes(content, many_valued)
    }
    seen: dict[tuple[str, Identity], tuple[int, int]] = {}
    for period, name, cell, published, true in vault.db.execute(NEWEST_CELLS, [before]):
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
    mode: str,
    vintage: int,
    digest: str,
    day: str,
) -> None:
    """Write a vintage of a period into the ledger, inside the caller's transaction."""
    vault.db.execute(ADD_RELEASE, [period, vintage, mode, day, vault.member.name, digest])
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


def give_reason(vault: Vault, period: str, vintage: int, reason: str) -> None:
    """Keep why a vintage was published, inside the caller's transaction."""
    vault.db.execute(ADD_REASON, [period, vintage, reason])


def reasons(vault: Vault) -> dict[tuple[str, int], str]:
    """Return why each later vintage was published, by period and vintage."""
    return {(period, vintage): reason for period, vintage, reason in vault.db.execute(REASONS)}
