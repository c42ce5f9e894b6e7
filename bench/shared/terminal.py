"""A pseudo-terminal around a program: what it is sent, what it draws, and when."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence

COLUMNS, ROWS = 80, 24
# What a shell may have set for the bench and no operator has.
_NOT_HERS = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
_CHUNK = 1 << 16
_STYLE = re.compile(rb"\x1b\[[0-9;]*m")


class Silent(Exception):
    """The program did not draw what was waited for."""


class Program:
    """Python with ``arguments`` in a terminal of 80 by 24, and the bytes that it draws."""

    def __init__(self, arguments: Sequence[str], **variables: str) -> None:
        self.screen = b""
        self._terminal, inside = os.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env=_environment() | variables,
            start_new_session=True,
        )
        os.close(inside)

    def send(self, text: str) -> float:
        """Send keys; return the instant (perf_counter) before they were sent."""
        at = time.perf_counter()
        os.write(self._terminal, text.encode())
        return at

    def forget(self) -> None:
        """Forget what was drawn so far."""
        self.screen = b""

    def read(self, seconds: float) -> float:
        """Take in what is drawn next, waiting at most so long; return the instant after it."""
        ready, _, _ = select.select([self._terminal], [], [], max(0.0, seconds))
        if ready:
            try:
                self.screen += os.read(self._terminal, _CHUNK)
            except OSError as error:
                raise Silent(f"the program ended; last: {self.screen[-500:]!r}") from error
        return time.perf_counter()

    def until(self, *words: str, seconds: float = 60.0) -> float:
        """Read until all ``words`` were drawn since ``forget``; return the instant.

        Raises:
            Silent: they were not, in so long.
        """
        end = time.perf_counter() + seconds
        wanted = [word.encode() for word in words]
        at = time.perf_counter()
        while not all(word in self.screen for word in wanted):
            if at > end:
                raise Silent(f"{words} never came; last: {self.screen[-500:]!r}")
            at = self.read(min(1.0, end - at))
        return at

    def wait(self, *words: str, seconds: float = 60.0) -> None:
        """Read until all ``words`` were drawn since ``forget``, whatever their colours.

        Raises:
            Silent: they were not, in so long.
        """
        end = time.perf_counter() + seconds
        while not all(word.encode() in _STYLE.sub(b"", self.screen) for word in words):
            if self.read(0.1) > end:
                raise Silent(f"{words} never came; last: {self.screen[-500:]!r}")

    def pause(self, seconds: float) -> None:
        """Read for so long, whatever comes."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)

    def kill(self) -> None:
        """End the program at once, and free its terminal."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._terminal)


def _environment() -> dict[str, str]:
    hers = {name: value for name, value in os.environ.items() if name not in _NOT_HERS}
    return hers | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANGUAGE": "en"}
