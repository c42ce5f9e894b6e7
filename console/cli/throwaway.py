"""A place for a vault that goes when the program does."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from console.cli.session import now

# What a shell makes of a program that a signal ended.
_SIGNALLED = 128


@contextmanager
def throw_away(prefix: str) -> Iterator[Path]:
    """Yield a place for a vault in a temporary folder that is removed afterwards.

    Folders that begin with ``prefix`` and whose program was killed are removed first.
    """
    from console.vault.lock import Lock

    # A closed window must not leave the folder behind either.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _leave)
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        _sweep(left)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    lock = Lock.take(folder, "", now=now())
    try:
        yield folder / "home"
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(left: Path) -> None:
    """Remove the folder unless it is somebody else's, or its program is still running."""
    from console.errors import ConsoleError
    from console.vault.lock import Lock

    # Anybody can write to the temporary folder: a link there may lead anywhere.
    if left.is_symlink() or not (left / "lock").is_file():
        return
    if hasattr(os, "getuid") and left.stat().st_uid != os.getuid():
        return
    try:
        Lock.take(left, "", now=now()).release()
    except ConsoleError:
        return
    shutil.rmtree(left, ignore_errors=True)


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(_SIGNALLED + number)
