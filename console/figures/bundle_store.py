"""The SQL of bundles: which workstations there are, what they reported, who was absent."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from console.figures.tables import COUNTABLE
from console.figures.tally import Cell
from console.vault import Vault, trouble

Counts = Mapping[tuple[str, ...], Mapping[Cell, int]]
"""True counts of a month by their dimensions, as `console.figures.folding` keeps them."""

REPORTED = "SELECT dimensions, cells FROM reported WHERE period = ?"

SUCCESSORS = "SELECT dimension, code, successor FROM tally_successor"

WORKSTATIONS = "SELECT id, name, sign_public, since, until FROM workstation ORDER BY name"

ADD_WORKSTATION = """
    INSERT INTO workstation (id, name, sign_public, since, registered_on, registered_by)
    VALUES (?, ?, ?, ?, ?, ?)
"""

PIN = "UPDATE workstation SET name = ?, sign_public = ? WHERE id = ?"

RETIRE = "UPDATE workstation SET until = ? WHERE id = ?"

TAKEN = "SELECT batch, number FROM bundle WHERE period = ? AND workstation = ?"

DROP_BUNDLE = "DELETE FROM bundle WHERE period = ? AND workstation = ?"

ADD_BUNDLE = """
    INSERT INTO bundle (period, workstation, batch, number, calls, merged_on, merged_by)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""

ADD_REPORTED = """
    INSERT INTO reported (period, workstation, dimensions, cells) VALUES (?, ?, ?, ?)
"""

STATES = """
    SELECT w.name, b.calls, a.period IS NOT NULL
    FROM workstation w
    LEFT JOIN bundle b ON b.workstation = w.id AND b.period = ?1
    LEFT JOIN absence a ON a.workstation = w.id AND a.period = ?1
    WHERE (w.since <= ?1 AND (w.until IS NULL OR ?1 < w.until)) OR b.period IS NOT NULL
    ORDER BY w.name
"""

ADD_ABSENCE = """
    INSERT INTO absence (period, workstation, declared_on, declared_by) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""

DROP_ABSENCE = "DELETE FROM absence WHERE period = ? AND workstation = ?"

HANDED_OVER = "SELECT batch, number FROM handed_over WHERE period = ?"

MONTHS_HANDED_OVER = "SELECT period FROM handed_over ORDER BY period"

HAND_OVER = """
    INSERT INTO handed_over (period, batch, number, made_on, made_by) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET batch = excluded.batch, number = excluded.number,
        made_on = excluded.made_on, made_by = excluded.made_by
"""


@dataclass(frozen=True)
class Workstation:
    """Another vault whose counts this one waits for, from the month ``since`` to before ``until``.

    ``sign_public`` verifies its bundles.
    """

    id: str
    name: str
    sign_public: bytes
    since: str
    until: str | None


@dataclass(frozen=True)
class Report:
    """Where a workstation stands with a month: its data calls, None as long as it has not told."""

    workstation: str
    calls: int | None
    absent: bool

    @property
    def missing(self) -> bool:
        """Whether the month waits for it."""
        return self.calls is None and not self.absent


def reported(vault: Vault, period: str) -> dict[tuple[str, ...], Counter[Cell]]:
    """Return what all workstations together reported of a month, by dimensions.

    A merged code counts as its successor, but not where one call may mention both: how many did,
    the counts do not tell.
    """
    with trouble():
        rows = vault.db.execute(REPORTED, [period]).fetchall()
        successors = {row[:2]: row[2] for row in vault.db.execute(SUCCESSORS)} if rows else {}
    found: dict[tuple[str, ...], Counter[Cell]] = {}
    for listed, cells in rows:
        dimensions = tuple(json.loads(listed))
        counts = found.setdefault(dimensions, Counter())
        for codes, count in json.loads(cells):
            counts[tuple(codes)] += count
    return {
        dimensions: _succeeded(dimensions, counts, successors)
        for dimensions, counts in found.items()
    }


def _succeeded(
    dimensions: tuple[str, ...], counts: Counter[Cell], successors: Mapping[tuple[str, str], str]
) -> Counter[Cell]:
    if not successors:
        return counts
    moved: Counter[Cell] = Counter()
    for cell, count in counts.items():
        named = zip(dimensions, cell, strict=True)
        codes = (
            successors.get(pair, pair[1]) if pair[0] in COUNTABLE else pair[1] for pair in named
        )
        moved[tuple(codes)] += count
    return moved


def reports(vault: Vault, period: str) -> list[Report]:
    """Return where each workstation that is due for a month stands with it, by name."""
    with trouble():
        rows = vault.db.execute(STATES, [period]).fetchall()
    return [Report(name, calls, bool(absent)) for name, calls, absent in rows]


def workstations(vault: Vault) -> list[Workstation]:
    """Return every registered workstation by name, the retired ones among them."""
    with trouble():
        rows = vault.db.execute(WORKSTATIONS).fetchall()
    return [Workstation(id_, name, bytes(key), *rest) for id_, name, key, *rest in rows]


def register(vault: Vault, new: Workstation, *, day: str) -> None:
    """Add a workstation, inside the caller's transaction."""
    row = [new.id, new.name, new.sign_public, new.since, day, vault.member.name]
    vault.db.execute(ADD_WORKSTATION, row)


