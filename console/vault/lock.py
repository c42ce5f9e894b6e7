"""One console at a time: a lock that the system frees when its holder dies, however it dies."""

import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from console.errors import ConsoleError
from console.language import _
from console.text import plain
from console.vault.files import file_trouble, read_file
from console.vault.model import VaultBusy

if sys.platform == "win32":
    import msvcrt

    def _grab(descriptor: int) -> None:
        # Far behind the content, because on Windows a locked byte cannot be read by others.
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _let_go(descriptor: int) -> None:
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

    def _open_turn(keys: Path) -> int:
        # A folder cannot be opened here.
        return os.open(keys / "lock", os.O_RDWR | os.O_CREAT, 0o600)

    def _take_turn(descriptor: int) -> None:
        # Another byte than an open console holds.
        os.lseek(descriptor, (1 << 30) + 1, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _grab(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _let_go(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _open_turn(keys: Path) -> int:
        return os.open(keys, os.O_RDONLY)

    def _take_turn(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_LONGEST = 4096
# Seconds: a step takes a few milliseconds.
_PATIENCE, _MOMENT = 1.0, 0.001


class Lock:
    """The held lock of a vault; the file stays, only the system's lock on it counts."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor: int | None = descriptor
        self._path = path

    @classmethod
    def take(cls, keys: Path, member: str, *, now: datetime) -> "Lock":
        """Return the lock of the vault whose keys are in ``keys``, which says that it is held.

        Raises VaultBusy naming who holds it, ConsoleError if the folder cannot be written.
        """
        lock = cls.grab(keys)
        try:
            lock.say(member, now=now)
        except BaseException:
            lock.release()
            raise
        return lock

    @classmethod
    def grab(cls, keys: Path) -> "Lock":
        """As `take`, but for who holds it: that is for `say`."""
        path = keys / "lock"
        with file_trouble(path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _grab(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise VaultBusy(_who(path)) from error
        return cls(descriptor, path)

    def say(self, member: str, *, now: datetime) -> None:
        """Let whoever finds the lock held know by whom. Raises ConsoleError."""
        holder = {
            "member": member,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": now.strftime("%H:%M"),
        }
        if self._descriptor is not None:
            with file_trouble(self._path):
                os.lseek(self._descriptor, 0, os.SEEK_SET)
                os.write(self._descriptor, _over(self._descriptor, json.dumps(holder).encode()))

    def release(self) -> None:
        """Give the vault free; a second time does nothing."""
        if self._descriptor is not None:
            # Not by closing alone: a child that is just being started may share the descriptor.
            _let_go(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


@contextlib.contextmanager
def turn(keys: Path) -> Iterator[None]:
    """Wait until nobody else is in such a block, be a console open or not; for one short step.

    Nobody waits for long, nor at all where the system locks no folder: no login may hang on it.
    """
    descriptor = None
    try:
        with contextlib.suppress(OSError):
            descriptor = _open_turn(keys)
            _wait(descriptor)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _wait(descriptor: int) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            _take_turn(descriptor)
        except (BlockingIOError, PermissionError):
            if time.monotonic() > end:
                return
            time.sleep(_MOMENT)
        else:
            return


def _over(descriptor: int, content: bytes) -> bytes:
    """Return ``content`` with blanks over what is left of a longer one.

    Emptying the file first costs more than everything else of an unlock: file systems flush it.
    """
    size = os.fstat(descriptor).st_size
    if size > _LONGEST:
        os.ftruncate(descriptor, 0)
    return content.ljust(min(size, _LONGEST))


def _who(path: Path) -> str:
    try:
        holder = json.loads(read_file(path))
        who = plain(
            _("{member} (since {since}, process {pid} on {host})").format(
                member=holder["member"],
                since=holder["since"],
                pid=holder["pid"],
                host=holder["host"],
            ),
            lines=False,
        )
    except (ConsoleError, OSError, ValueError, KeyError, TypeError):
        who = _("Another console")
    return _("{who} has this vault open: close that console first.").format(who=who)
