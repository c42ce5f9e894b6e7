"""A release on disk: the whole folder appears at once, or not at all; nothing is overwritten."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from console.errors import BadUsage, ConsoleError

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_PROBE = "probe"


def require_room(out: Path) -> None:
    """Raise ``ConsoleError`` unless a folder can be made in ``out``; nothing is left of the try.

    For before anything is published: what could never be written would be out for ever.
    """
    made: list[Path] = []
    try:
        for folder in (*reversed(out.parents), out):
            if not folder.exists():
                folder.mkdir()
                made.append(folder)
        made.append(Path(tempfile.mkdtemp(prefix=".probe-", dir=out)))
        (made[-1] / _PROBE).write_bytes(b"1")
    except OSError as error:
        way = "make room" if error.errno in _FULL else "name another folder"
        raise ConsoleError(f"nothing can be written to {out}: {error.strerror}; {way}") from error
    finally:
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                (folder / _PROBE).unlink(missing_ok=True)
                folder.rmdir()


def is_written(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Say whether the folder already holds exactly these files.

    Raises ``BadUsage`` if it holds anything else, ``ConsoleError`` if it cannot be read.
    """
    try:
        if not folder.exists() and not folder.is_symlink():
            return False
        if folder.is_dir() and not folder.is_symlink():
            names = {entry.name for entry in folder.iterdir()}
            if not names:
                return False
            if names == set(files) and all(
                (folder / name).is_file() and (folder / name).read_bytes() == content
                for name, content in files.items()
            ):
                return True
    except OSError as error:
        raise ConsoleError(f"the folder {folder} cannot be read: {error.strerror}") from error
    raise BadUsage(f"{folder} already holds something else; name another folder")


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files into a new folder, durable and all at once, unless they are there already.

    Raises ``BadUsage`` as ``is_written`` does, and ``ConsoleError`` if the disk refuses: then no
    part of the folder is left.
    """
    if is_written(folder, files):
        return
    partial: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        for name, content in files.items():
            with (partial / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        _sync(partial)
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
        _sync(folder.parent)
    except OSError as error:
        way = "make room" if error.errno in _FULL else "name another folder"
        raise ConsoleError(
            f"the release is published but could not be written to {folder.parent}: "
            f"{error.strerror}; {way} and export again"
        ) from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Make a folder's entries durable. Windows has no such call and needs none."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
