"""The SQL of return codes: which calls belong together by them."""

from datetime import datetime
from typing import TYPE_CHECKING

from console.calls.rules import TAKE_BACK
from console.calls.store import instant
from console.vault import trouble

if TYPE_CHECKING:
    from console.vault import Vault

CALL = "SELECT period IS NULL, kind = 'data' AND batch IS NULL FROM call WHERE id = ?"
ADD_CODE = "INSERT INTO return_code (digest, made_on) VALUES (?, ?)"
CODE = "SELECT id FROM return_code WHERE digest = ?"
TIE = "INSERT OR IGNORE INTO return_call (return_code, call) VALUES (?, ?)"
CALLS = "SELECT call FROM return_call WHERE return_code = ?"
# Two calls belong together if a chain of codes leads from one to the other.
CASE = """
    WITH RECURSIVE belongs (call) AS (
        VALUES (?1)
        UNION
        SELECT other.call FROM belongs
        JOIN return_call mine ON mine.call = belongs.call
        JOIN return_call other ON other.return_code = mine.return_code
    )
    SELECT id, EXISTS (SELECT 1 FROM note WHERE note.call = id)
    FROM belongs JOIN call ON id = belongs.call
    WHERE id <> ?1 AND period IS NOT NULL AND kind = 'data'
    ORDER BY id DESC
"""
# No instant: the shift is over, or the clock was set back since.
UNTIE_NON_DATA = """
    DELETE FROM return_call WHERE call IN (
        SELECT id FROM call WHERE kind <> 'data' AND period IS NOT NULL
        AND (ended_at IS NULL OR ended_at < ?)
    )
"""
DROP_LOOSE_CODES = "DELETE FROM return_code WHERE id NOT IN (SELECT return_code FROM return_call)"

# Twice as long as a contact that was no call can still be taken back as one.
_SETTLED = 2 * TAKE_BACK


def state(vault: "Vault", call: int) -> tuple[bool, bool] | None:
    """Tell of a call whether it goes on, and whether it is one to come back to; None: no call."""
    with trouble():
        row = vault.db.execute(CALL, [call]).fetchone()
    return None if row is None else (bool(row[0]), bool(row[1]))


def add(vault: "Vault", digest: bytes, now: datetime) -> int | None:
    """Insert a code, return its number; None if it is there. Inside the caller's transaction."""
    if find(vault, digest) is not None:
        return None
    row = [digest, now.date().isoformat()]
    return int(vault.db.execute(ADD_CODE, row).lastrowid or 0)


def find(vault: "Vault", digest: bytes) -> int | None:
    """Return the number of the code with this digest, or None."""
    with trouble():
        row = vault.db.execute(CODE, [digest]).fetchone()
    return None if row is None else int(row[0])


def tie(vault: "Vault", code: int, call: int) -> None:
    """Let a call belong to a code. Inside the caller's transaction."""
    vault.db.execute(TIE, [code, call])


def calls_of(vault: "Vault", code: int) -> set[int]:
    """Return the calls that belong to a code by itself."""
    with trouble():
        return {int(call) for (call,) in vault.db.execute(CALLS, [code])}


def case(vault: "Vault", call: int) -> list[tuple[int, bool]]:
    """Return the finished calls that belong with ``call``, newest first, and which have a note."""
    with trouble():
        rows = vault.db.execute(CASE, [call]).fetchall()
    return [(int(other), bool(has_note)) for other, has_note in rows]


def sweep(vault: "Vault", now: datetime) -> None:
    """Forget the ties of contacts that turned out to be no call, and codes that lead nowhere."""
    with vault.transaction():
        vault.db.execute(UNTIE_NON_DATA, [instant(now - _SETTLED)])
        vault.db.execute(DROP_LOOSE_CODES)
