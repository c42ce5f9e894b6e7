"""The trail: who did what, by the hour, each line's hash covering the one before."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from console.vault import store
from console.vault.database import trouble
from console.vault.files import canonical, context
from console.vault.model import AuditLine

if TYPE_CHECKING:
    from console.vault.session import Vault

CUT_OFF = "it was cut off or put back; compare it with a head from outside: helpline audit --head"


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


def lacking(vault: "Vault") -> list[str]:
    """Return what this vault's trail does not tell of and should; see `lacks`."""
    with trouble():
        return lacks(vault.conn, [line for line, _ in read(vault.conn)], vault.epoch)


def lacks(connection: Any, lines: Sequence[AuditLine], epoch: int) -> list[str]:
    """Return what the trail does not tell of and should, as it follows 'says nothing of'.

    ``epoch`` is the number of the vault's key. Looked for is what was written in one transaction
    with its line, so that nothing is missing where nobody took lines away.
    """
    told = {(line.action, line.subject) for line in lines}
    (generation,) = connection.execute(store.NOTE_GENERATION).fetchone()
    kits = [number for number, *_ in connection.execute(store.KITS)]
    found = [*_members(connection, lines)]
    if epoch > 1 and ("key.rotated", f"epoch {epoch}") not in told:
        found.append(f"the vault's key number {epoch}")
    # Every generation has its line; a number of a key may have been used up by a failed rotation.
    for number in range(2, generation + 1):
        if ("notes.rekeyed", f"generation {number}") not in told:
            found.append(f"the notes' key of generation {number}")
            break
    made = [subject for action, subject in told if action == "kit.made"]
    for number in kits:
        if not any(subject.startswith(f"kit {number}, ") for subject in made):
            found.append(f"the recovery kit number {number}")
    return found


def _members(connection: Any, lines: Sequence[AuditLine]) -> Iterable[str]:
    joined, approved, removed = dict[str, int](), set[str](), dict[str, int]()
    if lines and lines[0].action == "vault.created":
        joined[lines[0].actor] = lines[0].seq
    else:
        yield "how this vault was made"
    for line in lines:
        if line.action in ("member.added", "member.recovered"):
            joined.setdefault(line.subject, line.seq)
        if line.action in ("member.approved", "member.recovered"):
            approved.add(line.subject)
        if line.action == "member.removed":
            removed[line.subject] = line.seq
    known = connection.execute(store.MEMBERS).fetchall()
    for name, _role, _hpke, _sign, active in known:
        if name not in joined:
            yield f"how {name} became a member"
        elif not active and removed.get(name, 0) < joined[name]:
            yield f"the removal of {name}"
    operators = [name for name, role, *_ in known if role == "operator" and name in joined]
    # The first operator holds the notes' key because she is the first.
    approved.add(min(operators, key=joined.__getitem__, default=""))
    for (name,) in connection.execute(store.HOLDERS).fetchall():
        if name in joined and name not in approved:
            yield f"who let {name} to the notes"