def pin(vault: Vault, changed: Workstation) -> None:
    """Take another name and another key for a workstation's, inside the caller's transaction."""
    vault.db.execute(PIN, [changed.name, changed.sign_public, changed.id])


def retire(vault: Vault, workstation: str, period: str) -> None:
    """Wait for a workstation no more from a month on, inside the caller's transaction."""
    vault.db.execute(RETIRE, [period, workstation])


def taken(vault: Vault, period: str, workstation: str) -> tuple[str, int] | None:
    """Return batch and number of the bundle that was taken, None if there is none."""
    with trouble():
        row = vault.db.execute(TAKEN, [period, workstation]).fetchone()
    return None if row is None else (str(row[0]), int(row[1]))


def take(
    vault: Vault,
    period: str,
    workstation: str,
    batch: str,
    number: int,
    calls: int,
    counts: Counts,
    *,
    day: str,
) -> None:
    """Keep a bundle in the place of an earlier one, inside the caller's transaction."""
    vault.db.execute(DROP_BUNDLE, [period, workstation])
    vault.db.execute(DROP_ABSENCE, [period, workstation])
    row = [period, workstation, batch, number, calls, day, vault.member.name]
    vault.db.execute(ADD_BUNDLE, row)
    vault.db.conn.executemany(ADD_REPORTED, _rows(period, workstation, counts))


def _rows(period: str, workstation: str, counts: Counts) -> Iterable[tuple[str, str, str, str]]:
    for dimensions, cells in counts.items():
        listed = json.dumps([[cell, count] for cell, count in cells.items()])
        yield period, workstation, json.dumps(dimensions), listed


def declare_absent(vault: Vault, period: str, workstation: str, *, day: str) -> None:
    """Note that a month does not wait for a workstation, inside the caller's transaction."""
    vault.db.execute(ADD_ABSENCE, [period, workstation, day, vault.member.name])


def handed_over(vault: Vault, period: str) -> tuple[str, int] | None:
    """Return batch and number of the last bundle made here of a month, None if there is none."""
    with trouble():
        row = vault.db.execute(HANDED_OVER, [period]).fetchone()
    return None if row is None else (str(row[0]), int(row[1]))


def months_handed_over(vault: Vault) -> list[str]:
    """Return the months that bundles were made of here, oldest first."""
    with trouble():
        return [str(period) for (period,) in vault.db.execute(MONTHS_HANDED_OVER)]


def hand_over(vault: Vault, period: str, batch: str, number: int, *, day: str) -> None:
    """Note that a bundle of a month was made here, inside the caller's transaction."""
    vault.db.execute(HAND_OVER, [period, batch, number, day, vault.member.name])
