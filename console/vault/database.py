"""The encrypted file: opening it with every setting asserted, and what its errors mean.

sqlite-utils catches the exceptions of the module that it finds as `pysqlite3`. So sqlcipher3 is
registered under that name before sqlite_utils is first imported, which happens here and not before
a vault is opened; importing it takes longer than the unlock screen may.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.errors import ConsoleError, VaultDamaged
from console.language import _
from console.vault.files import create_private, file_trouble, reading
from console.vault.keyring import RawKey
from console.vault.migrations import migrate
from console.vault.model import VaultBusy

if TYPE_CHECKING:
    from sqlite_utils import Database

# "HLPV" in ASCII: tells `file` and a second implementation whose database this is.
APPLICATION_ID = 0x484C5056
SCHEMA_VERSION = 3
STAMPS = ("PRAGMA application_id = 0x484C5056", "PRAGMA user_version = 3")
SALT = 16
_OLDEST = (3, 51, 3)
_SMALLEST = 4096
_AT_ONCE = 2048

# A change, a question, and the value that must be found: first what needs no key, then the rest.
_KEYLESS: tuple[tuple[str, str, object], ...] = (
    ("PRAGMA locking_mode = EXCLUSIVE", "PRAGMA locking_mode", "exclusive"),
    ("PRAGMA temp_store = MEMORY", "PRAGMA temp_store", 2),
    ("PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", 1),
    ("PRAGMA secure_delete = ON", "PRAGMA secure_delete", 1),
)
_SYNCHRONOUS = ("PRAGMA synchronous = FULL", "PRAGMA synchronous", 2)
# For a file that is thrown away where the work on it is cut short, and made durable as a whole.
# Every page is written once, so those that were are only in the processor's way.
_UNSAFE = (
    "PRAGMA journal_mode = DELETE",
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA cache_size = 32",
)
_WAL = ("PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal")

# SQLite's primary result codes. A page whose HMAC is wrong comes as any of the last three.
_BUSY, _LOCKED, _READ_ONLY, _IO, _FULL, _CANNOT_OPEN = 5, 6, 8, 10, 13, 14
_DAMAGED = (11, 26, 7)
_IN_WORDS = {"disk I/O error": _IO, "database or disk is full": _FULL}


def driver() -> Any:
    """Return sqlcipher3, registered as what sqlite-utils looks for.

    Raises ConsoleError if the driver is too old or if sqlite_utils was imported before it.
    """
    import sqlcipher3
    from sqlcipher3 import dbapi2

    sys.modules.setdefault("pysqlite3", sqlcipher3)
    sys.modules.setdefault("pysqlite3.dbapi2", dbapi2)
    if sqlcipher3.sqlite_version_info < _OLDEST:
        raise ConsoleError("The database driver is too old: install sqlcipher3 as locked.")
    return dbapi2


def load() -> Any:
    """Return sqlite_utils, proven to know the driver's exceptions; importing it takes a while."""
    dbapi2 = driver()
    import sqlite_utils
    from sqlite_utils.utils import OperationalError

    if OperationalError is not dbapi2.OperationalError:
        raise ConsoleError("sqlite_utils was imported before the vault's driver: import it later.")
    return sqlite_utils


def wrap(connection: Any) -> "Database":
    """Return sqlite-utils' view of a connection."""
    # There are no triggers; switching them on would be a statement that rooms may not run.
    database: Database = load().Database(
        connection, recursive_triggers=False, execute_plugins=False
    )
    return database


@dataclass(frozen=True)
class Shut:
    """A vault file that was opened without its key: its salt, which names the epoch, and no more.

    To be closed by whoever does not `unshut` it.
    """

    path: Path
    salt: bytes
    connection: Any

    def close(self) -> None:
        """Close the file; what `unshut` returned is closed with it."""
        self.connection.close()


def shut(path: Path) -> Shut:
    """Open the existing file at ``path`` without a key. Raises VaultDamaged, ConsoleError."""
    salt = read_salt(path)
    with opening(path):
        return Shut(path, salt, _unkeyed(path))


