"""The SQL of the breaks' room: rows in, pure dataclasses out."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from console.breaks.load import Weight
from console.breaks.pause import Break
from console.breaks.rota import Shift

if TYPE_CHECKING:
    from console.vault import Vault

LOAD = """
SELECT distress, minutes, ended_at, day, hour FROM call_load
WHERE member = ? AND day BETWEEN ? AND ?
"""
FIRST_RATED = "SELECT min(day) FROM call_load WHERE member = ?"

ON_SHIFT = """
SELECT member, starts_at, ends_at FROM shift
WHERE starts_at <= ?1 AND ends_at > ?1 ORDER BY starts_at, member
"""
SHIFTS = """
SELECT member, starts_at, ends_at FROM shift
WHERE starts_at < ? AND ends_at > ? ORDER BY starts_at, member
"""
DROP_SHIFTS = "DELETE FROM shift WHERE member = ? AND starts_at >= ? AND starts_at < ?"
OVERLAPPING = "SELECT 1 FROM shift WHERE member = ? AND starts_at < ? AND ends_at > ?"
PUT_SHIFT = "INSERT INTO shift (member, starts_at, ends_at) VALUES (?, ?, ?)"

BREAK = """
SELECT id, member, kind, minutes, due_at, started_at, ended_at, missed FROM debrief WHERE id = ?
"""
RUNNING = """
SELECT id, member, kind, minutes, due_at, started_at, ended_at, missed FROM debrief
WHERE member = ? AND started_at IS NOT NULL AND ended_at IS NULL ORDER BY id LIMIT 1
"""
WAITING = """
SELECT id, member, kind, minutes, due_at, started_at, ended_at, missed FROM debrief
WHERE member = ? AND started_at IS NULL ORDER BY due_at, id
"""
PUT_BREAK = "INSERT INTO debrief (member, kind, minutes, due_at) VALUES (?, ?, ?, ?)"
SET_DUE = "UPDATE debrief SET due_at = ?, minutes = ?, missed = ? WHERE id = ?"
SET_STARTED = "UPDATE debrief SET started_at = ? WHERE id = ?"
SET_ENDED = "UPDATE debrief SET ended_at = ? WHERE id = ?"
DROP_BREAK = "DELETE FROM debrief WHERE id = ? AND started_at IS NULL"
LAST_ENDED = "SELECT max(ended_at) FROM debrief WHERE member = ?"
LAST_ENDED_OF = "SELECT max(ended_at) FROM debrief WHERE member = ? AND kind = ?"
AWAY = "SELECT member FROM debrief WHERE started_at > ? AND ended_at IS NULL"


def instant(moment: datetime) -> str:
    """Return an aware time as the vault keeps it: UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def weights(vault: "Vault", member: str, *, now: datetime, days: int) -> list[Weight]:
    """Return a member's rated calls of the last ``days``, today's among them.

    Tomorrow's too: a clock that was set back leaves calls in the future.
    """
    first = (now.date() - timedelta(days=days)).isoformat()
    last = (now.date() + timedelta(days=1)).isoformat()
    rows = vault.db.execute(LOAD, (member, first, last)).fetchall()
    return [
        Weight(distress, minutes or 0, _ended(ended_at, day, hour, now.tzinfo))
        for distress, minutes, ended_at, day, hour in rows
    ]


def _ended(ended_at: str | None, day: str, hour: int | None, zone: tzinfo | None) -> datetime:
    """Return when a call ended; the middle of its hour once nothing finer is kept."""
    if ended_at is not None:
        return datetime.fromisoformat(ended_at).astimezone(zone)
    midnight = datetime.fromisoformat(day).replace(tzinfo=zone)
    return midnight + timedelta(hours=12 if hour is None else hour + 0.5)


def first_rated(vault: "Vault", member: str, zone: tzinfo | None) -> datetime | None:
    """Return the day of a member's first rated call, None if she has none."""
    row = vault.db.execute(FIRST_RATED, (member,)).fetchone()
    return datetime.fromisoformat(row[0]).replace(tzinfo=zone) if row[0] else None


