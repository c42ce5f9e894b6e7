"""The trail: who did what, by the hour, each line's hash covering the one before."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from console.vault import store
from console.vault.files import canonical, context
from console.vault.model import AuditLine


def chained(previous: bytes, line: AuditLine) -> bytes:
    """Return SHA-256 over the hash before and the line, 32 bytes."""
    row = [line.seq, line.hour, line.actor, line.action, line.subject]
    return hashlib.sha256(previous + canonical(row)).digest()


def start_of(vault: str) -> bytes:
    """Return what the first line's hash follows: it names the vault."""
    return hashlib.sha256(context("audit", vault=vault)).digest()


def hour_of(now: datetime) -> str:
    """Return the hour that a line carries, UTC and nothing finer: '2026-11-21T14Z'. Pure."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%HZ")


def append(
    connection: Any, vault: str, actor: str, action: str, subject: str, *, now: datetime
) -> None:
    """Write one line, inside the caller's transaction."""
    last = connection.execute(store.LAST_AUDIT).fetchone()
    seq, previous = last or (0, start_of(vault))
    line = AuditLine(seq + 1, hour_of(now), actor, action, subject)
    connection.execute(
        store.ADD_AUDIT, (line.seq, line.hour, actor, action, subject, chained(previous, line))
    )


def broken_at(vault: str, rows: Iterable[tuple[AuditLine, bytes]]) -> int | None:
    """Return the number of the first line that is not as it was written, None if all are.

    Lines cut off at the end leave no gap: the head printed on releases and backups shows those.
    """
    previous = start_of(vault)
    for expected, (line, found) in enumerate(rows, start=1):
        previous = chained(previous, line)
        if line.seq != expected or found != previous:
            return expected
    return None


def found_at(rows: Iterable[tuple[AuditLine, bytes]], head: str) -> int | None:
    """Return the number of the line whose hash is ``head`` (64 hex digits), None if none has it.

    A head that was stated outside the vault and is in no line any more means that lines were cut
    off at the end, or that the whole vault was rolled back or made anew. Pure.
    """
    wanted = head.strip().casefold()
    return next((line.seq for line, found in rows if found.hex() == wanted), None)


def read(connection: Any) -> list[tuple[AuditLine, bytes]]:
    """Return every line with its hash, oldest first; what is no text reads as U+FFFD."""
    return [
        (AuditLine(seq, *(bytes(text).decode(errors="replace") for text in texts)), bytes(found))
        for seq, *texts, found in connection.execute(store.AUDIT)
    ]
