"""A backup put in the place of a vault, or where there is none; what was there is kept aside.

The backup is unpacked and proven in a folder of its own, where members who were removed since are
removed again and what is due by retention is destroyed, as far as the clock can be believed. Only
then does it take its place, at one instant (`console.vault.swap`).
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from console.errors import CannotUnlock, ConsoleError, Refused, VaultDamaged
from console.vault import (
    archive,
    audit,
    database,
    keyring,
    kit,
    members,
    purge,
    restore_store,
    swap,
)
from console.vault.backup import Manifest, Progress, prove_content, read_manifest
from console.vault.files import make_folder
from console.vault.identity import Identity, MemberFile
from console.vault.keyring import Keyring, SignedKeyring
from console.vault.lock import Lock
from console.vault.model import check_name
from console.vault.opening import enter, exists, identify


@dataclass(frozen=True, slots=True)
class BackupFile:
    """What a backup says of itself before anybody's passphrase opens it; ``day`` is local."""

    vault: str
    day: str
    made_by: str
    bytes: int


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """A backup that was restored.

    ``day`` is the backup's; ``removed`` are the members who were removed once more; ``again`` those
    who could not be, with the reason; ``days`` counts the days of notes that retention destroyed in
    it; ``held_since`` is the day since which nobody has looked at retention, where the rest waits
    for a coordinator because the clock is far ahead of it, and ``due`` counts the days of notes
    that this clock would destroy then; ``unsure`` are the members of the restored vault, where
    nobody can say which of them were removed since; ``kit`` is the number of the recovery kit that
    opens it; ``aside`` is the folder of what was replaced, ``lost`` says what is newer there.
    """

    day: str
    removed: tuple[str, ...]
    again: tuple[tuple[str, str], ...]
    days: int
    held_since: str | None
    due: int
    unsure: tuple[str, ...]
    kit: int | None
    aside: str | None
    lost: str | None


@dataclass(frozen=True, slots=True)
class _There:
    """The vault that is to be replaced, as far as it could be opened: what it has to lose.

    ``words`` go on after "The vault"; ``looked_on`` is when retention was last looked at in it;
    ``sure`` says whether ``removed`` are all who were removed.
    """

    words: str
    removed: tuple[str, ...] = ()
    looked_on: date | None = None
    sure: bool = True


def describe(path: Path) -> BackupFile:
    """Return what the backup at ``path`` says of itself. Raises VaultDamaged, ConsoleError."""
    _, found = read_manifest(path)
    return BackupFile(found.vault, found.day, found.signed_by, path.stat().st_size)


def restore(
    home: Path,
    name: str,
    passphrase: str,
    path: Path,
    *,
    replace: bool = False,
    present: Callable[[], str] | None = None,
    now: datetime,
    progress: Progress | None = None,
) -> RestoreReport:
    """Put the backup at ``path`` into ``home``; ``passphrase`` is that of ``name`` in the backup.

    ``present`` is asked for their passphrase in the vault that is there, where only that opens it.

    Raises Refused (not IT; a vault is there: what would be lost without ``replace``; it is
    another vault, or opens with newer keys and there is no ``present``), CannotUnlock, VaultBusy,
    VaultDamaged (so is the backup), ConsoleError.
    """
    tell = progress or (lambda _step, _share: None)
    raw, manifest = read_manifest(path)
    make_folder(home / "keys")
    lock = Lock.take(home / "keys", name, now=now)
    try:
        swap.finish(home)
        swap.clear(home)
        stage = swap.staging(home)
        try:
            make_folder(stage)
            tell("unpack", 0.05)
            archive.unpack(path, raw, list(manifest.entries), stage)
            tell("proof", 0.4)
            me = _identify(stage, name, passphrase)
            _prove(stage, me, manifest, path)
            there = _compare(home, stage, me, manifest, now, present) if exists(home) else None
            if there is not None and not replace:
                raise Refused(
                    f"The vault that is there {there.words}: add --replace to restore all the "
                    "same, which keeps the vault that is there aside."
                )
            tell("bring up to date", 0.7)
            report = _bring_up_to_date(stage, me, manifest, there, now)
            tell("swap", 0.9)
            swap.decide(home, _aside_since(manifest, there, now))
        except BaseException:
            with contextlib.suppress(ConsoleError):
                swap.clear(home)
            raise
        aside = swap.finish(home)
    finally:
        lock.release()
    tell("done", 1.0)
    return dataclasses.replace(report, aside=None if aside is None else aside.name)


