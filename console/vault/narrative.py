"""What is sealed under the notes' key beside notes: return codes, contacts, what was amended.

Everything here needs the notes' key, but for destroying a contact: a row that goes takes its key
with it.
"""

import hmac
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.errors import Refused, VaultDamaged
from console.language import _
from console.vault import generations_store, notes, store, wiping
from console.vault.database import trouble
from console.vault.files import context
from console.vault.sealing import seal, unseal

if TYPE_CHECKING:
    from console.vault.session import Vault

_RETURN_KEY, _CONTACT_KEY = "return key", "contact key"


@dataclass(frozen=True, slots=True)
class DueContact:
    """A caller who waits to be called back, unopened; both are local days ('2026-11-21').

    On ``expires_on`` the contact is destroyed, so the day before is the last to call.
    """

    call: int
    consent_on: str
    expires_on: str


@dataclass(frozen=True, slots=True)
class Before:
    """What a call was before its amendment ``revision``, as `write_amendment` took it."""

    revision: int
    amended_on: str
    member: str
    payload: bytes = field(repr=False)


# Return codes --------------------------------------------------------------------------------


def return_digest(vault: "Vault", digits: str) -> bytes:
    """Return what the vault keeps of a return code: HMAC-SHA256 under the return key, 32 bytes.

    The first one makes the key. Raises Refused if the member holds no notes, VaultDamaged.
    """
    return hmac.digest(_return_key(vault), digits.encode("ascii"), "sha256")


def _return_key(vault: "Vault") -> bytes:
    notes = vault.require_notes()
    with vault.transaction():
        row = vault.conn.execute(store.RETURN_KEY).fetchone()
        if row is None:
            key = os.urandom(32)
            sealed = notes.wrap(_RETURN_KEY, key)
            vault.conn.execute(store.ADD_RETURN_KEY, (notes.generation, sealed))
            return key
    generation, sealed = row
    found = notes.unwrap(_RETURN_KEY, generation, sealed)
    if found is None:
        raise VaultDamaged(_("The key of the return codes is damaged: restore a backup."))
    return found


def reseal_return_key(vault: "Vault") -> bool:
    """Seal the return key, the same as before, under the newest notes' key; False if damaged.

    Belongs into a transaction.
    """
    try:
        key = _return_key(vault)
    except VaultDamaged:
        return False
    notes = vault.require_notes()
    sealed = notes.wrap(_RETURN_KEY, key)
    vault.conn.execute(store.ADD_RETURN_KEY, (notes.generation, sealed))
    return True


# Contacts ------------------------------------------------------------------------------------


def write_contact(
    vault: "Vault", call: int, payload: bytes, *, consent_on: str, expires_on: str
) -> None:
    """Seal the contact of a call under a key of its own, in the place of one that is there.

    Raises Refused if the member holds no notes.
    """
    notes = vault.require_notes()
    key = os.urandom(32)
    sealed = seal(key, payload, _contact(vault, call, consent_on, expires_on))
    sealed_key = notes.wrap(_CONTACT_KEY, key, call=call)
    with vault.transaction():
        drop_contact(vault, call)
        vault.conn.execute(
            store.ADD_CONTACT, (call, notes.generation, sealed_key, sealed, consent_on, expires_on)
        )


def read_contact(vault: "Vault", call: int) -> bytes | None:
    """Return what `write_contact` took, None if there is no contact of this call.

    Raises Refused if the member holds no notes, VaultDamaged if it or its days were changed.
    """
    notes = vault.require_notes()
    with trouble():
        row = vault.conn.execute(store.CONTACT, (call,)).fetchone()
    if row is None:
        return None
    generation, sealed_key, sealed, consent_on, expires_on = row
    key = notes.unwrap(_CONTACT_KEY, generation, sealed_key, call=call)
    bound = _contact(vault, call, consent_on, expires_on)
    payload = None if key is None else unseal(key, sealed, bound)
    if payload is None:
        raise VaultDamaged(
            _("The contact of call {call} is damaged: restore a backup.").format(call=call)
        )
    return payload


def reseal_contact(vault: "Vault", call: int) -> bool:
    """Seal a contact under a new key and the newest notes' key; False if there is none.

    Belongs into a transaction. Raises VaultDamaged.
    """
    payload = read_contact(vault, call)
    with trouble():
        row = vault.conn.execute(store.CONTACT, (call,)).fetchone()
    if payload is None:
        return False
    write_contact(vault, call, payload, consent_on=row[3], expires_on=row[4])
    return True


