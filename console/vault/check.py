"""The check: every part of a vault looked at, what is wrong with it, and what to do.

It opens nothing that it cannot look at without: key files are checked without the database, the
database's pages without the key files of others, and what is sealed only by who may read it.
"""

import contextlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from console.errors import CannotUnlock, ConsoleError, Refused, VaultDamaged
from console.vault import (
    audit,
    check_store,
    database,
    keyring,
    kit,
    leftovers,
    members,
    narrative,
    pins,
    slips,
    store,
    wiping,
)
from console.vault.ahead import find
from console.vault.attempts import EVERYBODY, Attempts
from console.vault.database import driver
from console.vault.files import read_document
from console.vault.findings import BACKUP, CheckReport, Sheet, split
from console.vault.identity import Identity, MemberFile, Public
from console.vault.keyring import RawKey, SignedKeyring
from console.vault.lock import Lock
from console.vault.notekeys import Roster, read_roster
from console.vault.opening import exists, identify
from console.vault.session import Vault
from console.vault.swap import pending

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_FOLDERS = ("members", "pins", "slips")


@dataclass
class _Keys:
    """The key files that could be read; ``known`` are the members that the database names."""

    signed: SignedKeyring | None = None
    files: dict[str, MemberFile] = field(default_factory=dict)
    roster: Roster | None = None
    known: Mapping[str, Public] | None = None


def inspect(home: Path, name: str, passphrase: str, *, now: datetime) -> CheckReport:
    """Check the vault in ``home`` as the member ``name``; nothing is changed.

    Raises CannotUnlock (no vault, a wrong passphrase), VaultBusy, ConsoleError for a home that
    cannot be written (its lock is a file).
    """
    if not exists(home):
        raise CannotUnlock(f"There is no vault in {home}: make one with `helpline init`.")
    if pending(home):
        raise VaultDamaged("A restore was cut short: log in once, which finishes it, then check.")
    lock = Lock.take(home / "keys", name, now=now)
    try:
        return look(home, lock, _who(home, name, passphrase))
    finally:
        lock.release()


def look(home: Path, lock: Lock, me: Identity | None) -> CheckReport:
    """As `inspect`, for who was identified (None: a damaged key file) and holds the lock."""
    sheet = Sheet()
    _look_at_files(home, sheet)
    found = _look_at_keys(home / "keys", sheet)
    raw = _key(home, found, me, sheet)
    whole = raw is not None and _look_at_database(home, raw, found, sheet)
    if raw is None:
        for part in ("pages", "tables", "schema", "settings", "trail", "members"):
            sheet.skip(part, "the database could not be opened")
    _look_at_untold(home / "keys", found, sheet)
    # Last, because it closes a vault, which frees the lock.
    if whole and me is not None and found.signed is not None:
        _look_at_sealed(home, lock, me, sheet)
    else:
        sheet.skip("sealed", "first mend what is wrong")
    return sheet.report()


def _look_at_files(home: Path, sheet: Sheet) -> None:
    with sheet.part("files"):
        keys = home / "keys"
        files = [home / "vault.db", *sorted(keys.glob("*")), *sorted(keys.glob("*/*.json"))]
        present = [path for path in files if path.is_file()]
        sheet.saw(f"{len(present)} files")
        if os.name == "posix":
            _look_at_modes(home, present, sheet)
        leftovers.look(home, sheet)


def _look_at_modes(home: Path, present: list[Path], sheet: Sheet) -> None:
    for path in present:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and path.name != "README.md":
            name = path.relative_to(home)
            sheet.wrong(f"{name} may be read by others on this machine", f"chmod 600 {name}")
    for folder in (home / "keys", *(home / "keys" / name for name in _FOLDERS)):
        if folder.is_dir() and folder.stat().st_mode & _OTHERS_WRITE:
            name = folder.relative_to(home)
            sheet.wrong(f"{name} may be written by others on this machine", f"chmod 700 {name}")