def _identify(stage: Path, name: str, passphrase: str) -> Identity:
    """Return who restores, by the backup's own key files; a guess costs what it costs a thief."""
    name = check_name(name)
    try:
        file = MemberFile.read(stage / "keys" / "members" / f"{name}.json")
    except FileNotFoundError as error:
        raise CannotUnlock(f"Nobody called '{name}' is in that backup: check the name.") from error
    me = file.open(passphrase)
    if me is None:
        raise CannotUnlock(f"That is not the passphrase that {name} had then: try again.")
    if me.public.role != "it":
        raise Refused("Backups are restored by IT staff: log in as one of them.")
    return me


def _prove(stage: Path, me: Identity, manifest: Manifest, path: Path) -> None:
    with _staged(stage, me) as (connection, ring, epoch):
        known = members.known(connection, removed=True)
        manifest.check(known.get(manifest.signed_by), path)
        if (ring.vault, epoch) != (manifest.vault, manifest.epoch):
            raise archive.damaged(path)
        if prove_content(connection, ring.vault) != (manifest.lines, manifest.head):
            raise archive.damaged(path)


def _vouched(stage: Path, me: Identity, signed: SignedKeyring) -> bool:
    """Return whether IT signed a keyring, or a kit, that the backup knows.

    Without that anybody who can write the folder could say in it who is to be removed.
    """
    with _staged(stage, me) as (connection, _ring, _epoch):
        known = members.known(connection)
        signer = known.get(signed.signed_by) or kit.signer(connection, signed.signed_by)
    try:
        signed.check(signer)
    except VaultDamaged:
        return False
    return True


@contextlib.contextmanager
def _staged(stage: Path, me: Identity) -> Iterator[tuple[Any, Keyring, int]]:
    ring = keyring.read(stage / "keys").keyring
    epoch = ring.epoch_of(database.read_salt(stage / "vault.db"))
    with _connected(stage, ring.open(epoch, me)) as connection:
        yield connection, ring, epoch


@contextlib.contextmanager
def _connected(home: Path, raw: keyring.RawKey) -> Iterator[Any]:
    connection = database.connect(home / "vault.db", raw)
    try:
        with database.trouble():
            database.bring_up_to_date(connection)
            yield connection
    finally:
        connection.close()


def _compare(
    home: Path,
    stage: Path,
    me: Identity,
    manifest: Manifest,
    now: datetime,
    present: Callable[[], str] | None,
) -> _There:
    """Return what the vault in ``home`` has that the backup lacks.

    Raises Refused for another vault, for somebody who has no key to the one that is there, and for
    who has a newer one and gives no passphrase for it; CannotUnlock for a wrong one.
    """
    try:
        signed = keyring.read(home / "keys")
    except (VaultDamaged, CannotUnlock):
        return _damaged()
    ring = signed.keyring
    if ring.vault != manifest.vault:
        raise Refused("The backup is of another vault than the one there: use another home.")
    try:
        epoch = ring.epoch_of(database.read_salt(home / "vault.db"))
        if me.public.name not in ring.epochs[epoch].slots:
            raise Refused(
                f"{me.public.name} has no key to the vault that is there: let somebody of IT "
                "restore who has."
            )
        with _connected(home, _key_there(home, ring, epoch, me, present)) as connection:
            return _describe(connection, manifest, now)
    except (VaultDamaged, database.driver().DatabaseError):
        return _damaged(_keyless(home, ring, manifest) if _vouched(stage, me, signed) else ())


def _damaged(removed: tuple[str, ...] = ()) -> _There:
    return _There("is damaged, so nobody can say what is newer in it", removed, sure=False)