def unshut(file: Shut, raw: RawKey) -> Any:
    """Return the connection of an open file, as `connect` does; closes it where that raises."""
    return _unlocked(file.path, file.connection, raw, wal=True)


def connect(path: Path, raw: RawKey, *, wal: bool = True) -> Any:
    """Return a connection to the existing file at ``path``, all settings made and asserted.

    Transactions are explicit. Any thread may use it, one at a time. Raises VaultDamaged if the key
    does not open it, ConsoleError for what the disk or another program says.
    """
    with opening(path):
        connection = _unkeyed(path)
    return _unlocked(path, connection, raw, wal=wal)


def _unlocked(path: Path, connection: Any, raw: RawKey, *, wal: bool) -> Any:
    with opening(path):
        try:
            _key(connection, raw)
            _prepare(connection, wal=wal)
        except BaseException:
            connection.close()
            raise
        return connection


def copy_under(
    old: tuple[Path, RawKey], new: tuple[Path, RawKey], told: Callable[[float], None]
) -> None:
    """Write the pages of a closed file, free ones too, into the new file under another key.

    By SQLite's backup, in which SQLCipher reads each page with one key and writes it with the
    other. A page that is not as it was written may come out as zeros, so what was written has to be
    proven; and made durable. ``told`` gets the share done, 0 to 1. Raises ConsoleError.
    """
    (path, key), (copy, fresh) = old, new
    with file_trouble(copy):
        os.close(create_private(copy))
    source = connect(path, key, wal=False)
    try:
        with trouble():
            target = _unkeyed(copy)
            try:
                _key(target, fresh)
                for statement in _UNSAFE:
                    target.execute(statement).fetchall()
                source.backup(
                    target,
                    pages=_AT_ONCE,
                    progress=lambda _status, left, total: told(1 - left / max(total, 1)),
                )
            finally:
                target.close()
    finally:
        source.close()


def damaged_pages(path: Path, raw: RawKey) -> int:
    """Return how many pages of the file at ``path`` are not as they were written.

    Works on a file too damaged to be opened. Raises ConsoleError for what the disk says.
    """
    with trouble():
        connection = _unkeyed(path)
        try:
            _key(connection, raw)
            return len(connection.execute("PRAGMA cipher_integrity_check").fetchall())
        finally:
            connection.close()


def _unkeyed(path: Path) -> Any:
    connection = driver().connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        check_same_thread=False,
        isolation_level=None,
        timeout=0,
    )
    # Before the key: with the default level a wrong key writes over the screen.
    connection.execute("PRAGMA cipher_log_level = NONE")
    try:
        _make(connection, _KEYLESS)
    except BaseException:
        connection.close()
        raise
    return connection


def _make(connection: Any, settings: Iterable[tuple[str, str, object]]) -> None:
    for change, question, wanted in settings:
        found = connection.execute(change).fetchone() or connection.execute(question).fetchone()
        if found != (wanted,):
            raise ConsoleError(
                f"The database driver ignores '{change}': install sqlcipher3 as locked."
            )


def _prepare(connection: Any, *, wal: bool) -> None:
    _make(connection, [_SYNCHRONOUS, _WAL] if wal else [_SYNCHRONOUS])
    # Twice: a damaged page can come as zeros once; the driver raises at the statement after it.
    for _twice in range(2):
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def ignored_settings(connection: Any) -> list[str]:
    """Return the settings that an open connection does not have; none, if all is well."""
    return [
        change
        for change, question, wanted in (*_KEYLESS, _SYNCHRONOUS, _WAL)
        if connection.execute(question).fetchone() != (wanted,)
    ]


def _key(connection: Any, raw: RawKey) -> None:
    """Give a connection its key: not by a PRAGMA, whose text would stay in memory for long."""
    connection.set_key(f"x'{raw.key.hex()}{raw.salt.hex()}'")


