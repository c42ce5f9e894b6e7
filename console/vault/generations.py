"""Generations of the notes' key: each one opened with suspicion, and a new one when it is due.

Who was removed knew the generations until then; an emergency leaves nothing that the generations
until then shall open. So a note holder, at once or at the next unlock of one, makes a new one
and seals it to those whom the roster names and who are still members: the roster, because a notes'
key signed it and IT cannot write into it; the members, because IT may take somebody away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console.errors import ConsoleError, VaultDamaged
from console.language import _
from console.vault import generations_store, kit, pins, resealing, store
from console.vault.files import put_off
from console.vault.identity import Public
from console.vault.notekeys import NoteKeys, Roster, read_roster
from console.vault.pins import Pin

if TYPE_CHECKING:
    from console.vault.session import Vault

AT_UNLOCK = 200
"""How many values an unlock seals anew; a small vault is done with it."""

_RETIRED = "notes.retired"


@dataclass(frozen=True)
class Seen:
    """The roster and what its reader saw of it last, as the key files have them."""

    roster: Roster
    pin: Pin | None


def see(keys: Path, me: Public, vault: str) -> Seen:
    """Return the roster and my pin. Raises VaultDamaged."""
    return Seen(read_roster(keys), pins.read(keys, me, vault))


def open_notes(vault: "Vault", known: Mapping[str, Public], seen: Seen | None) -> NoteKeys | None:
    """Return the notes' keys of who unlocks, None for who has none; ``known`` are the members.

    ``seen`` is what was read already. Raises VaultDamaged where roster, slots, pin and what is
    sealed do not belong together.
    """
    rows = vault.conn.execute(generations_store.NEEDED, (vault.me.public.name,)).fetchall()
    slots = [(generation, sealed) for generation, sealed in rows if sealed is not None]
    if not slots:
        if vault.me.public.role == "operator":
            pins.check_none(vault.keys, vault.me, vault.id)
        return None
    seen = seen or see(vault.keys, vault.me.public, vault.id)
    seen.roster.check(vault.me.public, known)
    pins.check(seen.pin, seen.roster)
    notes = NoteKeys.unseal(vault.id, slots, vault.me, seen.roster)
    # One contact or draft that was tampered with is named where it is read.
    if not {generation for generation, sealed in rows if sealed is None} <= notes.generations:
        raise VaultDamaged(
            _(
                "Notes are sealed under a notes' key that is not there: "
                "restore vault.db and the folder keys from the same backup."
            )
        )
    # With a pin the roster's checks are the ones I saw, or lead on from them, so that what it
    # commits to is authentic; without one nothing tells my notes' keys from others that whoever
    # writes all files made, but what they open.
    if seen.pin is None:
        notes.check(seen.roster)
        _prove_by_days(vault, notes)
    # The file is not read again: it could be another one by then.
    vault.roster = seen.roster
    return notes


def _prove_by_days(vault: "Vault", notes: NoteKeys) -> None:
    """Raise VaultDamaged unless ``notes`` open the key of every day that was sealed so far."""
    for day, generation, sealed in vault.conn.execute(store.DAY_KEYS):
        if notes.open_day(day, generation, sealed) is None:
            raise VaultDamaged(
                "The notes' key does not open the notes that are there: put back vault.db and the "
                "folder keys from a backup, and ask who did it."
            )


def retire(vault: "Vault") -> None:
    """Say that the newest generation is to be followed by another; in the caller's transaction.

    Any member can: it is the roster's number, so the say-so ends with the roster that has the next.
    """
    try:
        newest = read_roster(vault.keys).generation
    except ConsoleError:
        (newest,) = vault.conn.execute(store.NOTE_GENERATION).fetchone()
    vault.set_setting(_RETIRED, newest)


def renew(vault: "Vault", *, now: datetime) -> None:
    """Make a new generation if the last one is due to be left, and go on with re-sealing.

    For the unlock of a note holder; does nothing for others. The roster's rename is the instant
    at which a new generation counts: slots of one that is on no roster are made anew.
    """
    if vault.notes is None or vault.roster is None:
        return
    # A disk that is full keeps nobody from reading.
    with put_off():
        _renew(vault, vault.notes, vault.roster, now)


def _renew(vault: "Vault", notes: NoteKeys, roster: Roster, now: datetime) -> None:
    gone = roster.holders.keys() - {member.name for member in vault.members()}
    if gone or vault.setting(_RETIRED) == roster.generation:
        roster = _next(vault, notes, roster.without(gone), now)
    pins.renew(vault.keys, vault.me, roster)
    resealing.reseal_some(vault, AT_UNLOCK)


def _next(vault: "Vault", notes: NoteKeys, roster: Roster, now: datetime) -> Roster:
    new = notes.next()
    with vault.transaction():
        holding = vault.conn.execute(generations_store.HOLDERS_OF, (notes.generation,)).fetchall()
        for statement in generations_store.UNFINISHED:
            vault.conn.execute(statement, (notes.generation,))
        for (name,) in holding:
            if name in roster.holders:
                sealed = new.slot_for(roster.holders[name][0], new.generation)
                vault.conn.execute(store.ADD_NOTE_KEY, (new.generation, name, sealed))
        kit.seal_notes(vault, new, roster)
        vault.audit("notes.rekeyed", f"generation {new.generation}", now=now)
    written = vault.roster = roster.write(vault.keys, vault.me, new)
    vault.notes = new
    return written