def _look_at_keys(keys: Path, sheet: Sheet) -> _Keys:
    found = _Keys()
    with sheet.part("keyring"):
        _look_at_spelling(keys, [keys / "keyring.prev.json"], keyring.FORMAT, sheet)
        found.signed = keyring.read(keys)
        ring = found.signed.keyring
        sheet.saw(f"generation {ring.generation}, epochs {', '.join(map(str, ring.epochs))}")
        if len(ring.epochs) > 1:
            sheet.notices.append("A rotation was cut short: the next unlock by IT clears it away")
    with sheet.part("member files"):
        for path in sorted((keys / "members").glob("*.json")):
            _look_at_member(path, found, sheet)
        sheet.saw(f"{len(found.files)} readable")
    with sheet.part("note holders"):
        if (keys / "roster.json").exists():
            found.roster = read_roster(keys)
            sheet.saw(f"{len(found.roster.holders)} on the list")
            if found.signed and found.roster.vault != found.signed.keyring.vault:
                sheet.wrong("keys/roster.json is of another vault", BACKUP)
        else:
            sheet.saw("no list")
    with sheet.part("pins"):
        paths = sorted((keys / "pins").glob("*.json"))
        _look_at_spelling(keys, paths, pins.FORMAT, sheet)
        sheet.saw(f"{len(paths)} files")
    return found


def _look_at_spelling(keys: Path, paths: list[Path], form: str, sheet: Sheet) -> None:
    for path in paths:
        try:
            read_document(path, path.relative_to(keys.parent).as_posix(), form)
        except FileNotFoundError:
            continue
        except ConsoleError as error:
            sheet.wrong(*split(str(error)))


def _look_at_member(path: Path, found: _Keys, sheet: Sheet) -> None:
    try:
        file = MemberFile.read(path)
    except VaultDamaged as error:
        sheet.wrong(*split(str(error)))
        return
    found.files[file.public.name] = file
    if found.signed and file.vault != found.signed.keyring.vault:
        sheet.wrong(
            f"keys/members/{path.name} is of another vault", "put back the right one from a backup"
        )


def _who(home: Path, name: str, passphrase: str) -> Identity | None:
    """Return who asks; None if their key file is damaged, which is a finding already."""
    try:
        return identify(home / "keys", name, passphrase)
    except VaultDamaged:
        return None


def _key(home: Path, found: _Keys, me: Identity | None, sheet: Sheet) -> RawKey | None:
    """Return the key of a database that can be opened, else None."""
    raw, before = None, len(sheet.findings)
    with sheet.part("database"):
        salt = database.read_salt(home / "vault.db")
        if found.signed is not None:
            epoch = found.signed.keyring.epoch_of(salt)
            sheet.saw(f"epoch {epoch}, {(home / 'vault.db').stat().st_size} bytes")
            if me is not None:
                raw = found.signed.keyring.open(epoch, me)
                pages = database.damaged_pages(home / "vault.db", raw)
                if pages:
                    sheet.wrong(_pages(pages), "restore it from a backup")
                database.connect(home / "vault.db", raw).close()
    return raw if len(sheet.findings) == before else None


def _look_at_database(home: Path, raw: RawKey, found: _Keys, sheet: Sheet) -> bool:
    before = len(sheet.findings)
    connection = database.connect(home / "vault.db", raw)
    try:
        look_at_content(connection, sheet)
        if found.signed is not None and len(sheet.findings) == before:
            ring = found.signed.keyring
            look_at_trail(connection, ring.vault, sheet, ring.epoch_of(raw.salt))
            with sheet.part("members"):
                _look_at_members(connection, found.signed, found, sheet)
            wiping.look(connection, sheet)
        else:
            for part in ("trail", "members"):
                sheet.skip(part, "first mend what is wrong")
    finally:
        connection.close()
    return len(sheet.findings) == before


