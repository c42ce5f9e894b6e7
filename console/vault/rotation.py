"""A new database key, at no instant of which the vault could be lost.

The order matters, and was chosen in trials with kills and simulated power cuts: (1) need space;
(2) write a keyring with both epochs; (3) export into vault.db.rotating under the new key; (4) open
it afresh and prove it equal, and that the old key fails on it; (5) take the old file out of its
write-ahead log; (6) rename; (7) forget the old epoch. Whatever is cut short, vault.db's first 16
bytes say which epoch opens it. SQLCipher's own rekey is never used: it can say ok with nothing
changed.
"""

import hashlib
import marshal
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.errors import ConsoleError, VaultDamaged
from console.language import _, later
from console.vault import audit, keyring, kit, members, store
from console.vault.database import attach_key, connect, remove, trouble
from console.vault.files import create_private, file_trouble, sync_folder
from console.vault.keyring import Epoch, RawKey
from console.vault.model import RotationReport

if TYPE_CHECKING:
    from console.vault.session import Vault

Progress = Callable[[str, float], None]
_SPACE = 2.2
_ROWS = 1000


def _rotating(vault: "Vault") -> Path:
    return vault.file.with_name("vault.db.rotating")


def rotate(
    vault: "Vault", *, now: datetime, progress: Progress, leaving: str | None = None
) -> RotationReport:
    """Put the vault under a new key; see `Vault.rotate`.

    With ``leaving`` that member gets no slot, and is removed in the copy before the swap: there is
    no instant at which they are removed and the old key opens the vault, nor the other way round.
    """
    began = time.perf_counter()
    progress(later("space"), 0.0)
    vault.checkpoint()
    with file_trouble(vault.file):
        check_space(vault.file.stat().st_size, shutil.disk_usage(vault.home).free)
    progress(later("keyring"), 0.05)
    number, raw = max(vault.keyring.epochs) + 1, RawKey.generate()
    with trouble():
        staying = {k: v for k, v in members.known(vault.conn).items() if k != leaving}
        everybody = [*staying.values(), *kit.recipients(vault.conn)]
    epoch = Epoch.seal(number, raw, vault.id, everybody, now)
    both = vault.keyring.only(vault.epoch).with_epoch(number, epoch)
    vault.keyring = keyring.write(vault.keys, both, vault.me)
    path = _rotating(vault)
    try:
        progress(later("copy"), 0.1)
        _export(vault, path, raw)
        progress(later("proof"), 0.5)
        _prove(vault, path, raw, number, now, leaving)
        progress(later("swap"), 0.95)
        _swap(vault, path)
    except BaseException:
        remove(path)
        raise
    vault.reopen(vault.keyring)
    vault.keyring = keyring.retire(vault.keys, vault.keyring, number, vault.me)
    progress(later("done"), 1.0)
    seconds = time.perf_counter() - began
    return RotationReport(number, seconds, vault.file.stat().st_size, vault.audit_head())


def tidy(vault: "Vault") -> None:
    """Clear away what a rotation left that was cut short.

    Only IT can sign a keyring, so a needless epoch stays in it until IT next unlocks.
    """
    remove(_rotating(vault))
    if vault.member.role == "it" and len(vault.keyring.epochs) > 1:
        vault.keyring = keyring.retire(vault.keys, vault.keyring, vault.epoch, vault.me)


def check_space(size: int, free: int) -> None:
    """Raise ConsoleError if ``free`` bytes do not do for rotating a file of ``size`` bytes."""
    needed = int(size * _SPACE)
    if free < needed:
        raise ConsoleError(
            _(
                "Rotation needs {needed} MB of free space and finds {free}: "
                "free some, then rotate again. Nothing was changed."
            ).format(needed=f"{needed / 1e6:.1f}", free=f"{free / 1e6:.1f}")
        )


