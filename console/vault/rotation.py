"""A new database key, at no instant of which the vault could be lost.

The order matters, and was chosen in trials with kills and simulated power cuts: (1) need space;
(2) write a keyring with both epochs; (3) close the file, and let SQLCipher copy it page by page to
vault.db.rotating, under the new key; (4) prove that every page of it is authentic under the new
key, holds what that page held before, and that the old key fails on it; (5) see that the old file
has no write-ahead log; (6) rename; (7) forget the old epoch. Whatever is cut short, vault.db's
first 16 bytes say which epoch opens it. PRAGMA rekey is not used: it writes over the vault itself,
and can say ok with nothing changed. Nothing rests on what the copying says either: the proof reads
what it wrote.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console.errors import ConsoleError, VaultDamaged
from console.language import _, later
from console.vault import audit, keyring, kit, members, pages, store
from console.vault.database import (
    connect,
    copy_under,
    damaged,
    damaged_pages,
    read_salt,
    remove,
    trouble,
)
from console.vault.files import file_trouble, put_off, sync_folder
from console.vault.keyring import Epoch, RawKey
from console.vault.model import RotationReport

if TYPE_CHECKING:
    from console.vault.session import Vault

Progress = Callable[[str, float], None]
_SPACE = 2.2
_COPY, _PROOF, _SWAP = 0.1, 0.6, 0.95


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
        everybody = [*staying.values(), *kit.standing(vault)]
    epoch = Epoch.seal(number, raw, vault.id, everybody, now)
    both = vault.keyring.only(vault.epoch).with_epoch(number, epoch)
    vault.keyring = keyring.write(vault.keys, both, vault.me)
    path = _rotating(vault)
    try:
        # Nobody writes in a file that nobody has open, and the lock keeps other consoles out.
        vault.conn.close()
        progress(later("copy"), _COPY)
        _copy(vault, path, raw, progress)
        progress(later("proof"), _PROOF)
        _prove(vault, path, raw, progress)
        _note(vault, path, raw, number, now, leaving)
        progress(later("swap"), _SWAP)
        _swap(vault, path)
    except BaseException:
        try:
            remove(path)
        finally:
            vault.reopen(vault.keyring)
        raise
    vault.reopen(vault.keyring)
    # It is done by now: what the disk does not take, the next unlock of IT retires.
    with put_off():
        vault.keyring = keyring.retire(vault.keys, vault.keyring, number, vault.me)
    progress(later("done"), 1.0)
    seconds = time.perf_counter() - began
    return RotationReport(number, seconds, vault.file.stat().st_size, vault.audit_head())


def tidy(vault: "Vault") -> None:
    """Clear away what a rotation left that was cut short.

    Only IT can sign a keyring, so a needless epoch stays in it until IT next unlocks.
    """
    # The file goes last: without it there is nothing. What cannot be removed keeps nobody out.
    if _rotating(vault).exists():
        with contextlib.suppress(ConsoleError):
            remove(_rotating(vault))
    if vault.member.role == "it" and len(vault.keyring.epochs) > 1:
        with put_off():
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


def _copy(vault: "Vault", path: Path, raw: RawKey, progress: Progress) -> None:
    _demand_no_log(vault.file)
    remove(path)
    tell = _sparing(progress, later("copy"), _COPY, _PROOF)
    copy_under((vault.file, vault.raw), (path, raw), tell)


def _sparing(progress: Progress, step: str, begin: float, end: float) -> Callable[[float], None]:
    """Return what takes the share done of one step, 0 to 1, and tells whole hundredths of all."""
    told = begin

    def tell(share: float) -> None:
        nonlocal told
        done = round(begin + share * (end - begin), 2)
        if done > told:
            told = done
            progress(step, done)

    return tell


def _prove(vault: "Vault", path: Path, raw: RawKey, progress: Progress) -> None:
    """Raise VaultDamaged unless each page of the copy is authentic and holds what it held before.

    The copy is durable on return. Two readers prove it that share no code: SQLCipher verifies the
    HMACs under the new key, and `pages` decrypts both files. A damaged page of the old file shows
    too: SQLCipher took it for zeros, which it does not decrypt to.
    """
    tell = _sparing(progress, later("proof"), _PROOF, _SWAP)
    # SQLCipher's part is one long call of the driver, during which the other core can decrypt.
    with ThreadPoolExecutor(max_workers=2) as others:
        durable = others.submit(_sync, path)
        wrong = others.submit(damaged_pages, path, raw)
        same = pages.same_content((vault.file, vault.raw), (path, raw), tell)
    durable.result()
    # The salt is the one part of the file that no HMAC covers, and names the epoch.
    if wrong.result() or read_salt(path) != raw.salt:
        raise VaultDamaged(
            _(
                "The copy under the new key is damaged: nothing was changed; "
                "check the disk, then rotate again."
            )
        )
    if not same:
        if damaged_pages(vault.file, vault.raw):
            raise damaged()
        raise VaultDamaged(
            _(
                "The copy under the new key is not equal: nothing was changed; "
                "check the disk, then rotate again."
            )
        )
    for old in (vault.raw, RawKey(vault.raw.key, raw.salt)):
        if _opens(path, old):
            raise ConsoleError(
                _("The old key still opens the copy: nothing was changed; rotate again.")
            )


def _sync(path: Path) -> None:
    with file_trouble(path), path.open("rb+") as file:
        os.fsync(file.fileno())


def _opens(path: Path, raw: RawKey) -> bool:
    try:
        connection = connect(path, raw, wal=False)
    except VaultDamaged:
        return False
    connection.close()
    return True


def _note(
    vault: "Vault", path: Path, raw: RawKey, number: int, now: datetime, leaving: str | None
) -> None:
    """Say in the proven copy what was done, durably; a member who leaves is removed with it.

    Without a log: the copy took the old file's way of writing over, and a log that SQLite cannot
    empty when it closes the file stays behind without a word.
    """
    fresh = connect(path, raw, wal=False)
    try:
        with trouble():
            if fresh.execute(store.NO_LOG).fetchone() != ("delete",):
                raise ConsoleError(
                    _("The vault's log is in use: close other programs, rotate again.")
                )
            fresh.execute(store.BEGIN)
            me = vault.member.name
            if leaving is not None:
                members.strike(fresh, leaving, now)
                audit.append(fresh, vault.id, me, "member.removed", leaving, now=now)
            audit.append(fresh, vault.id, me, "key.rotated", f"epoch {number}", now=now)
            fresh.execute(store.COMMIT)
    finally:
        fresh.close()
    _demand_no_log(path)
    connect(path, raw, wal=False).close()


def _demand_no_log(path: Path) -> None:
    """Raise ConsoleError if the closed file has a log: it was not emptied, or is in use."""
    if any(path.with_name(path.name + suffix).exists() for suffix in ("-wal", "-journal")):
        raise _log_in_use()


def _log_in_use() -> ConsoleError:
    return ConsoleError(_("The vault's log is in use: close other programs, rotate again."))


def _swap(vault: "Vault", path: Path) -> None:
    """Put the proven file in the old one's place."""
    # A log that outlived its file would be read into the new one after a power cut.
    _demand_no_log(vault.file)
    _demand_no_log(path)
    with file_trouble(vault.file):
        sync_folder(vault.home)
        path.replace(vault.file)
        sync_folder(vault.home)
