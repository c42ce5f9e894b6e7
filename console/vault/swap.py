"""One whole vault put in the place of another, so that at every instant one of them opens.

The new vault is made and proven in the folder ``restoring``. Renaming that to ``restored`` is the
instant from which it counts: whoever finds the folder ``restored`` finishes the move, file by
file. A file that is still in it has not moved. What was there before moves into it, in a folder
that becomes ``replaced-DAY`` at the end: a whole vault, which retention does not reach into and so
destroys as a whole.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from console.vault.files import file_trouble, make_folder, sync_folder

_STAGING, _DECIDED, _OLD, _DAY, _EMPTIED = "restoring", "restored", "replaced", "day", "emptied"
_ASIDE = re.compile(rf"{_OLD}-([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:-[0-9]+)?")
_ITEMS = ("members", "pins", "roster.json", "keyring.prev.json", "keyring.json")
_DATABASE = "vault.db"


def staging(home: Path) -> Path:
    """Return the folder in which a new vault is made."""
    return home / _STAGING


def pending(home: Path) -> bool:
    """Return whether a decided move is not finished."""
    return (home / _DECIDED).is_dir()


def members_folder(home: Path) -> Path:
    """Return the folder of the members' key files, wherever a move has left it."""
    moving = home / _DECIDED / "keys" / "members"
    return moving if moving.is_dir() else home / "keys" / "members"


def kept_aside(home: Path) -> list[Path]:
    """Return the folders of vaults that were replaced, oldest first."""
    found = home.glob(f"{_OLD}-*")
    return sorted(path for path in found if path.is_dir() and not path.is_symlink())


def put_aside_on(folder: Path) -> str | None:
    """Return the local day on which a vault was put aside, None for a name that says none."""
    named = _ASIDE.fullmatch(folder.name)
    return None if named is None else named[1]


def due(home: Path, last: str) -> list[Path]:
    """Return the vaults that were put aside up to the day ``last``: no note in them is younger."""
    return [path for path in kept_aside(home) if (put_aside_on(path) or "9") <= last]


def destroy(folders: Iterable[Path]) -> tuple[str, ...]:
    """Destroy whole vaults, all their key files first; return the names of what is still there.

    Without keys the rest is noise. What the disk does not take is left, and nothing is raised.
    """
    folders = list(folders)
    for folder in folders:
        for place, _folders, names in os.walk(folder):
            if (folder / "keys") in (Path(place), *Path(place).parents):
                for name in names:
                    _shred(Path(place, name))
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            sync_folder(folder.parent)
    return tuple(folder.name for folder in folders if folder.exists())


def destroy_all(home: Path) -> tuple[str, ...]:
    """As `destroy`, for every vault that was put aside, and one that was being restored."""
    there = (*kept_aside(home), staging(home))
    return destroy(path for path in there if path.is_dir() and not path.is_symlink())


def _shred(path: Path) -> None:
    """Write over a key file, as far as the file system does that in its place, and delete it."""
    with contextlib.suppress(OSError):
        if not path.is_symlink():
            with path.open("r+b") as file:
                file.write(os.urandom(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
    with contextlib.suppress(OSError):
        path.unlink()


def clear(home: Path) -> None:
    """Remove what was not decided yet; belongs under the vault's lock. Raises ConsoleError."""
    with file_trouble(staging(home)):
        if staging(home).exists():
            shutil.rmtree(staging(home))


def decide(home: Path, day: str) -> None:
    """Make the vault in `staging` the one that counts from now on; ``day`` names the old one's."""
    with file_trouble(staging(home)):
        (staging(home) / _DAY).write_text(day, "ascii")
        _sync(staging(home))
        staging(home).replace(home / _DECIDED)
        sync_folder(home)


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def finish(home: Path) -> Path | None:
    """Finish a decided move; return the folder of what was replaced, None if nothing was.

    Belongs under the vault's lock, which stays where it is. Raises ConsoleError; then it is done
    the next time.
    """
    new = home / _DECIDED
    if not new.is_dir():
        return None
    with file_trouble(home):
        old = new / _OLD
        make_folder(old / "keys")
        make_folder(home / "keys")
        if (new / _DATABASE).exists():
            _move_old(home, new, old)
            for item in _ITEMS:
                if (new / "keys" / item).exists():
                    (new / "keys" / item).replace(home / "keys" / item)
            sync_folder(home / "keys")
            (new / _DATABASE).replace(home / _DATABASE)
            sync_folder(home)
            sync_folder(new)
        return _put_aside(home, new, old)


def _move_old(home: Path, new: Path, old: Path) -> None:
    """Move aside all of the vault before; what is there after that is of the new one."""
    if (new / _EMPTIED).exists():
        return
    _move((home / f"{_DATABASE}-wal", home / f"{_DATABASE}-shm", home / _DATABASE), old)
    _move((home / "keys" / item for item in _ITEMS), old / "keys")
    sync_folder(old)
    sync_folder(old / "keys")
    sync_folder(home)
    sync_folder(home / "keys")
    (new / _EMPTIED).touch()
    sync_folder(new)


def _move(paths: Iterable[Path], to: Path) -> None:
    for path in paths:
        if path.exists():
            path.replace(to / path.name)


def _put_aside(home: Path, new: Path, old: Path) -> Path | None:
    day = (new / _DAY).read_text("ascii") if (new / _DAY).exists() else ""
    aside = None
    if (old / _DATABASE).exists() or any((old / "keys").glob("*")):
        aside = _free_name(home, day)
        old.replace(aside)
        sync_folder(home)
    shutil.rmtree(new)
    sync_folder(home)
    return aside


def _free_name(home: Path, day: str) -> Path:
    names = (f"{_OLD}-{day}{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, 10_000))))
    return next(home / name for name in names if not (home / name).exists())