def _export(vault: "Vault", path: Path, raw: RawKey) -> None:
    remove(path)
    with file_trouble(path):
        os.close(create_private(path))
    with trouble():
        # What the copy reads and decrypts is digested afterwards.
        vault.conn.execute(store.LARGE_CACHE)
        vault.conn.execute(store.ATTACH, (str(path.absolute()), attach_key(raw)))
        try:
            for statement in (*store.ATTACHED, store.EXPORT, *store.STAMPED):
                vault.conn.execute(statement).fetchone()
        finally:
            vault.conn.execute(store.DETACH)
    with file_trouble(path), path.open("rb+") as file:
        os.fsync(file.fileno())


def _prove(
    vault: "Vault", path: Path, raw: RawKey, number: int, now: datetime, leaving: str | None
) -> None:
    fresh = connect(path, raw, wal=False)
    try:
        with trouble():
            fresh.execute(store.LARGE_CACHE)
            # The checks are one long call of the driver, during which the other core can digest.
            with ThreadPoolExecutor(max_workers=1) as other:
                digested = other.submit(_content, vault.conn)
                _check(fresh)
            if _content(fresh) != digested.result():
                raise VaultDamaged(
                    _(
                        "The copy under the new key is not equal: nothing was changed; "
                        "check the disk, then rotate again."
                    )
                )
            fresh.execute(store.BEGIN)
            if leaving is not None:
                members.strike(fresh, leaving, now)
                audit.append(fresh, vault.id, vault.member.name, "member.removed", leaving, now=now)
            audit.append(
                fresh, vault.id, vault.member.name, "key.rotated", f"epoch {number}", now=now
            )
            fresh.execute(store.COMMIT)
    finally:
        fresh.close()
    for old in (vault.raw, RawKey(vault.raw.key, raw.salt)):
        if _opens(path, old):
            raise ConsoleError(
                _("The old key still opens the copy: nothing was changed; rotate again.")
            )


def _check(connection: Any) -> None:
    # Reading a page verifies its HMAC, and the check of the trees reads every page of the file and
    # names those that it does not come by; but it does not open free pages, so there may be none.
    free = connection.execute(store.FREE_PAGES).fetchone()
    trees = connection.execute(store.CHECK_TREES).fetchall()
    if free != (0,) or trees != [("ok",)] or connection.execute(store.CHECK_KEYS).fetchall():
        raise VaultDamaged(
            _(
                "The copy under the new key is damaged: nothing was changed; "
                "check the disk, then rotate again."
            )
        )


def _opens(path: Path, raw: RawKey) -> bool:
    try:
        connection = connect(path, raw, wal=False)
    except VaultDamaged:
        return False
    connection.close()
    return True


def _content(connection: Any) -> dict[str, object]:
    """Return the schema, and of each table a digest of all its rows in stored order."""
    content: dict[str, object] = {"": connection.execute(store.SCHEMA).fetchall()}
    # Text is compared as the bytes it is stored as.
    connection.text_factory = bytes
    try:
        for (name,) in connection.execute(store.TABLES).fetchall():
            table, digest = name.decode(), hashlib.blake2b()
            rows = connection.execute(store.scan(table))
            while chunk := rows.fetchmany(_ROWS):
                # Version 2 has no references, so equal rows have equal bytes.
                digest.update(marshal.dumps(chunk, 2))
            content[table] = digest.digest()
    finally:
        connection.text_factory = str
    return content


def _swap(vault: "Vault", path: Path) -> None:
    """Put the proven file in the old one's place; on failure the old one is open again."""
    with trouble():
        vault.conn.execute(store.LEAVE_WAL).fetchone()
    vault.conn.close()
    try:
        with file_trouble(vault.file):
            # A log that outlived its file would be read into the new one after a power cut.
            if vault.file.with_name("vault.db-wal").exists():
                raise ConsoleError(
                    _("The vault's log is in use: close other programs, rotate again.")
                )
            sync_folder(vault.home)
            path.replace(vault.file)
            sync_folder(vault.home)
    except BaseException:
        vault.reopen(vault.keyring)
        raise
