"""The SQL of the demonstration: many made-up rows at once, where the rooms take one at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.vault import Vault

LAST_CALL = "SELECT coalesce(max(id), 0) FROM call"

PUT_CALL = """
    INSERT INTO call (
        id, operator, day, hour, minutes, ended_at, period, kind, distress, caller, gender, age,
        region, language, perpetrator, urgency, safe, first_disclosure, prior_contact, source,
        campaign, campus, want, outcome, relation)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

PUT_MENTION = "INSERT INTO call_mention (call, dimension, code) VALUES (?, ?, ?)"

PUT_SHIFT = "INSERT INTO shift (member, starts_at, ends_at) VALUES (?, ?, ?)"

SERVICES = "SELECT id FROM service ORDER BY id"

ASSURE = "UPDATE service SET assured_date = ? WHERE id = ?"

# In the order of PUT_CALL.
SINGLE = (
    "caller", "gender", "age", "region", "language", "perpetrator", "urgency", "safe",
    "first_disclosure", "prior_contact", "source", "campaign", "campus", "want", "outcome",
    "relation",
)  # fmt: skip
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Row:
    """One finished call: ``single`` by dimension, ``mentions`` as (dimension, code)."""

    operator: str
    day: date
    hour: int
    minutes: int
    ended_at: datetime | None
    kind: str
    distress: int | None
    single: Mapping[str, str]
    mentions: tuple[tuple[str, str], ...]


def put_calls(vault: "Vault", rows: Iterable[Row]) -> list[int]:
    """Insert finished calls, inside the caller's transaction; return their numbers in order."""
    (last,) = vault.db.execute(LAST_CALL).fetchone()
    numbered = list(enumerate(rows, last + 1))
    vault.db.conn.executemany(PUT_CALL, (_values(number, row) for number, row in numbered))
    mentions = ((number, *each) for number, row in numbered for each in row.mentions)
    vault.db.conn.executemany(PUT_MENTION, mentions)
    return [number for number, _ in numbered]


def put_shifts(vault: "Vault", shifts: Iterable[tuple[str, datetime, datetime]]) -> None:
    """Insert shifts (member, start, end), inside the caller's transaction."""
    vault.db.conn.executemany(
        PUT_SHIFT, ((member, _utc(starts), _utc(ends)) for member, starts, ends in shifts)
    )


def services(vault: "Vault") -> list[str]:
    """Return the identifiers of all services, sorted."""
    return [row[0] for row in vault.db.execute(SERVICES)]


def put_assured(vault: "Vault", days: Mapping[str, date]) -> None:
    """Set when services were last verified, inside the caller's transaction."""
    vault.db.conn.executemany(ASSURE, ((day.isoformat(), each) for each, day in days.items()))


def _values(number: int, row: Row) -> tuple[object, ...]:
    day = row.day.isoformat()
    return (
        number,
        row.operator,
        day,
        row.hour,
        row.minutes,
        _utc(row.ended_at) if row.ended_at else None,
        day[:7],
        row.kind,
        row.distress,
        *(row.single.get(name, UNKNOWN) for name in SINGLE),
    )


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
