"""Notes by day key, and the drafts of calls that go on: what operators seal while they listen."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.errors import Refused, VaultDamaged
from console.language import _
from console.vault import purge_store, store
from console.vault.database import trouble

if TYPE_CHECKING:
    from console.vault.session import Vault


def write(vault: "Vault", call: int, day: str, text: str) -> int:
    """Seal the next revision of a call's note; see `Vault.write_note`."""
    notes = vault.require_notes()
    with vault.transaction():
        (revision,) = vault.conn.execute(store.NEXT_REVISION, (call,)).fetchone()
        sealed = notes.seal_note(day_key(vault, day), day, call, revision, text)
        vault.conn.execute(store.ADD_NOTE, (call, revision, day, sealed))
    return int(revision)


def day_key(vault: "Vault", day: str) -> bytes:
    """Return the key of the notes of a day, made now if it has none; in a transaction.

    What was sealed under a key that was destroyed is noise, and goes before there is another: what
    the new one does not open would look damaged.

    Raises Refused if the member holds no notes, VaultDamaged.
    """
    notes = vault.require_notes()
    row = vault.conn.execute(store.DAY_KEY, (day,)).fetchone()
    if row is None:
        for statement in (purge_store.EMPTY_NOTES, purge_store.DROP_AMENDMENTS):
            vault.conn.execute(statement, (json.dumps([day]),))
        key, sealed = notes.new_day(day)
        vault.conn.execute(store.ADD_DAY_KEY, (day, notes.generation, sealed))
        return key
    key_or_none = notes.open_day(day, *row)
    if key_or_none is None:
        raise VaultDamaged(
            _("The key of the notes of {day} is damaged: restore a backup.").format(day=day)
        )
    return key_or_none


def read(vault: "Vault", call: int, revision: int | None) -> str:
    """Return a revision of a call's note; see `Vault.read_note`."""
    notes = vault.require_notes()
    with trouble():
        row = vault.conn.execute(store.NOTE, (call, revision)).fetchone()
        if row is None:
            return ""
        found, day, sealed = row
        if not sealed or vault.conn.execute(store.DAY_KEY, (day,)).fetchone() is None:
            raise Refused(
                _("The notes of {day} were destroyed, as retention says.").format(day=day)
            )
        text = notes.open_note(day_key(vault, day), day, call, found, sealed)
    if text is None:
        raise VaultDamaged(
            _("The note of call {call} is damaged: restore a backup.").format(call=call)
        )
    return text


def write_draft(vault: "Vault", call: int, payload: bytes, now: datetime) -> None:
    """Seal the state of a call still going on; see `Vault.write_draft`."""
    notes = vault.require_notes()
    saved_at = now.astimezone(UTC).isoformat(timespec="seconds")
    with vault.transaction():
        sealed = notes.seal_draft(call, payload)
        vault.conn.execute(store.PUT_DRAFT, (call, notes.generation, sealed, saved_at))


def read_drafts(vault: "Vault") -> list[tuple[int, bytes, str]]:
    """Return every call still going on; see `Vault.read_drafts`."""
    notes = vault.require_notes()
    drafts = []
    with trouble():
        for call, generation, sealed, saved_at in vault.conn.execute(store.DRAFTS):
            payload = notes.open_draft(call, generation, sealed)
            if payload is None:
                raise VaultDamaged(
                    _("The draft of call {call} is damaged: restore a backup.").format(call=call)
                )
            drafts.append((call, payload, saved_at))
    return drafts