def look_at_content(connection: Any, sheet: Sheet) -> None:
    """Check every page, every tree and reference, the schema and the settings."""
    with sheet.part("pages"):
        connection.execute(store.CHECKPOINT).fetchone()
        pages = connection.execute(store.CHECK_PAGES).fetchall()
        if pages:
            sheet.wrong(_pages(len(pages)), "restore it from a backup")
        (count,) = connection.execute("PRAGMA page_count").fetchone()
        sheet.saw(f"{count} pages")
    with sheet.part("tables"):
        trees = connection.execute(store.CHECK_TREES).fetchall()
        if trees != [("ok",)]:
            sheet.wrong("The tables of vault.db are damaged", "restore it from a backup")
        broken = connection.execute(store.CHECK_KEYS).fetchall()
        if broken:
            tables = ", ".join(sorted({str(row[0]) for row in broken}))
            sheet.wrong(f"Rows refer to rows that are not there ({tables})", BACKUP)
        connection.execute(check_store.NOTHING).fetchone()
    with sheet.part("schema"):
        _look_at_schema(connection, sheet)
    with sheet.part("settings"):
        ignored = database.ignored_settings(connection)
        for setting in ignored:
            sheet.wrong(f"The driver ignores '{setting}'", "install sqlcipher3 as locked")
        sheet.saw("as the design asks for" if not ignored else "")


def _pages(count: int) -> str:
    return f"Pages of vault.db are damaged ({count})"


def _look_at_schema(connection: Any, sheet: Sheet) -> None:
    stamps = tuple(connection.execute(each).fetchone()[0] for each in check_store.STAMP_QUESTIONS)
    if stamps[0] != database.APPLICATION_ID:
        sheet.wrong("vault.db has not the stamp of this program", BACKUP)
    elif stamps[1] != database.SCHEMA_VERSION:
        if stamps[1] < database.SCHEMA_VERSION:
            problem, remedy = "an older version of the program", "log in once, then check again"
        else:
            problem, remedy = "a newer version of the program", "install that version"
        sheet.wrong(f"vault.db is of {problem}", remedy)
        return
    fresh = driver().connect(":memory:", isolation_level=None)
    try:
        fresh.executescript(database.schema())
        wanted = _shape(fresh)
    finally:
        fresh.close()
    found = _shape(connection)
    differ = sorted(
        name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)
    )
    if differ:
        sheet.wrong(f"The schema is not that of schema.sql ({', '.join(differ)})", BACKUP)
    sheet.saw(f"version {stamps[1]}, {len(found)} tables, indexes and views")


def _shape(connection: Any) -> dict[str, object]:
    """Return what the schema says, whatever the words that it was said in."""
    shape: dict[str, object] = {}
    for name, kind, sql in connection.execute(check_store.OBJECTS).fetchall():
        if kind == "view":
            shape[name] = sql
            continue
        rows = [
            sorted(map(repr, connection.execute(question, (name,)).fetchall()))
            for question in check_store.SHAPES
        ]
        words = " ".join(sql.split())
        shape[name] = (kind, rows, words.count("CHECK"), "WITHOUT ROWID" in words)
    return shape


def look_at_trail(connection: Any, vault: str, sheet: Sheet, epoch: int | None = None) -> None:
    """Check that no line of the trail was changed, removed or put in; with ``epoch``, cut off."""
    with sheet.part("trail"):
        rows = audit.read(connection)
        connection.execute(check_store.NOTHING).fetchone()
        line = audit.broken_at(vault, rows)
        if line is not None:
            sheet.wrong(
                f"Line {line} of the trail is not as it was written",
                "find out who changed the database; a backup has the line as it was",
            )
        for lack in audit.lacks(connection, [each for each, _ in rows], epoch) if epoch else ():
            sheet.wrong(f"The trail says nothing of {lack}", audit.CUT_OFF)
        sheet.saw(f"{len(rows)} lines, head {rows[-1][1].hex() if rows else 'none'}")


