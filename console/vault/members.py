"""Members: who is known, who is added, who is let to the notes."""

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from console.errors import BadUsage, CannotUnlock, Refused, VaultDamaged
from console.language import _
from console.text import plain
from console.vault import keyring, pins, store
from console.vault.files import make_folder
from console.vault.identity import Identity, Public, calibrated
from console.vault.model import Cost, Member, Role, check_name, check_role
from console.vault.notekeys import NoteKeys, Roster, read_roster
from console.vault.passphrase import demand_strength

if TYPE_CHECKING:
    from console.vault.session import Vault


def known(connection: Any, *, removed: bool = False) -> dict[str, Public]:
    """Return the members of the database by name, with their public keys."""
    return {
        name: Public(name, role, bytes(hpke), bytes(sign))
        for name, role, hpke, sign, active in connection.execute(store.MEMBERS)
        if active or removed
    }


def active(connection: Any) -> list[Member]:
    """Return the members who may log in, by name."""
    holders = {name for (name,) in connection.execute(store.HOLDERS)}
    return [
        Member(name, public.role, name in holders) for name, public in known(connection).items()
    ]


def find(connection: Any, name: str) -> Public:
    """Return an active member, or raise BadUsage naming whom there is none of."""
    member = known(connection).get(name)
    if member is None:
        raise BadUsage(
            f"Nobody called '{plain(name, lines=False)}' is a member: see `helpline member list`."
        )
    return member


def check_me(members: Mapping[str, Public], me: Public) -> None:
    """Raise CannotUnlock for somebody who is no member (any more), VaultDamaged for other keys."""
    found = members.get(me.name)
    if found is None:
        raise CannotUnlock(
            _("{name} is not a member of this vault: ask IT staff to add them.").format(
                name=me.name
            )
        )
    if found != me:
        raise VaultDamaged(
            _(
                "keys/members/{name}.json is not the key file of {name} in this vault: "
                "put back a good copy of it from a backup."
            ).format(name=me.name)
        )


def insert(connection: Any, member: Public, now: datetime) -> None:
    """Write a member's row, inside the caller's transaction."""
    connection.execute(
        store.ADD_MEMBER,
        (member.name, member.role, member.hpke, member.sign, now.date().isoformat()),
    )


def strike(connection: Any, name: str, now: datetime) -> None:
    """Remove a member with their slots of the notes' key, inside the caller's transaction.

    The row stays, and so the name: nobody else ever has it, and the trail keeps its meaning.
    """
    connection.execute(store.REMOVE_MEMBER, (now.date().isoformat(), name))
    connection.execute(store.DROP_NOTE_KEYS_OF, (name,))


def add(
    vault: "Vault", name: str, role: Role, passphrase: str, *, now: datetime, cost: Cost | None
) -> bool:
    """Add a member; see `Vault.add_member`.

    The row's commit is what makes a member: what a crash before it leaves in the key files opens
    nothing for anybody who is not in the table, and is written over by the next try.
    """
    name, role = check_name(name), check_role(role)
    taken = {other.casefold() for other in known(vault.conn, removed=True)}
    if name.casefold() in taken:
        raise BadUsage(f"There is or was a member called {name}: choose another name.")
    demand_strength(passphrase, name, str(vault.setting("site", "")))
    identity = Identity.generate(name, role)
    path = vault.keys / "members" / f"{name}.json"
    make_folder(path.parent)
    try:
        with vault.transaction():
            insert(vault.conn, identity.public, now)
            identity.write(path, vault.id, passphrase, cost or calibrated(), now=now)
            holds = role == "operator" and _first_notes(vault, identity)
            ring = vault.keyring.with_member(vault.epoch, vault.raw, identity.public)
            vault.keyring = keyring.write(vault.keys, ring, vault.me)
            vault.audit("member.added", name, now=now)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise
    return holds


def _first_notes(vault: "Vault", first: Identity) -> bool:
    """Make the notes' key for the first operator: sealed to her alone, then forgotten here."""
    (generation,) = vault.conn.execute(store.NOTE_GENERATION).fetchone()
    if generation:
        return False
    notes = NoteKeys.generate(vault.id)
    roster = Roster(vault.id, {}, {}).approve(first.public, first.public.name)
    _give(vault, notes, first.public)
    pins.renew(vault.keys, first, roster.write(vault.keys, first, notes))
    return True


def _give(vault: "Vault", notes: NoteKeys, member: Public) -> None:
    for generation, sealed in notes.slots_for(member):
        vault.conn.execute(store.ADD_NOTE_KEY, (generation, member.name, sealed))


def approve(
    vault: "Vault", notes: NoteKeys, name: str, fingerprint: str | None, *, now: datetime
) -> None:
    """Let an operator hold notes; see `Vault.approve`."""
    member = find(vault.conn, name)
    if name not in vault.waiting():
        raise Refused(f"{name} awaits no approval: only a further operator does.")
    if fingerprint is not None and letters(fingerprint) != letters(member.fingerprint(vault.id)):
        raise Refused(
            f"The words are not those of {name}'s keys: compare them again; "
            "if they still differ, do not approve, and ask who changed the keys."
        )
    roster = vault.roster or read_roster(vault.keys)
    roster.check(vault.me.public, known(vault.conn))
    with vault.transaction():
        _give(vault, notes, member)
        approved = roster.approve(member, vault.me.public.name)
        vault.roster = approved.write(vault.keys, vault.me, notes)
        vault.audit("member.approved", name, now=now)


def letters(words: str) -> str:
    """Return the letters of a fingerprint, so that spaces, hyphens and capitals do not matter."""
    return "".join(char for char in words.casefold() if char.isalpha())