def has_contact(vault: "Vault", call: int) -> bool:
    """Tell whether a contact of this call is kept."""
    with trouble():
        (there,) = vault.conn.execute(store.HAS_CONTACT, (call,)).fetchone()
    return bool(there)


def contacts(vault: "Vault") -> list[DueContact]:
    """Return every contact that is kept, the first to expire first."""
    with trouble():
        return [DueContact(*row) for row in vault.conn.execute(store.CONTACTS)]


def drop_contact(vault: "Vault", call: int) -> bool:
    """Destroy the contact of a call; False if there is none. The caller wipes afterwards."""
    with vault.transaction():
        dropped = bool(vault.conn.execute(store.DROP_CONTACT, (call,)).rowcount)
        if dropped:
            wiping.owe(vault)
    return dropped


def drop_expired(vault: "Vault", today: str) -> list[int]:
    """Destroy what expires on or before a day; return their calls. The caller wipes afterwards."""
    with vault.transaction():
        rows = vault.conn.execute(store.DROP_EXPIRED, (today,)).fetchall()
        if rows:
            wiping.owe(vault)
    return [int(call) for (call,) in rows]


def _contact(vault: "Vault", call: int, consent_on: str, expires_on: str) -> bytes:
    return context(
        "contact", vault=vault.id, call=call, consent_on=consent_on, expires_on=expires_on
    )


# Amendments ----------------------------------------------------------------------------------


def destroyed(vault: "Vault", day: str) -> bool:
    """Tell whether something was sealed under the key of a day, and retention destroyed it."""
    with trouble():
        if vault.conn.execute(store.DAY_KEY, (day,)).fetchone() is not None:
            return False
        (sealed,) = vault.conn.execute(store.SEALED_ON, (day,)).fetchone()
    return bool(sealed)


def last_revision(vault: "Vault", call: int) -> int:
    """Return the number of the latest revision of a call's note, 0 if it has none."""
    with trouble():
        (revision,) = vault.conn.execute(store.LAST_REVISION, (call,)).fetchone()
    return int(revision)


def write_amendment(vault: "Vault", call: int, day: str, payload: bytes, *, amended_on: str) -> int:
    """Seal what a call was before it is amended, under the key of its ``day``; return its number.

    Raises Refused if the member holds no notes.
    """
    with vault.transaction():
        (revision,) = vault.conn.execute(store.NEXT_AMENDMENT, (call,)).fetchone()
        member = vault.member.name
        bound = _amendment(vault, call, revision, day, amended_on, member)
        sealed = seal(notes.day_key(vault, day), payload, bound)
        row = (call, revision, day, amended_on, member, sealed)
        vault.conn.execute(store.ADD_AMENDMENT, row)
    return int(revision)


def read_amendments(vault: "Vault", call: int) -> list[Before]:
    """Return what a call was before each of its amendments, the first one first.

    Raises Refused if the member holds no notes, or if its day's key was destroyed by retention;
    VaultDamaged.
    """
    vault.require_notes()
    with trouble():
        rows = vault.conn.execute(store.AMENDMENTS, (call,)).fetchall()
    found = []
    for revision, day, amended_on, member, sealed in rows:
        if destroyed(vault, day):
            raise Refused(
                _("What was amended on calls of {day} was destroyed, as retention says.").format(
                    day=day
                )
            )
        bound = _amendment(vault, call, revision, day, amended_on, member)
        payload = unseal(notes.day_key(vault, day), sealed, bound)
        if payload is None:
            raise VaultDamaged(
                _("An amendment of call {call} is damaged: restore a backup.").format(call=call)
            )
        found.append(Before(revision, amended_on, member, payload))
    return found


def reseal_amendments(vault: "Vault", day: str, old: bytes, new: bytes) -> int:
    """Seal the amendments of a day under its new key; return how many, without damaged ones.

    Belongs into a transaction.
    """
    done = 0
    rows = vault.conn.execute(generations_store.AMENDMENTS_OF, (day,)).fetchall()
    for call, revision, amended_on, member, sealed in rows:
        bound = _amendment(vault, call, revision, day, amended_on, member)
        payload = unseal(old, sealed, bound)
        if payload is not None:
            moved = (seal(new, payload, bound), call, revision)
            vault.conn.execute(generations_store.MOVE_AMENDMENT, moved)
            done += 1
    return done


def _amendment(
    vault: "Vault", call: int, revision: int, day: str, amended_on: str, member: str
) -> bytes:
    return context(
        "amendment",
        vault=vault.id,
        call=call,
        revision=revision,
        day=day,
        amended_on=amended_on,
        member=member,
    )