def make(path: Path, raw: RawKey) -> Any:
    """Make an empty vault file at ``path`` from schema.sql and return its connection."""
    remove(path)
    with file_trouble(path):
        os.close(create_private(path))
    connection = connect(path, raw)
    with trouble():
        connection.executescript("BEGIN;" + schema() + "COMMIT;")
        for statement in STAMPS:
            connection.execute(statement)
    return connection


def remove(path: Path) -> None:
    """Remove a database file with its logs, if there is one."""
    with file_trouble(path):
        for suffix in ("-wal", "-shm", "-journal", ""):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def schema() -> str:
    """Return schema.sql: beside this file in an installed package, at the root of a checkout."""
    here = Path(__file__).parent
    for path in (here / "schema.sql", here.parents[1] / "schema.sql"):
        if path.is_file():
            return path.read_text("utf-8")
    raise ConsoleError("schema.sql is missing: install the package again.")


def read_salt(path: Path) -> bytes:
    """Return the first 16 bytes of a vault file, which name its epoch. Raises VaultDamaged."""
    try:
        with file_trouble(path, missing=True), reading(path) as (descriptor, size):
            salt = os.read(descriptor, SALT)
    except FileNotFoundError as error:
        raise VaultDamaged(
            _("vault.db is missing beside its keys: restore it from a backup.")
        ) from error
    if size < _SMALLEST:
        raise VaultDamaged(_("vault.db is damaged (cut short): restore it from a backup."))
    return salt


def bring_up_to_date(connection: Any) -> None:
    """Migrate an older vault; nothing to do for one of this version.

    Raises VaultDamaged for another program's database, ConsoleError for a newer vault.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise VaultDamaged(_("vault.db is not a vault of this program: restore it from a backup."))
    if version > SCHEMA_VERSION:
        raise ConsoleError(_("This vault was made by a newer version: install that version."))
    if version < SCHEMA_VERSION:
        migrate(connection, version, schema())


@contextlib.contextmanager
def opening(path: Path) -> Iterator[None]:
    """Turn what the driver says while a file is opened into a ConsoleError of one line."""
    with trouble():
        try:
            yield
        except driver().DatabaseError as error:
            if _code(error) in (_BUSY, _LOCKED, _READ_ONLY, _FULL, _IO, _CANNOT_OPEN):
                raise
            raise VaultDamaged(
                _(
                    "{file} is damaged, or is not the vault of these keys: "
                    "restore vault.db and the folder keys from the same backup."
                ).format(file=path.name)
            ) from error


@contextlib.contextmanager
def trouble() -> Iterator[None]:
    """Turn a full disk, a read-only one, a failing one or a damaged file into a ConsoleError.

    Mistakes in SQL and broken constraints pass: they are the caller's.
    """
    try:
        yield
    except driver().DatabaseError as error:
        explained = _explain(_code(error))
        if explained is None:
            raise
        raise explained from error


def _code(error: Exception) -> int:
    code = int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
    # A backup tells its errors in SQLite's words alone.
    return code or _IN_WORDS.get(str(error), 0)


def damaged() -> VaultDamaged:
    """Return the error that says the database is damaged, and what to do."""
    return VaultDamaged(_("vault.db is damaged: restore it from a backup."))


def _failing() -> ConsoleError:
    return ConsoleError(
        _("The disk failed, what was saved before is safe: check the disk, then try again.")
    )


def _explain(code: int) -> ConsoleError | None:
    if code in _DAMAGED:
        return damaged()
    busy = VaultBusy(_("Another program has vault.db open: close it, then try again."))
    return {
        _BUSY: busy,
        _LOCKED: busy,
        _FULL: ConsoleError(
            _("The disk is full, what was saved before is safe: free some space, then try again.")
        ),
        _IO: _failing(),
        _READ_ONLY: ConsoleError(
            _(
                "The vault cannot be written, what was saved before is safe: "
                "make the home folder writable."
            )
        ),
        _CANNOT_OPEN: ConsoleError(
            _(
                "The vault cannot be opened, what was saved before is safe: "
                "give yourself access to the home folder."
            )
        ),
    }.get(code)
