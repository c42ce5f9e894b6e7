"""A backup: the vault and its key files in one file, taken while a console goes on writing.

A console holds the database for itself, so a backup reads the files as a power cut would leave
them. It copies vault.db, then the write-ahead log, then reads vault.db again. If that is the same,
the database did not change from before the log was read until after it (what is written anew has
another random IV, so no page changes back), and the log, which only grows, is from that very time
if its header, with the salts of its generation, is the same after reading it as before. Both
together are the state of one instant, which SQLite recovers to the last commit. If a checkpoint
came between, the copy is made again. The copy is then opened and proven before anything counts.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from console.errors import BadUsage, ConsoleError, Refused, VaultDamaged
from console.vault import archive, audit, check, database, keyring, kit, members, slips, swap
from console.vault.archive import Entry
from console.vault.files import (
    Document,
    canonical,
    context,
    create_private,
    file_trouble,
    make_folder,
    parse_document,
    spell_document,
    sync_folder,
    to_text,
)
from console.vault.findings import Sheet
from console.vault.identity import Identity, Public
from console.vault.model import VaultBusy, check_name
from console.vault.opening import enter, exists, identify, tidy

FORMAT = "helpline-backup-1"
Progress = Callable[[str, float], None]
_TRIES = 20
_PIECE = 1 << 20
_LOG_HEADER = 32
_KEY_FILES = ("keyring.json", "keyring.prev.json", "roster.json")


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup that was made and proven.

    ``lines`` counts those of the trail, ``head`` is the hash of the last; ``tries`` counts copies
    until none was disturbed; ``while_open`` says whether a console had the vault open.
    """

    day: str
    bytes: int
    epoch: int
    lines: int
    head: str
    tries: int
    while_open: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: the vault, where its keys and its trail stood, its files.

    ``day`` is local; ``signed_by`` is the IT member who made it; ``message`` is what was signed.
    """

    vault: str
    day: str
    epoch: int
    generation: int
    schema: int
    lines: int
    head: str
    entries: tuple[Entry, ...]
    signed_by: str
    message: bytes
    signature: bytes

    def check(self, signer: Public | None, path: Path) -> None:
        """Raise VaultDamaged unless ``signer`` is of IT and made this backup."""
        if signer is None or signer.role != "it" or not signer.signed(self.message, self.signature):
            raise VaultDamaged(
                f"{path.name} was not made by an IT member of its vault: take another backup, "
                "and ask who changed this one."
            )


def back_up(
    home: Path,
    name: str,
    passphrase: str,
    path: Path,
    *,
    now: datetime,
    progress: Progress | None = None,
) -> BackupReport:
    """Write a backup of the vault in ``home`` to the new file ``path``, whole or not at all.

    Works while a console has the vault open; then the trail hears of it at the next login. Raises
    CannotUnlock, Refused (not IT), BadUsage (the file is there, or would be in the home),
    VaultDamaged (so is the vault), ConsoleError (full disk; the vault changed without a pause; a
    restore was cut short or goes on).
    """
    tell = progress or (lambda _step, _share: None)
    if not exists(home):
        raise BadUsage(f"There is no vault in {home}: say where it is with --home.")
    if swap.pending(home):
        raise _restoring()
    if path.resolve().is_relative_to(home.resolve()):
        raise BadUsage("A backup in the home goes where the home goes: write it to a stick, say.")
    if path.exists():
        raise BadUsage(f"{path.name} is there already: choose another name for the backup.")
    me = identify(home / "keys", check_name(name), passphrase)
    if me.public.role != "it":
        raise Refused("Backups are made by IT staff: log in as one of them.")
    while_open = _note(home, me, now)
    work = path.with_name(path.name + ".making")
    _clear(work)
    try:
        make_folder(work)
        tell("copy", 0.05)
        tries = snapshot(home, work)
        tell("proof", 0.4)
        manifest = _prove(work, me, now)
        tell("write", 0.7)
        written = work / "backup"
        raw = spell_document(manifest)
        found = read_fields(parse_document(raw, path.name, FORMAT))
        archive.write(written, raw, work, found.entries)
        archive.unpack(written, raw, list(found.entries), None)
        if while_open:
            subject = f"line {found.lines}, manifest {hashlib.sha256(raw).hexdigest()[:16]}"
            slips.leave(home / "keys", found.vault, me, subject, now=now)
        with file_trouble(path):
            size = written.stat().st_size
            written.replace(path)
            sync_folder(path.absolute().parent)
    finally:
        _clear(work)
    tell("done", 1.0)
    return BackupReport(found.day, size, found.epoch, found.lines, found.head, tries, while_open)


def _note(home: Path, me: Identity, now: datetime) -> bool:
    """Say in the trail that a backup begins; True if a console has the vault open instead."""
    try:
        vault = enter(home, me, now=now)
    except VaultBusy:
        return True
    tidy(vault, now)
    with vault:
        vault.audit("backup.begun", now=now)
    return False


def _clear(folder: Path) -> None:
    with file_trouble(folder):
        if folder.exists():
            shutil.rmtree(folder)


# One instant of a vault that is written to -------------------------------------------------


def snapshot(home: Path, folder: Path) -> int:
    """Copy the files of the vault in ``home`` as they were at one instant; return the tries.

    Raises ConsoleError if they changed during each of many tries, or for a full disk.
    """
    for tries in range(1, _TRIES + 1):
        _clear(folder / "keys")
        database.remove(folder / "vault.db")
        copied = _copied(home, folder)
        # Looked at last: from before a restore moves the first file until after the last.
        if swap.pending(home):
            raise _restoring()
        if copied:
            return tries
    raise ConsoleError(
        "The vault was written to all the time: try the backup again in a quieter minute."
    )


def _restoring() -> ConsoleError:
    return ConsoleError(
        "A restore goes on, or was cut short: log in once, which finishes it, then back up."
    )


def _copied(home: Path, folder: Path) -> bool:
    with file_trouble(home, missing=True):
        try:
            began = (home / "vault.db").stat()
            keys = _key_files(home / "keys")
            digest = _copy(home / "vault.db", folder / "vault.db")
            log = _read_log(home / "vault.db-wal")
            if log is None or _digest(home / "vault.db") != digest:
                return False
            if _key_files(home / "keys") != keys:
                return False
            # A restore moves the log away before the database, which stays readable while open.
            if not os.path.samestat(began, (home / "vault.db").stat()):
                return False
        except FileNotFoundError as error:
            # A rotation renames and a restore moves; what is missing besides is so for good.
            if not (home / "vault.db").exists() and not swap.pending(home):
                raise VaultDamaged(
                    "vault.db is missing beside its keys: restore it from a backup."
                ) from error
            return False
    for name, content in keys.items():
        make_folder((folder / name).parent)
        _put(folder / name, content)
    if log:
        _put(folder / "vault.db-wal", log)
    return True


def _key_files(keys: Path) -> dict[str, bytes]:
    paths = [keys / name for name in _KEY_FILES if (keys / name).exists()]
    for folder in ("members", "pins"):
        paths += sorted((keys / folder).glob("*.json"))
    return {path.relative_to(keys.parent).as_posix(): path.read_bytes() for path in paths}


def _copy(source: Path, to: Path) -> bytes:
    digest = hashlib.sha256()
    with source.open("rb") as file, os.fdopen(create_private(to), "wb") as out:
        while piece := file.read(_PIECE):
            digest.update(piece)
            out.write(piece)
    return digest.digest()


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _read_log(path: Path) -> bytes | None:
    """Return the log, b'' if there is none; None if another generation of it began meanwhile."""
    try:
        with path.open("rb") as file:
            log = file.read(os.fstat(file.fileno()).st_size)
            file.seek(0)
            return log if file.read(_LOG_HEADER) == log[:_LOG_HEADER] or not log else None
    except FileNotFoundError:
        return b""


def _put(path: Path, content: bytes) -> None:
    with file_trouble(path), os.fdopen(create_private(path), "wb") as file:
        file.write(content)


# What it holds, proven -----------------------------------------------------------------------


def _prove(work: Path, me: Identity, now: datetime) -> dict[str, Any]:
    """Open the copy with its own keys, look at all of it, and return the signed manifest."""
    signed = keyring.read(work / "keys")
    ring = signed.keyring
    epoch = ring.epoch_of(database.read_salt(work / "vault.db"))
    connection = database.connect(work / "vault.db", ring.open(epoch, me))
    try:
        with database.trouble():
            known = members.known(connection)
            members.check_me(known, me.public)
            signed.check(known.get(signed.signed_by) or kit.signer(connection, signed.signed_by))
            lines, head = prove_content(connection, ring.vault)
            (schema,) = connection.execute("PRAGMA user_version").fetchone()
    finally:
        connection.close()
    names = sorted(path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file())
    entries = [Entry.of(work, name) for name in names]
    fields: dict[str, Any] = {
        "format": FORMAT,
        "vault": ring.vault,
        "day": now.date().isoformat(),
        "epoch": epoch,
        "generation": ring.generation,
        "schema": schema,
        "lines": lines,
        "head": head,
        "files": {each.name: {"size": each.size, "sha256": each.sha256} for each in entries},
        "signed_by": me.public.name,
    }
    return {**fields, "signature": to_text(me.sign(_message(fields)))}


def prove_content(connection: Any, vault: str) -> tuple[int, str]:
    """Raise VaultDamaged unless all pages, tables and lines of the trail are as they should be.

    Returns the number of lines of the trail and its head.
    """
    sheet = Sheet()
    check.look_at_content(connection, sheet)
    check.look_at_trail(connection, vault, sheet)
    if sheet.findings:
        raise VaultDamaged(
            f"{sheet.findings[0].problem}: nothing was written; see `helpline vault check`."
        )
    rows = audit.read(connection)
    return len(rows), rows[-1][1].hex() if rows else ""


def _message(fields: Mapping[str, object]) -> bytes:
    return context("backup") + canonical(fields)


def read_manifest(path: Path) -> tuple[bytes, Manifest]:
    """Return the manifest of the backup at ``path``, as bytes and as read; its files unread.

    Raises VaultDamaged for what is no backup or a damaged one, ConsoleError.
    """
    raw = archive.read_manifest(path)
    try:
        return raw, read_fields(parse_document(raw, path.name, FORMAT))
    except VaultDamaged as error:
        raise archive.damaged(path) from error


def read_fields(file: Document) -> Manifest:
    """Return a manifest as read. Raises VaultDamaged."""
    files = file.table("files")
    entries = []
    for name in sorted(files.fields):
        entry = files.table(name)
        entries.append(Entry(name, entry.number("size"), entry.text("sha256")))
    return Manifest(
        vault=file.text("vault"),
        day=file.text("day"),
        epoch=file.number("epoch"),
        generation=file.number("generation"),
        schema=file.number("schema"),
        lines=file.number("lines"),
        head=file.text("head"),
        entries=tuple(entries),
        signed_by=file.text("signed_by"),
        message=_message({k: v for k, v in file.fields.items() if k != "signature"}),
        signature=file.blob("signature", 64),
    )
