"""Re-sealing: what older generations of the notes' key sealed, moved on to the newest.

Nothing that was removed with somebody's memory shall open what is kept from then on, so keys of
days and of contacts are made anew and what they sealed is sealed under the new ones. The return
key alone stays the same: the codes that callers were given are hashes under it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from console.errors import VaultDamaged
from console.vault import generations_store, narrative, store
from console.vault.database import trouble
from console.vault.notekeys import NoteKeys

if TYPE_CHECKING:
    from console.vault.session import Vault

_Move = Callable[["Vault", NoteKeys, int | str], int]


def remaining(vault: "Vault", generation: int) -> int:
    """Return how many drafts, days, contacts and return keys are of generations before this one."""
    with trouble():
        return len(_units(vault, generation))


def reseal_some(vault: "Vault", limit: int) -> int:
    """Seal about ``limit`` values under the newest generation; return how much is still to do.

    A day and its notes move as one, all of a call of this in one transaction. When nothing is left
    the older generations are forgotten. What is damaged stays as it is, with the key of it. Does
    nothing for who holds no notes. Raises ConsoleError; then nothing has moved.
    """
    notes = vault.notes
    if notes is None or notes.generations == {notes.generation}:
        return 0
    with vault.transaction():
        units = _units(vault, notes.generation)
        done = tried = 0
        for move, subject in units:
            if done >= limit:
                break
            done += move(vault, notes, subject)
            tried += 1
        left = len(units) - tried
        if left == 0:
            notes = _forget(vault, notes)
    vault.notes = notes
    return left


def _units(vault: "Vault", generation: int) -> list[tuple[_Move, int | str]]:
    return [
        (move, subject)
        for move, question in _MOVES
        for (subject,) in vault.conn.execute(question, (generation,)).fetchall()
    ]


def _forget(vault: "Vault", notes: NoteKeys) -> NoteKeys:
    used = {generation for (generation,) in vault.conn.execute(generations_store.USED)}
    for statement in generations_store.FORGET:
        vault.conn.execute(statement, (notes.generation,))
    return notes.only(used)


def _move_draft(vault: "Vault", notes: NoteKeys, call: int | str) -> int:
    call = int(call)
    generation, sealed = vault.conn.execute(generations_store.DRAFT, (call,)).fetchone()
    payload = notes.open_draft(call, generation, sealed)
    if payload is None:
        return 0
    moved = (notes.generation, notes.seal_draft(call, payload), call)
    vault.conn.execute(generations_store.MOVE_DRAFT, moved)
    return 1


def _move_return_key(vault: "Vault", notes: NoteKeys, _generation: int | str) -> int:
    if not narrative.reseal_return_key(vault):
        return 0
    vault.conn.execute(generations_store.DROP_OLD_RETURN_KEYS, (notes.generation,))
    return 1


def _move_day(vault: "Vault", notes: NoteKeys, day: int | str) -> int:
    day = str(day)
    key = notes.open_day(day, *vault.conn.execute(store.DAY_KEY, (day,)).fetchone())
    if key is None:
        return 0
    new, sealed_key = notes.new_day(day)
    done = 1
    for call, revision, sealed in vault.conn.execute(generations_store.NOTES_OF, (day,)).fetchall():
        text = notes.open_note(key, day, call, revision, sealed)
        if text is not None:
            moved = notes.seal_note(new, day, call, revision, text)
            vault.conn.execute(generations_store.MOVE_NOTE, (moved, call, revision))
            done += 1
    done += narrative.reseal_amendments(vault, day, key, new)
    vault.conn.execute(generations_store.MOVE_DAY, (notes.generation, sealed_key, day))
    return done


def _move_contact(vault: "Vault", _notes: NoteKeys, call: int | str) -> int:
    try:
        return int(narrative.reseal_contact(vault, int(call)))
    except VaultDamaged:
        return 0


_MOVES: tuple[tuple[_Move, str], ...] = (
    (_move_draft, generations_store.OLD_DRAFTS),
    (_move_return_key, generations_store.OLD_RETURN_KEYS),
    (_move_day, generations_store.OLD_DAYS),
    (_move_contact, generations_store.OLD_CONTACTS),
)
