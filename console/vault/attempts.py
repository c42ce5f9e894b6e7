"""Wrong passphrases wait, longer each time, on a clock that nobody can set.

Times are the system's monotonic clock with the boot it belongs to: setting the wall clock changes
nothing, another process goes on waiting, and after a restart of the machine the whole wait is due
again. The counter is raised before a passphrase is tried, so that killing the program gains none.

A wrong passphrase opens no vault, so the trail hears of it at the next login (`logins`); until then
the file keeps how many there were for each member.
"""

import contextlib
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from console.errors import CannotUnlock, VaultDamaged
from console.language import _
from console.vault.files import file_trouble, read_file, spell, write_atomic
from console.vault.lock import turn

_LABEL = "keys/attempts"
_FREE = 3
_LONGEST = 60
EVERYBODY = ""
"""Stands for all members where the file was damaged, and nobody knows whose count it was."""

_Entry = tuple[int, float]


@dataclass(frozen=True)
class _Counts:
    """What the file holds: who has to wait and since when, and what the trail has not heard."""

    waiting: Mapping[str, _Entry]
    untold: Mapping[str, int]


@lru_cache(maxsize=1)
def boot() -> str:
    """Return what names this boot of the machine where the system tells, else nothing."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return ""


def delay(wrong: int) -> int:
    """Return the seconds to wait after ``wrong`` wrong passphrases: none, then 2, 4, 8 … 60."""
    return 0 if wrong < _FREE else min(_LONGEST, 2 ** min(wrong - _FREE + 1, 8))


class Attempts:
    """The persisted counters of a vault's members."""

    def __init__(
        self, keys: Path, *, clock: Callable[[], float] = time.monotonic, booted: str | None = None
    ) -> None:
        self._keys, self._path = keys, keys / "attempts"
        self._clock = clock
        self._boot = boot() if booted is None else booted
        self._written: tuple[bytes, _Counts] | None = None

    def begin(self, member: str) -> None:
        """Count one more try of ``member``, or raise CannotUnlock with the seconds to wait."""
        with turn(self._keys):
            counts = self._read()
            now = self._clock()
            left = self._left(counts.waiting, member)
            if left > 0:
                line = (
                    _(
                        "{file} is not as the console wrote it: wait {seconds} seconds, then try "
                        "again, and ask IT staff who changed it."
                    )
                    if EVERYBODY in counts.waiting
                    else _("Too many wrong passphrases: wait {seconds} seconds, then try again.")
                )
                raise CannotUnlock(line.format(file=_LABEL, seconds=math.ceil(left)))
            wrong, _at = counts.waiting.get(member, (0, now))
            waiting = {**counts.waiting, member: (wrong + 1, now)}
            self._write(_Counts(waiting, _more(counts.untold, member, 1)))

    def left(self, member: str) -> int:
        """Return the seconds that ``member`` has to wait before the next try."""
        with turn(self._keys):
            return math.ceil(self._left(self._read().waiting, member))

    def _left(self, waiting: Mapping[str, _Entry], member: str) -> float:
        now = self._clock()
        waits = [
            delay(wrong) - (now - at)
            for name, (wrong, at) in waiting.items()
            if name in (member, EVERYBODY)
        ]
        return max(0.0, *waits) if waits else 0.0

    def succeeded(self, member: str) -> None:
        """Take back what `begin` counted last: the passphrase was right, so nobody waits for it."""
        with turn(self._keys):
            counts = self._read()
            self._write(_Counts(_forgiven(counts, member), _more(counts.untold, member, -1)))

    def forgive(self, member: str) -> None:
        """Let ``member`` wait no more, who was given a new passphrase without the old one."""
        with turn(self._keys):
            counts = self._read()
            self._write(_Counts(_forgiven(counts, member), counts.untold))

    def untold(self) -> dict[str, int]:
        """Return by member how many wrong passphrases the trail has not heard of.

        Under `EVERYBODY`, how often the count itself was damaged.
        """
        with turn(self._keys):
            return dict(self._read().untold)

    def told(self, heard: Mapping[str, int]) -> None:
        """Take off what the trail has heard of by now, so that it is told once."""
        with turn(self._keys):
            counts = self._read()
            untold = counts.untold
            for member, number in heard.items():
                untold = _more(untold, member, -number)
            self._write(_Counts(counts.waiting, untold))

    def _read(self) -> _Counts:
        now = self._clock()
        try:
            raw = read_file(self._path)
        except FileNotFoundError:
            return _Counts({}, {})
        except VaultDamaged:
            # A pipe or a device counts nothing, like any other damage; a file takes its place.
            raw = b""
        # Most often nobody else has counted since.
        if self._written is not None and self._written[0] == raw:
            return self._written[1]
        try:
            state = json.loads(raw)
            waiting = {
                str(name): (int(wrong), float(at)) for name, (wrong, at) in state["members"].items()
            }
            untold = {str(name): int(number) for name, number in state.get("untold", {}).items()}
            if spell(state) != raw:
                raise ValueError
            same_boot = state["boot"] == self._boot
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            damaged = {EVERYBODY: (_FREE + _LONGEST, now)}
            return self._restart(_Counts(damaged, {EVERYBODY: 1}))
        if not same_boot or any(at > now for _, at in waiting.values()):
            again = {name: (wrong, now) for name, (wrong, _) in waiting.items()}
            return self._restart(_Counts(again, untold))
        return _Counts(waiting, untold)

    def _restart(self, counts: _Counts) -> _Counts:
        self._write(counts)
        return counts

    def _write(self, counts: _Counts) -> None:
        if not counts.waiting and not counts.untold:
            with file_trouble(self._path):
                self._path.unlink(missing_ok=True)
            return
        state = {
            "boot": self._boot,
            "members": {name: list(entry) for name, entry in counts.waiting.items()},
            "untold": dict(counts.untold),
        }
        self._written = spell(state), counts
        # Not synced: who can cut the power can wait for a restart's full delay instead.
        write_atomic(self._path, self._written[0], durable=False)


def _more(untold: Mapping[str, int], member: str, number: int) -> dict[str, int]:
    counted = {**untold, member: untold.get(member, 0) + number}
    return {name: count for name, count in counted.items() if count > 0}


def _forgiven(counts: _Counts, member: str) -> dict[str, _Entry]:
    return {
        name: entry for name, entry in counts.waiting.items() if name not in (member, EVERYBODY)
    }
