"""The recovery kit: what opens the vault, notes too, when every passphrase is lost.

A kit is a recipient like a member, with keys drawn from 32 random bytes that exist only as shares
on paper. The database key is sealed to it in the keyring, the notes' key in the database. A note
holder and IT make it together: she signs the roster that names its public keys, they the keyring.
IT alone can put neither a kit of its own on the roster nor the notes' key into a slot for it.
"""

import contextlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from console.errors import ConsoleError, Refused
from console.vault import keyring, shares, store
from console.vault.database import trouble
from console.vault.files import context, put_off
from console.vault.identity import Identity, Public
from console.vault.keyring import Keyring
from console.vault.model import KitStatus
from console.vault.notekeys import NoteKeys, Roster, read_roster
from console.vault.shares import Share

if TYPE_CHECKING:
    from console.vault.session import Vault

_SECRET, _HALVES = 32, 128
# No member can have such a name.
_NAME = re.compile(r"\(recovery kit ([1-9][0-9]{0,8})\)")


def name_of(number: int) -> str:
    """Return what a kit is called in the keyring, the roster and the trail."""
    return f"(recovery kit {number})"


def is_kit(name: str) -> bool:
    """Return whether a name in the keyring or the trail is a kit's."""
    return _NAME.fullmatch(name) is not None


def identity(secret: bytes, vault: str, number: int) -> Identity:
    """Return the keys of a kit: HKDF-SHA256 (RFC 5869) of its 32 bytes, bound to the vault."""
    bound = context("recovery kit", vault=vault)
    halves = HKDF(algorithm=SHA256(), length=_HALVES, salt=None, info=bound).derive(secret)
    return Identity.of(name_of(number), "operator", halves)


@dataclass(frozen=True)
class NewKit:
    """A kit that was drawn and is not in use: its shares are shown, then `Vault.keep_kit`."""

    number: int
    threshold: int
    shares: tuple[Share, ...] = field(repr=False)
    public: Public = field(repr=False)


def draw(vault: "Vault", count: int, threshold: int) -> NewKit:
    """Return a new kit of ``count`` shares, any ``threshold`` of which open it.

    Nothing is written. Raises Refused if the member holds no notes, BadUsage.
    """
    vault.require_notes()
    with trouble():
        (last,) = vault.conn.execute(store.LAST_KIT).fetchone()
    named = _proven(vault).kit
    number = max(last, 0 if named is None else named.number) + 1
    secret = os.urandom(_SECRET)
    split = shares.split(secret, count, threshold)
    return NewKit(number, threshold, tuple(split), identity(secret, vault.id, number).public)


def keep(vault: "Vault", new: NewKit, it: Identity, *, now: datetime) -> None:
    """Put a kit in use; see `Vault.keep_kit`.

    The roster says which kit counts, so its rename is the one instant at which the new kit takes
    the place of the old: before it the old one opens all, after it the new one does.
    """
    notes = vault.require_notes()
    with trouble():
        role = vault.conn.execute(store.ROLE, (it.public.name, it.public.sign)).fetchone()
    if role != ("it",):
        raise Refused("A recovery kit is made by a note holder together with IT staff.")
    row = (
        new.number,
        len(new.shares),
        new.threshold,
        new.public.hpke,
        new.public.sign,
        now.date().isoformat(),
        vault.member.name,
    )
    with vault.transaction():
        vault.conn.execute(store.ADD_KIT, row)
        _seal(vault.conn, notes, new.number, new.public)
        subject = f"kit {new.number}, {new.threshold} of {len(new.shares)}"
        vault.audit("kit.made", subject, now=now)
    vault.keyring = keyring.write(vault.keys, _in_step(vault, new.public), it)
    roster = _proven(vault).with_kit(new.number, new.public, vault.member.name)
    vault.roster = roster.write(vault.keys, vault.me, notes)
    # The new kit is in use; what a full disk leaves of the old one goes at the next unlock.
    with contextlib.suppress(ConsoleError):
        with vault.transaction():
            vault.conn.execute(store.DROP_OTHER_KITS, (new.number,))
        vault.keyring = keyring.write(vault.keys, _in_step(vault), it)


def _proven(vault: "Vault") -> Roster:
    """Return the roster as this holder's unlock has proven it, or as she wrote it since."""
    return vault.roster or read_roster(vault.keys)


