"""The SQL of calls. Everything else in this room is free of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.calls.model import CallLine, FinishedCall, codes_of
from console.vault import trouble

if TYPE_CHECKING:
    from console.vault import Vault

START_CALL = "INSERT INTO call (operator, day, hour) VALUES (?, ?, ?)"
CALL_STATE = "SELECT period FROM call WHERE id = ?"
FINISH_CALL = """
    UPDATE call SET
        operator = ?, day = ?, hour = ?, minutes = ?, ended_at = ?, period = ?, distress = ?,
        kind = ?, caller = ?, gender = ?, age = ?, region = ?, language = ?, perpetrator = ?,
        urgency = ?, safe = ?, first_disclosure = ?, prior_contact = ?, source = ?, campaign = ?,
        campus = ?, want = ?, outcome = ?, relation = ?
    WHERE id = ? AND period IS NULL
"""
NON_DATA_ENDED = """
    SELECT ended_at FROM call
    WHERE id = ? AND operator = ? AND kind <> 'data' AND period IS NOT NULL AND batch IS NULL
"""
REOPEN = """
    UPDATE call SET kind = 'data', period = NULL, ended_at = NULL, minutes = NULL WHERE id = ?
"""
ADD_CALL = """
    INSERT INTO call (
        id, operator, day, hour, period, batch,
        kind, caller, gender, age, region, language, perpetrator, urgency, safe,
        first_disclosure, prior_contact, source, campaign, campus, want, outcome, relation
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ADD_MENTION = "INSERT INTO call_mention (call, dimension, code) VALUES (?, ?, ?)"
AMEND_CALL = """
    UPDATE call SET
        caller = ?, gender = ?, age = ?, region = ?, language = ?, perpetrator = ?, urgency = ?,
        safe = ?, first_disclosure = ?, prior_contact = ?, source = ?, campaign = ?, campus = ?,
        want = ?, outcome = ?, relation = ?
    WHERE id = ? AND period IS NOT NULL
"""
DROP_MENTIONS = "DELETE FROM call_mention WHERE call = ?"
SOURCE = """
    SELECT batch IS NOT NULL, period IN (SELECT period FROM published_period)
    FROM call WHERE id = ?
"""
CLOSED = "SELECT period FROM closed_period"
LAST_CALL = "SELECT coalesce(max(id), 0) FROM call"
BATCH_OF = "SELECT imported_on FROM call_batch WHERE digest = ?"
ADD_BATCH = "INSERT INTO call_batch (digest, imported_on, rows) VALUES (?, ?, 0)"
COUNT_BATCH = "UPDATE call_batch SET rows = ? WHERE id = ?"
# What an import brought in is history, not what an operator looks for after her call.
RECENT = """
    SELECT id, day, hour, operator,
           kind, caller, gender, age, region, language, perpetrator, urgency, safe,
           first_disclosure, prior_contact, source, campaign, campus, want, outcome, relation
    FROM call WHERE period IS NOT NULL AND batch IS NULL
    ORDER BY id DESC LIMIT ?
"""
NOTED = "SELECT DISTINCT call FROM note WHERE call >= ?"
ONE_CALL = """
    SELECT day, hour, operator, minutes, distress,
           kind, caller, gender, age, region, language, perpetrator, urgency, safe,
           first_disclosure, prior_contact, source, campaign, campus, want, outcome, relation
    FROM call WHERE id = ? AND period IS NOT NULL
"""
MENTIONS = "SELECT dimension, code FROM call_mention WHERE call = ? ORDER BY dimension, code"
# An instant that lies ahead was written before the clock was set back: it goes too.
COARSEN = """
    UPDATE call SET ended_at = NULL
    WHERE ended_at IS NOT NULL AND (ended_at < ? OR ended_at > ? OR operator = ?)
"""


def start(vault: "Vault", now: datetime) -> int:
    """Insert a call that begins now; return its number. Inside the caller's transaction."""
    row = [vault.member.name, now.date().isoformat(), now.hour]
    return int(vault.db.execute(START_CALL, row).lastrowid or 0)


def is_open(vault: "Vault", call: int) -> bool:
    """Tell whether the call is there and still going on."""
    row = vault.db.execute(CALL_STATE, [call]).fetchone()
    return row is not None and row[0] is None


def finish(
    vault: "Vault",
    call: int,
    *,
    started_at: datetime,
    now: datetime,
    minutes: int,
    period: str,
    distress: int | None,
    singles: tuple[str, ...],
    mentions: Iterable[tuple[str, str]],
) -> None:
    """Write the codes of a call that ended. Inside the caller's transaction."""
    # The colleague who ends a call that was handed over is the one who carries it.
    row = [
        vault.member.name,
        started_at.date().isoformat(),
        started_at.hour,
        minutes,
        instant(now),
        period,
        distress,
        *singles,
        call,
    ]
    vault.db.execute(FINISH_CALL, row)
    for dimension, code in mentions:
        vault.db.execute(ADD_MENTION, [call, dimension, code])


def non_data_ended_at(vault: "Vault", call: int) -> datetime | None:
    """Return when this member ended a contact that was no call; None if she did not."""
    row = vault.db.execute(NON_DATA_ENDED, [call, vault.member.name]).fetchone()
    return datetime.fromisoformat(row[0]) if row and row[0] else None


def reopen(vault: "Vault", call: int) -> None:
    """Let a call go on that had ended. Inside the caller's transaction."""
    vault.db.execute(REOPEN, [call])


def closed(vault: "Vault") -> frozenset[str]:
    """Return the months that are closed to further calls, the published ones among them."""
    with trouble():
        return frozenset(period for (period,) in vault.db.execute(CLOSED))


def recent(vault: "Vault", limit: int) -> Iterator[CallLine]:
    """Yield finished calls, newest first, without those of an import.

    Whether there is a note is told to those who hold notes.
    """
    with trouble():
        rows = vault.db.execute(RECENT, [limit]).fetchall()
        noted: set[int] = set()
        if rows and vault.member.holds_notes:
            noted = {call for (call,) in vault.db.execute(NOTED, [rows[-1][0]])}
    for call, day, hour, operator, *singles in rows:
        coded = {**codes_of(tuple(singles)), **mentions(vault, call)}
        yield CallLine(call, day, hour, operator, singles[0], coded, call in noted)


def mentions(vault: "Vault", call: int) -> dict[str, tuple[str, ...]]:
    """Return the codes of the many-valued dimensions of a call."""
    found: dict[str, tuple[str, ...]] = {}
    with trouble():
        for dimension, code in vault.db.execute(MENTIONS, [call]):
            found[dimension] = (*found.get(dimension, ()), code)
    return found


def finished(vault: "Vault", call: int) -> FinishedCall | None:
    """Return a finished call without its note, or None if there is no such call."""
    with trouble():
        row = vault.db.execute(ONE_CALL, [call]).fetchone()
    if row is None:
        return None
    day, hour, operator, minutes, distress, *singles = row
    return FinishedCall(
        call=call,
        day=day,
        hour=hour,
        operator=operator,
        kind=singles[0],
        minutes=minutes,
        distress=distress,
        coded={**codes_of(tuple(singles)), **mentions(vault, call)},
        note="",
    )


def amend(
    vault: "Vault",
    call: int,
    *,
    singles: tuple[str, ...],
    mentions: Iterable[tuple[str, str]],
) -> None:
    """Write other codes for a call that is finished. Inside the caller's transaction."""
    vault.db.execute(AMEND_CALL, [*singles, call])
    vault.db.execute(DROP_MENTIONS, [call])
    for dimension, code in mentions:
        vault.db.execute(ADD_MENTION, [call, dimension, code])


def source(vault: "Vault", call: int) -> tuple[bool, bool]:
    """Tell of a call whether it came in from a file, and whether its month is published."""
    with trouble():
        imported, published = vault.db.execute(SOURCE, [call]).fetchone()
    return bool(imported), bool(published)


def coarsen(vault: "Vault", *, before: datetime, after: datetime, operator: str | None) -> None:
    """Empty the instants of calls that ended before or after these, or were that operator's."""
    with vault.transaction():
        vault.db.execute(COARSEN, [instant(before), instant(after), operator])


def imported_on(vault: "Vault", digest: str) -> str | None:
    """Return the day on which a file of this digest was imported, or None."""
    row = vault.db.execute(BATCH_OF, [digest]).fetchone()
    return None if row is None else str(row[0])


def add_batch(vault: "Vault", digest: str, now: datetime) -> int:
    """Insert the batch of an import, its rows not yet counted; return its number."""
    row = [digest, now.date().isoformat()]
    return int(vault.db.execute(ADD_BATCH, row).lastrowid or 0)


def count_batch(vault: "Vault", batch: int, rows: int) -> None:
    """Write how many rows a batch has."""
    vault.db.execute(COUNT_BATCH, [rows, batch])


def next_call(vault: "Vault") -> int:
    """Return the first number that no call has; those above it are free too."""
    (last,) = vault.db.execute(LAST_CALL).fetchone()
    return int(last) + 1


def add_calls(
    vault: "Vault",
    calls: Sequence[tuple[object, ...]],
    mentions: Sequence[tuple[int, str, str]],
) -> None:
    """Insert calls of an import with their mentions, in the order of the statements' columns."""
    vault.db.conn.executemany(ADD_CALL, calls)
    vault.db.conn.executemany(ADD_MENTION, mentions)


def instant(moment: datetime) -> str:
    """Return an instant as the database keeps it: UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
