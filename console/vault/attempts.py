"""Wrong passphrases wait, longer each time, on a clock that nobody can set.

Times are the system's monotonic clock with the boot it belongs to: setting the wall clock changes
nothing, another process goes on waiting, and after a restart of the machine the whole wait is due
again. The counter is raised before a passphrase is tried, so that killing the program gains none.
"""

import contextlib
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

from console.errors import CannotUnlock
from console.language import _
from console.vault.files import file_trouble, spell, write_atomic

_FREE = 3
_LONGEST = 60
_EVERYBODY = ""
_Entry = tuple[int, float]


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
        self._path = keys / "attempts"
        self._clock = clock
        self._boot = boot() if booted is None else booted

    def begin(self, member: str) -> None:
        """Count one more try of ``member``, or raise CannotUnlock with the seconds to wait."""
        entries = self._read()
        now = self._clock()
        left = self._left(entries, member)
        if left > 0:
            raise CannotUnlock(
                _("Too many wrong passphrases: wait {seconds} seconds, then try again.").format(
                    seconds=math.ceil(left)
                )
            )
        wrong, _at = entries.get(member, (0, now))
        self._write({**entries, member: (wrong + 1, now)})

    def left(self, member: str) -> int:
        """Return the seconds that ``member`` has to wait before the next try."""
        return math.ceil(self._left(self._read(), member))

    def _left(self, entries: dict[str, _Entry], member: str) -> float:
        now = self._clock()
        waits = [
            delay(wrong) - (now - at)
            for name, (wrong, at) in entries.items()
            if name in (member, _EVERYBODY)
        ]
        return max(0.0, *waits) if waits else 0.0

    def succeeded(self, member: str) -> None:
        """Forget the wrong passphrases of ``member``."""
        entries = self._read()
        kept = {name: entry for name, entry in entries.items() if name not in (member, _EVERYBODY)}
        self._write(kept)

    def _read(self) -> dict[str, _Entry]:
        now = self._clock()
        try:
            with file_trouble(self._path, missing=True):
                raw = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            state = json.loads(raw)
            entries = {
                str(name): (int(wrong), float(at)) for name, (wrong, at) in state["members"].items()
            }
            if spell(state) != raw:
                raise ValueError
            same_boot = state["boot"] == self._boot
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            return self._restart({_EVERYBODY: (_FREE + _LONGEST, now)})
        if not same_boot or any(at > now for _, at in entries.values()):
            return self._restart({name: (wrong, now) for name, (wrong, _) in entries.items()})
        return entries

    def _restart(self, entries: dict[str, _Entry]) -> dict[str, _Entry]:
        self._write(entries)
        return entries

    def _write(self, entries: dict[str, _Entry]) -> None:
        if not entries:
            with file_trouble(self._path):
                self._path.unlink(missing_ok=True)
            return
        state = {"boot": self._boot, "members": {name: list(e) for name, e in entries.items()}}
        # Not synced: who can cut the power can wait for a restart's full delay instead.
        write_atomic(self._path, spell(state), durable=False)