def _look_at_members(connection: Any, signed: SignedKeyring, found: _Keys, sheet: Sheet) -> None:
    known = found.known = members.known(connection)
    slots = connection.execute(check_store.SLOTS).fetchall()
    kits = kit.recipients(connection)
    sheet.saw(f"{len(known)} members, {len({name for _, name in slots})} of them hold notes")
    signed.check(known.get(signed.signed_by) or kit.signer(connection, signed.signed_by))
    _compare_files(known, found.files, sheet)
    named = known.keys() | {each.name for each in kits}
    for epoch in signed.keyring.epochs.values():
        for name in sorted(known.keys() - epoch.slots.keys()):
            sheet.wrong(f"{name} has no key to the vault", "ask IT to add them again")
        for name in sorted(epoch.slots.keys() - named):
            sheet.wrong(f"{name} is no member and has a key to the vault", "rotate the key")
    _compare_holders(known, slots, found.roster, sheet)


def _compare_files(
    known: Mapping[str, Public], files: Mapping[str, MemberFile], sheet: Sheet
) -> None:
    for name, public in sorted(known.items()):
        if name not in files:
            sheet.wrong(f"keys/members/{name}.json is missing", "put it back from a backup")
        elif files[name].public != public:
            sheet.wrong(
                f"keys/members/{name}.json has other keys than {name} has in the vault",
                "put back a good copy of it from a backup, and ask who changed it",
            )
    for name in sorted(files.keys() - known.keys()):
        sheet.notices.append(f"keys/members/{name}.json is of nobody who is a member: delete it")


def _compare_holders(
    known: Mapping[str, Public], slots: list[tuple[int, str]], roster: Roster | None, sheet: Sheet
) -> None:
    if roster is None:
        if slots:
            sheet.wrong("keys/roster.json is missing", "put it back from a backup")
        return
    for name in sorted({name for _, name in slots}):
        listed, _ = roster.holders.get(name, (None, ""))
        if listed is None or known.get(name) != listed:
            sheet.wrong(
                f"{name} holds notes and is not on the list of keys/roster.json with the same keys",
                "do not log in as a note holder before IT has found out who changed it",
            )
    missing = sorted({number for number, _ in slots} - roster.commitments.keys())
    if missing:
        sheet.wrong("The list of note holders is older than the notes' key", BACKUP)
    newest = max((number for number, _ in slots), default=0)
    for name in sorted(roster.holders.keys() & known.keys()):
        if (newest, name) not in slots:
            sheet.wrong(f"{name} is on the list and has no notes' key", "approve them again")


def _look_at_untold(keys: Path, found: _Keys, sheet: Sheet) -> None:
    """Look at what waits in files for the next login to tell the trail."""
    with sheet.part("slips"):
        vault = None if found.signed is None else found.signed.keyring.vault
        slips.look(keys, vault, found.known, sheet)
    with sheet.part("passphrases"):
        untold = Attempts(keys).untold()
        if EVERYBODY in untold:
            sheet.wrong(
                "keys/attempts was damaged, where wrong passphrases are counted",
                "find out who could write there; the next login tells the trail",
            )
        sheet.saw(f"{sum(untold.values())} wrong ones since the last login")


def _look_at_sealed(home: Path, lock: Lock, me: Identity, sheet: Sheet) -> None:
    if me.public.role != "operator":
        sheet.skip("sealed", "only a note holder can: let one run this check too")
        return
    with sheet.part("sealed"), Vault(home, lock, me, find(home, me.public)) as vault:
        if vault.notes is None:
            sheet.saw("you hold no notes yet")
            return
        sheet.saw(_open_everything(vault, sheet))


def _open_everything(vault: Vault, sheet: Sheet) -> str:
    notes = amended = 0
    for call, revision in vault.conn.execute(check_store.SEALED_NOTES).fetchall():
        try:
            vault.read_note(call, revision)
            notes += 1
        except VaultDamaged as error:
            sheet.wrong(*split(str(error)))
        except Refused:
            continue
    for (call,) in vault.conn.execute(check_store.AMENDED).fetchall():
        with contextlib.suppress(Refused):
            narrative.read_amendments(vault, call)
            amended += 1
    kept = narrative.contacts(vault)
    for contact in kept:
        narrative.read_contact(vault, contact.call)
    return (
        f"{notes} notes, {len(vault.read_drafts())} drafts, {amended} amended calls, "
        f"{len(kept)} contacts can be read"
    )
