"""Wiping: nothing of what was destroyed stays in a page of the file, nor in its log.

`secure_delete` overwrites what is deleted where it lies, but not the copies that SQLite leaves in
the gaps of pages when it moves rows between them. So what destroys says so in its own transaction,
and afterwards the file is built anew (VACUUM) from the rows that are left. Cut short, it is owed.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.errors import ConsoleError
from console.vault import purge_store, store
from console.vault.database import driver, trouble
from console.vault.files import file_trouble
from console.vault.findings import Sheet

if TYPE_CHECKING:
    from console.vault.session import Vault

AT_ONCE = 16 << 20
"""Bytes of a file that is built anew while an operator waits: about half a second."""

SPARE = 1.5
"""How many times its size a large file's building anew may take of memory."""

OWED = "retention.wipe_owed"
_BEGUN = "retention.wipe_begun"
_PIECE = 1 << 20
_MEMORY = Path("/proc/meminfo")


def owe(vault: "Vault") -> None:
    """Remember that something was destroyed; in the transaction that destroys it."""
    vault.set_setting(OWED, True)


def is_owed(vault: "Vault") -> bool:
    """Tell whether pages may hold what was destroyed; also where an older program left them."""
    return _is_owed(vault.conn)


def look(connection: Any, sheet: Sheet) -> None:
    """Have a check say that pages may still hold what was destroyed, and when that ends."""
    if _is_owed(connection):
        sheet.notices.append(
            "Pieces of what was destroyed may be left in vault.db: the next login builds it anew "
            "(a large one: that of IT or a coordinator), where disk and memory let it; once that "
            "was cut short, `helpline vault purge` does"
        )


def _is_owed(connection: Any) -> bool:
    with trouble():
        row = connection.execute(store.GET_SETTING, (OWED,)).fetchone()
    return row is None or bool(json.loads(row[0]))


def wipe(vault: "Vault", *, at_once: bool = False) -> bool:
    """Build the file anew if that is owed, and empty the log; tell whether nothing is owed now.

    Takes as much disk and memory as the file has, and no temporary file; what they do not let be
    done, the next login tries again. A large file stays as it is, without ``at_once``, at an
    operator's, since others can wait, and where it was cut short before: the system may end,
    without a word, a program that takes too much, and nobody must be kept out by that for ever.
    """
    begun = False
    try:
        if not is_owed(vault):
            return True
        # What is given back to the disk at the end of the file has been overwritten before.
        vault.checkpoint()
        size = _size(vault)
        if size > AT_ONCE:
            waits = vault.member.role == "operator" or vault.setting(_BEGUN, False)
            if not at_once and (waits or not _has_memory(size)):
                return False
            vault.set_setting(_BEGUN, True)
            begun = True
        vault.conn.execute(purge_store.BUILD_ANEW)
        vault.checkpoint()
        with vault.transaction():
            vault.set_setting(OWED, False)
            vault.set_setting(_BEGUN, False)
    except BaseException as error:
        expected = (ConsoleError, MemoryError, driver().DatabaseError)
        # Here the system ended nothing. After a damaged page SQLCipher writes nothing more, and
        # whoever tries finds that it reads nothing more either.
        if begun and type(error) is not driver().DatabaseError:
            with contextlib.suppress(*expected):
                vault.set_setting(_BEGUN, False)
        if not isinstance(error, expected):
            raise
        # It has grown, on a disk that may be full.
        vault.empty_log()
        return False
    return True


def _has_memory(size: int) -> bool:
    """Tell whether a file of ``size`` bytes can be built anew; tried where the system is silent."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in _MEMORY.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024 >= SPARE * size
    return True


def _size(vault: "Vault") -> int:
    with file_trouble(vault.file):
        return vault.file.stat().st_size


def overwrite_log(vault: "Vault") -> None:
    """Empty the log, noughts first: what a file system cuts off a file can be found on the disk."""
    with contextlib.suppress(ConsoleError):
        _overwrite_log(vault)
    vault.empty_log()


def _overwrite_log(vault: "Vault") -> None:
    with trouble():
        busy, frames, copied = vault.conn.execute(purge_store.COPY_LOG).fetchone()
    log = vault.file.with_name(f"{vault.file.name}-wal")
    if busy or frames != copied:
        return
    with file_trouble(log), log.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        while file.tell() < size:
            file.write(bytes(min(_PIECE, size - file.tell())))
        file.flush()
        os.fsync(file.fileno())