def last_ended(
    vault: "Vault", member: str, zone: tzinfo | None, kind: str | None = None
) -> datetime | None:
    """Return when a member's last break (of ``kind``) ended, None if she had none."""
    if kind is None:
        row = vault.db.execute(LAST_ENDED, (member,)).fetchone()
    else:
        row = vault.db.execute(LAST_ENDED_OF, (member, kind)).fetchone()
    return datetime.fromisoformat(row[0]).astimezone(zone) if row[0] else None


def on_shift(vault: "Vault", now: datetime) -> list[Shift]:
    """Return the shifts that run at ``now``."""
    rows = vault.db.execute(ON_SHIFT, (instant(now),)).fetchall()
    return [_shift(row, now.tzinfo) for row in rows]


def shifts(vault: "Vault", begin: datetime, end: datetime) -> list[Shift]:
    """Return the shifts that run at any moment between ``begin`` and ``end``."""
    rows = vault.db.execute(SHIFTS, (instant(end), instant(begin))).fetchall()
    return [_shift(row, begin.tzinfo) for row in rows]


def replace_shifts(vault: "Vault", rota: Sequence[Shift]) -> Shift | None:
    """Put ``rota`` in place of what its members had from its first local day to its last.

    Return a shift that overlaps one that stays, None if all is well; inside the caller's
    transaction.
    """
    first = _midnight(min(shift.starts for shift in rota), 0)
    after = _midnight(max(shift.starts for shift in rota), 1)
    for member in {shift.member for shift in rota}:
        vault.db.execute(DROP_SHIFTS, (member, instant(first), instant(after)))
    for shift in rota:
        starts, ends = instant(shift.starts), instant(shift.ends)
        if vault.db.execute(OVERLAPPING, (shift.member, ends, starts)).fetchone():
            return shift
        vault.db.execute(PUT_SHIFT, (shift.member, starts, ends))
    return None


def _midnight(moment: datetime, days: int) -> datetime:
    return datetime.combine(moment.date() + timedelta(days=days), time(), moment.tzinfo)


def away(vault: "Vault", since: datetime) -> list[str]:
    """Return the members on a break that began after ``since``."""
    return [row[0] for row in vault.db.execute(AWAY, (instant(since),)).fetchall()]


def break_(vault: "Vault", number: int, zone: tzinfo | None) -> Break | None:
    """Return one break, None if there is none of that number."""
    row = vault.db.execute(BREAK, (number,)).fetchone()
    return None if row is None else _break(row, zone)


def running(vault: "Vault", member: str, zone: tzinfo | None) -> Break | None:
    """Return the break that a member is on."""
    row = vault.db.execute(RUNNING, (member,)).fetchone()
    return None if row is None else _break(row, zone)


def waiting(vault: "Vault", member: str, zone: tzinfo | None) -> list[Break]:
    """Return the breaks that a member has not taken, the one due first in front."""
    return [_break(row, zone) for row in vault.db.execute(WAITING, (member,)).fetchall()]


def _shift(row: tuple[str, str, str], zone: tzinfo | None) -> Shift:
    member, starts, ends = row
    return Shift(
        member,
        datetime.fromisoformat(starts).astimezone(zone),
        datetime.fromisoformat(ends).astimezone(zone),
    )


def _break(row: tuple[Any, ...], zone: tzinfo | None) -> Break:
    number, member, kind, minutes, due_at, started_at, ended_at, missed = row
    return Break(
        id=number,
        member=member,
        kind=kind,
        minutes=minutes,
        due_at=datetime.fromisoformat(due_at).astimezone(zone),
        started_at=datetime.fromisoformat(started_at).astimezone(zone) if started_at else None,
        ended_at=datetime.fromisoformat(ended_at).astimezone(zone) if ended_at else None,
        missed=missed,
    )
