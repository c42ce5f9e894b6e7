"""A vault opened with its recovery kit: the drill that proves it, and a member let in again.

No passphrase takes part. Files change in an order that at no instant shuts anybody else out, and
that lets the same recovery be done again: the member's file and the keyring, then the database in
one transaction, and on the roster her old keys go before it and her new ones come after it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from console.errors import BadUsage, CannotUnlock, VaultDamaged
from console.vault import audit, database, keyring, kit, members, shares, store, swap
from console.vault.attempts import Attempts
from console.vault.files import make_folder
from console.vault.identity import Identity, Public, calibrated
from console.vault.keyring import Keyring, RawKey
from console.vault.lock import Lock
from console.vault.model import Cost, KitProof, Role, check_name, check_role
from console.vault.notekeys import NoteKeys, Roster, read_roster
from console.vault.passphrase import demand_strength
from console.vault.shares import Share


@dataclass(frozen=True)
class _Opened:
    """What a kit opened."""

    home: Path
    connection: Any
    number: int
    me: Identity
    ring: Keyring
    epoch: int
    raw: RawKey
    roster: Roster
    notes: NoteKeys
    known: dict[str, Public]

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    def write_trail(self, action: str, subject: str, now: datetime) -> None:
        actor = self.me.public.name
        audit.append(self.connection, self.ring.vault, actor, action, subject, now=now)


@contextmanager
def _opened(home: Path, sheets: Sequence[Share], now: datetime) -> Iterator[_Opened]:
    """Open the vault with shares alone, whoever's passphrases are lost.

    Raises CannotUnlock: too few shares, another vault's or an old kit's; VaultBusy; VaultDamaged.
    """
    secret = shares.combine(sheets)
    keys = home / "keys"
    if not ((home / "vault.db").exists() or swap.pending(home)):
        raise CannotUnlock(f"There is no vault in {home}: say where it is with --home.")
    lock = Lock.take(keys, "The recovery kit", now=now)
    try:
        swap.finish(home)
        ring = keyring.read(keys).keyring
        epoch = ring.epoch_of(database.read_salt(home / "vault.db"))
        number, me, raw = _key(ring, epoch, secret)
        connection = database.connect(home / "vault.db", raw)
        try:
            with database.trouble():
                yield _prove(home, connection, number, me, ring, epoch, raw)
                connection.execute(store.CHECKPOINT).fetchone()
        finally:
            connection.close()
    finally:
        lock.release()


def _key(ring: Keyring, epoch: int, secret: bytes) -> tuple[int, Identity, RawKey]:
    kits = kit.numbers(ring.epochs[epoch].slots)
    if not kits:
        raise CannotUnlock("This vault has no recovery kit: log in with a passphrase.")
    for number in kits:
        me = kit.identity(secret, ring.vault, number)
        try:
            return number, me, ring.open(epoch, me)
        except VaultDamaged:
            continue
    raise CannotUnlock(
        "These shares do not open this vault: they are of another vault or of a kit that was "
        f"replaced; look for the sheets of kit {kits[0]}."
    )


def _prove(
    home: Path,
    connection: Any,
    number: int,
    me: Identity,
    ring: Keyring,
    epoch: int,
    raw: RawKey,
) -> _Opened:
    database.bring_up_to_date(connection)
    known = members.known(connection)
    signed = keyring.read(home / "keys")
    signed.check(known.get(signed.signed_by) or kit.signer(connection, signed.signed_by))
    roster = read_roster(home / "keys")
    if roster.kit is None or roster.kit.public != me.public:
        raise CannotUnlock(
            "These shares are of a kit that was replaced: look for the sheets of the newest one."
        )
    if roster.vault != ring.vault:
        raise VaultDamaged(
            "keys/roster.json is of another vault: put back the right one from a backup."
        )
    slots = connection.execute(store.KIT_NOTE_KEYS, (number,)).fetchall()
    if not slots:
        raise VaultDamaged(
            "The recovery kit has no notes' key in vault.db: restore vault.db and the folder keys "
            "from the same backup."
        )
    notes = NoteKeys.unseal(ring.vault, slots, me, roster)
    notes.check(roster)
    return _Opened(home, connection, number, me, ring, epoch, raw, roster, notes, known)


def prove_kit(home: Path, sheets: Sequence[Share], *, now: datetime) -> KitProof:
    """Prove that these shares open the vault and its notes: a drill, which changes no key.

    Opens the database, the notes' key and with it the key of every day, and writes the day of the
    proof down. Raises CannotUnlock for too few shares or wrong ones, VaultDamaged.
    """
    with _opened(home, sheets, now) as opened:
        days = opened.connection.execute(store.DAY_KEYS).fetchall()
        for day, generation, sealed in days:
            if opened.notes.open_day(day, generation, sealed) is None:
                raise VaultDamaged(
                    f"The kit does not open the notes of {day}: let an operator log in, then "
                    "try again; if it stays so, restore a backup."
                )
        with _transaction(opened.connection):
            _proven(opened, now)
            opened.write_trail("kit.proven", f"kit {opened.number}", now)
        return KitProof(opened.number, opened.epoch, opened.notes.generation, len(days))


def _proven(opened: _Opened, now: datetime) -> None:
    opened.connection.execute(store.PROVE_KIT, (now.date().isoformat(), opened.number))


def recover(
    home: Path,
    sheets: Sequence[Share],
    name: str,
    role: str | None,
    passphrase: str,
    *,
    now: datetime,
    cost: Cost | None = None,
) -> Role:
    """Give a member new keys under a new passphrase, with shares in the place of the old one.

    A member keeps the role they have; somebody new takes ``role``. An operator holds the notes
    again. Returns the role. Raises CannotUnlock for shares that do not open the vault, BadUsage,
    Refused (weak passphrase), VaultDamaged.
    """
    name = check_name(name)
    demand_strength(passphrase, name)
    with _opened(home, sheets, now) as opened:
        me = Identity.generate(name, _role(opened, name, role))
        roster = _shut_out(opened, name)
        path = opened.keys / "members" / f"{name}.json"
        make_folder(path.parent)
        me.write(path, opened.ring.vault, passphrase, cost or calibrated(), now=now)
        ring = opened.ring.with_member(opened.epoch, opened.raw, me.public)
        keyring.write(opened.keys, ring, opened.me)
        with _transaction(opened.connection):
            _let_in(opened, me.public, now)
        if me.public.role == "operator":
            roster = roster.approve(me.public, opened.me.public.name)
            roster.write(opened.keys, opened.me, opened.notes)
        Attempts(opened.keys).forgive(name)
        return me.public.role


@contextmanager
def _transaction(connection: Any) -> Iterator[None]:
    connection.execute(store.BEGIN)
    try:
        yield
        connection.execute(store.COMMIT)
    finally:
        if connection.in_transaction:
            connection.execute(store.ROLLBACK)


def _role(opened: _Opened, name: str, role: str | None) -> Role:
    there = opened.known.get(name)
    everybody = members.known(opened.connection, removed=True)
    if there is not None:
        if role not in (None, there.role):
            raise BadUsage(f"{name} is in the vault as {there.role}: leave --role out.")
        return there.role
    if name.casefold() in {other.casefold() for other in everybody}:
        raise BadUsage(f"There is or was a member called {name}: choose another name.")
    if role is None:
        raise BadUsage(f"{name} is new to this vault: say which --role they have.")
    return check_role(role)


def _shut_out(opened: _Opened, name: str) -> Roster:
    """Take the old keys of a member off the roster, and return it.

    With others there than in the database, no operator could log in.
    """
    if name not in opened.roster.holders:
        return opened.roster
    return opened.roster.without([name]).write(opened.keys, opened.me, opened.notes)


def _let_in(opened: _Opened, member: Public, now: datetime) -> None:
    if member.name in opened.known:
        opened.connection.execute(store.NEW_KEYS, (member.hpke, member.sign, member.name))
        opened.connection.execute(store.DROP_NOTE_KEYS_OF, (member.name,))
    else:
        members.insert(opened.connection, member, now)
    if member.role == "operator":
        for generation, sealed in opened.notes.slots_for(member):
            opened.connection.execute(store.ADD_NOTE_KEY, (generation, member.name, sealed))
    _proven(opened, now)
    opened.write_trail("member.recovered", member.name, now)