def _key_there(
    home: Path,
    ring: Keyring,
    epoch: int,
    me: Identity,
    present: Callable[[], str] | None,
) -> keyring.RawKey:
    """Return the key of the vault in ``home``, by the keys that ``me`` has in it by now."""
    name = me.public.name
    try:
        return ring.open(epoch, me)
    except VaultDamaged:
        try:
            file = MemberFile.read(home / "keys" / "members" / f"{name}.json")
        except FileNotFoundError:
            file = None
        if file is None or file.vault != ring.vault or file.public == me.public:
            raise
    if present is None:
        raise Refused(
            f"{name} has got new keys since that backup, and only the vault that is there knows "
            f"who was removed since: give {name}'s passphrase of today too "
            "(--present-passphrase-file)."
        )
    return ring.open(epoch, identify(home / "keys", name, present()))


def _keyless(home: Path, ring: Keyring, manifest: Manifest) -> tuple[str, ...]:
    """Return who is in the backup and has neither a key file nor a key in ``home`` any more.

    Nobody, if the keyring there is older than the backup: then it says nothing of what came since.
    """
    if ring.generation < manifest.generation:
        return ()
    slots = {name for epoch in ring.epochs.values() for name in epoch.slots}
    files = (Path(entry.name) for entry in manifest.entries)
    return tuple(
        file.stem
        for file in files
        if file.parent.name == "members" and not (file.stem in slots or (home / file).exists())
    )


def _aside_since(manifest: Manifest, there: _There | None, now: datetime) -> str:
    """Return the day for the folder of what is replaced, by which retention destroys it.

    A clock that is behind must not have it destroyed before the notes in it are due.
    """
    days = [now.date().isoformat(), manifest.day]
    if there is not None and there.looked_on is not None:
        days.append(there.looked_on.isoformat())
    return max(days)


def _describe(connection: Any, manifest: Manifest, now: datetime) -> _There:
    looked_on = purge.last_look(connection, now=now)
    rows = audit.read(connection)
    (calls,) = connection.execute(restore_store.COUNT_CALLS).fetchone()
    removed = tuple(str(name) for (name,) in connection.execute(restore_store.REMOVED))
    heads = [head.hex() for _, head in rows]
    if manifest.lines and manifest.head not in heads[manifest.lines - 1 : manifest.lines]:
        words = (
            "has gone another way than the backup, "
            f"with {_many(len(rows), 'entry', 'entries')} and {_many(calls, 'call', 'calls')}"
        )
        return _There(words, removed, looked_on)
    later = len(rows) - manifest.lines
    last = f", the last of {rows[-1][0].hour[:10]}" if later else ""
    words = (
        f"has {_many(later, 'later entry', 'later entries')}{last}, "
        f"and {_many(calls, 'call', 'calls')} in all"
    )
    return _There(words, removed, looked_on)


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _bring_up_to_date(
    stage: Path, me: Identity, manifest: Manifest, there: _There | None, now: datetime
) -> RestoreReport:
    """Let what has happened since hold in the backup too, as far as it is known, and report it."""
    with enter(stage, me, now=now) as vault:
        subject = f"backup of {manifest.day}, line {manifest.lines}"
        vault.audit("vault.restored", subject, now=now)
        active = {each.name for each in vault.members()}
        gone: list[str] = []
        again: list[tuple[str, str]] = []
        for name in there.removed if there else ():
            if name not in active:
                continue
            try:
                vault.remove_member(name, now=now)
            except Refused as refused:
                # A vault whose notes nobody could read again would be a worse one.
                again.append((name, str(refused)))
            else:
                gone.append(name)
        done, held = purge.bring_up_to_date(vault, there.looked_on if there else None, now=now)
        due = purge.due(vault, now.date()).days
        sure = there is not None and there.sure
        unsure = () if sure else tuple(each.name for each in vault.members())
        stands = kit.status(vault)
        # The move takes the file and no log, and closing would not say that it was not emptied.
        vault.checkpoint()
    if (stage / "vault.db-wal").exists():
        raise ConsoleError("The restored vault was not written whole: free some space, try again.")
    return RestoreReport(
        manifest.day,
        tuple(gone),
        tuple(again),
        done.days,
        None if held is None else held.isoformat(),
        due,
        unsure,
        None if stands is None else stands.number,
        None,
        None if there is None else f"The vault before {there.words}",
    )