def standing(vault: "Vault") -> list[Public]:
    """Return the kits that the database key is to be sealed to: the one that the roster names.

    The sheets of another were thrown away: making it was cut short, or it was replaced. All that
    are there where the roster cannot be read, so that nobody loses the one that counts.
    """
    there = recipients(vault.conn)
    try:
        named = _proven(vault).kit if there else None
    except ConsoleError:
        return there
    return [kit for kit in there if named is not None and kit == named.public]


def recipients(connection: Any) -> list[Public]:
    """Return the kits that are in the database."""
    return [
        Public(name_of(number), "operator", bytes(hpke), bytes(sign))
        for number, hpke, sign in connection.execute(store.KITS)
    ]


def signer(connection: Any, name: str) -> Public | None:
    """Return a kit as who may sign the keyring, as IT does: a recovery lets members in again."""
    found = (kit for kit in recipients(connection) if kit.name == name)
    return next((replace(kit, role="it") for kit in found), None)


def seal_notes(vault: "Vault", notes: NoteKeys, roster: Roster) -> None:
    """Seal every generation of the notes' key to the kit that the roster names, and no other.

    Belongs into the transaction that makes or drops a generation.
    """
    if roster.kit is None:
        return
    for public in recipients(vault.conn):
        if public == roster.kit.public:
            _seal(vault.conn, notes, roster.kit.number, public)


def _seal(connection: Any, notes: NoteKeys, number: int, public: Public) -> None:
    connection.execute(store.DROP_KIT_NOTE_KEYS, (number,))
    for generation, sealed in notes.slots_for(public):
        connection.execute(store.ADD_KIT_NOTE_KEY, (number, generation, sealed))


def tidy(vault: "Vault") -> None:
    """Bring the kit's slots into step, as far as who unlocked can: what was cut short is done.

    What a full disk does not take keeps nobody out.
    """
    with put_off(), trouble():
        if vault.notes is not None:
            kits = vault.conn.execute(store.KITS_BEHIND, (vault.member.name,)).fetchall()
            if kits:
                _bring_into_step(vault, vault.notes, kits)
        elif vault.member.role == "it":
            ring = _in_step(vault)
            if ring != vault.keyring:
                vault.keyring = keyring.write(vault.keys, ring, vault.me)


def _bring_into_step(vault: "Vault", notes: NoteKeys, kits: list[tuple[int, bool]]) -> None:
    """Drop the kits that the roster does not name, and seal to the one that it does.

    ``kits`` are numbers, and whether what is sealed to them is not what is sealed to me.
    """
    roster = _proven(vault)
    named = 0 if roster.kit is None else roster.kit.number
    if kits == [(named, False)]:
        return
    with vault.transaction():
        vault.conn.execute(store.DROP_OTHER_KITS, (named,))
        seal_notes(vault, notes, roster)


def _in_step(vault: "Vault", new: Public | None = None) -> Keyring:
    """Return the keyring with a slot for the kit that stands and for a new one, and no others."""
    ring, epoch = vault.keyring, vault.keyring.epochs[vault.epoch]
    wanted = {kit.name: kit for kit in [*standing(vault), *([] if new is None else [new])]}
    kept = {n: slot for n, slot in epoch.slots.items() if n in wanted or not is_kit(n)}
    if len(kept) != len(epoch.slots):
        ring = ring.with_epoch(vault.epoch, replace(epoch, slots=kept))
    for name in wanted.keys() - kept.keys():
        ring = ring.with_member(vault.epoch, vault.raw, wanted[name])
    return ring


def status(vault: "Vault") -> KitStatus | None:
    """Return where the recovery kit stands, None if the roster names none that is here."""
    with contextlib.suppress(ConsoleError), trouble():
        named = read_roster(vault.keys).kit
        if named is None:
            return None
        row = vault.conn.execute(store.KIT, (named.number, named.public.hpke)).fetchone()
        if row is not None:
            (count, threshold, made_on, made_by, proven_on, left) = row
            opens = named.public.name in vault.keyring.epochs[vault.epoch].slots
            return KitStatus(
                named.number, count, threshold, made_on, made_by, proven_on, opens and not left
            )
    return None


def numbers(slots: Iterable[str]) -> list[int]:
    """Return the numbers of the kits among the names of an epoch's slots, the newest first."""
    found = (_NAME.fullmatch(name) for name in slots)
    return sorted((int(match[1]) for match in found if match), reverse=True)
